"""exchange: channels' rules and options as TOML that reads back as it was."""

from __future__ import annotations

import tomllib
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from bot.exchange import VERSION, Kept, write
from bot.feeds import OwnFeed
from bot.model import Channel, Customs, Options, Subscription

NOW = datetime(2026, 8, 17, 12, tzinfo=UTC)
LATER = datetime(2026, 8, 20, tzinfo=UTC)
TEAM = Channel("slack", "T1/C1")


def test_what_was_not_said_is_not_written() -> None:
    text = write([Kept(Customs(TEAM), (Subscription(TEAM, "mamba", "slack:U1", id=7),))], NOW)
    assert text == (
        "# Rules and options, written by Paper Round on 2026-08-17 12:00 UTC.\n"
        f'version = {VERSION}\n\n[[channel]]\nid = "slack:T1/C1"\n\n'
        '[[channel.rule]]  # 7\nrule = "mamba"\n'
    )


def test_all_that_was_said_is_written() -> None:
    customs = Customs(TEAM, Options(at="08:15"), zone="Asia/Tokyo", paused_until=LATER, who=("creator", "slack:U2"))
    rule = Subscription(TEAM, '"state space"', "slack:U1", Options(max=3), 1, "paused")
    feeds = (OwnFeed(TEAM, "https://a.example/f?key=1", "slack:U1"),)
    (channel,) = tomllib.loads(write([Kept(customs, (rule,), feeds)], NOW, complete=True))["channel"]
    assert channel == {
        "id": "slack:T1/C1",
        "options": "at:08:15",
        "zone": "Asia/Tokyo",
        "who": ["creator", "slack:U2"],
        "paused_until": LATER,
        "feeds": ["https://a.example/f?key=1"],
        "rule": [{"rule": '"state space"', "options": "max:3", "creator": "slack:U1", "state": "paused"}],
    }


@given(st.text(), st.text())
def test_hostile_words_stay_one_string(rule: str, creator: str) -> None:
    """Whatever stands in a rule or a name, it is read back as it was, and adds nothing."""
    text = write([Kept(Customs(TEAM), (Subscription(TEAM, rule, creator),))], NOW, complete=True)
    (channel,) = tomllib.loads(text.encode("utf-8", "surrogatepass").decode("utf-8", "replace"))["channel"]
    assert channel["rule"] == [{"rule": rule, "creator": creator}]


def test_what_others_may_read_names_nobody_and_holds_no_key() -> None:
    """Feeds without a key are taken along; a pause that is over is not."""
    customs = Customs(TEAM, paused_until=NOW, who=("slack:U2",))
    feeds = tuple(OwnFeed(TEAM, one, "slack:U1") for one in ("https://a.example/f?key=s3cret", "https://b.example/f"))
    text = write([Kept(customs, (Subscription(TEAM, "mamba", "slack:U1", id=7),), feeds)], NOW)
    assert tomllib.loads(text)["channel"] == [
        {"id": "slack:T1/C1", "who": ["managers"], "feeds": ["https://b.example/f"], "rule": [{"rule": "mamba"}]}
    ]
    assert "#   https://a.example/f?key=…" in text
    assert not any(secret in text for secret in ("s3cret", "U1", "U2"))
