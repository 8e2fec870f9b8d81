"""replies: the words the bot answers with, read as a tired person reads them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bot import replies, rules
from bot.model import Channel, Customs, Options, Paper, Subscription
from bot.options import effective
from bot.replies import subscribing

RULE = rules.parse("mamba")
PAPERS = tuple(Paper(f"url:{n}", f"Mamba {n}", "https://feed.example") for n in range(12))


NOW = datetime(2026, 8, 17, 12, tzinfo=UTC)
COUNTS = effective(Options(), Customs(Channel("local", "general")))


def previewed(wanted: Options, platform: str = "local") -> str:
    channel = Channel(platform, "general")
    wish = Subscription(channel, rules.write(RULE), "local:ada", wanted)
    counts = effective(wanted, Customs(channel))
    return subscribing.preview(1, wish, rules.backtest(RULE, (), NOW), counts, NOW).post.plain


@pytest.mark.parametrize("wanted", [Options(), Options(mode="instant")])
def test_a_plain_wish_is_answered_plainly(wanted: Options) -> None:
    """Nothing is said of what nobody asked about."""
    assert "Each is posted here as soon as it is seen." in previewed(wanted)


def test_a_team_hears_when_its_digest_comes() -> None:
    """The time, the zone, the days, and when the next one is: NOW is a Monday."""
    told = previewed(Options(), "slack")
    assert "as one digest a day, Monday to Friday at 09:00 (UTC); the next on Tuesday 18 August." in told
    told = previewed(Options(mode="weekly", at="08:30", tz="Europe/Berlin", days="fri"), "slack")
    assert "one digest a week at 08:30 (Europe/Berlin); the next on Friday 21 August." in told


def test_what_is_above_the_most_is_not_dropped_and_the_preview_says_where_it_goes() -> None:
    assert "What is above 3 a day comes in one digest at midnight." in previewed(Options(max=3))
    assert "shows the best 3, the others one a line in its thread" in previewed(Options(max=3), "discord")


def test_a_search_speaks_of_what_is() -> None:
    """In the present, and "the newest" only where some are left out."""
    few, many = replies.Caught(PAPERS[:1], 25), replies.Caught(PAPERS, 25)
    assert "1 of the 25 papers seen matches:" in replies.searched(RULE, few).post.plain
    assert "12 of the 25 papers seen match; the newest:" in replies.searched(RULE, many).post.plain
    assert "None of the 1 paper seen match." in replies.searched(RULE, replies.Caught((), 1)).post.plain


def test_the_same_rule_again_is_an_update_and_is_said_to_be_one() -> None:
    """On the button, to the person, and to the channel."""
    known = Subscription(Channel("local", "general"), "mamba", "slack:U1", id=3)
    around = subscribing.Around(before=known)
    post = subscribing.preview(1, known, rules.backtest(RULE, (), NOW), COUNTS, NOW, around).post
    assert [button.label for button in post.buttons] == ["Change", "Edit…", "Cancel"]
    assert post.headline.text == "Change how #3 mamba comes?"
    reply = subscribing.subscribed(
        known, "slack:U1", before=known, undo=7, wanted=COUNTS, now=NOW, rate="About 4 a week.", start=0
    )
    assert reply.post.headline.text == "Done: #3 is mamba now."
    assert reply.public is not None
    assert "changed how this channel gets mamba" in reply.public.plain
    assert [button.action for button in reply.public.buttons] == ["undo:7"]
