"""replies: the words the bot answers with, read as a tired person reads them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bot import replies, rules
from bot.model import Channel, Options, Paper, Subscription

RULE = rules.parse("mamba")
PAPERS = tuple(Paper(f"url:{n}", f"Mamba {n}", "https://feed.example") for n in range(12))


NOW = datetime(2026, 8, 17, 12, tzinfo=UTC)


def previewed(wanted: Options) -> str:
    wish = Subscription(Channel("local", "general"), rules.write(RULE), "local:ada", wanted)
    return replies.preview(1, wish, rules.backtest(RULE, (), NOW), None).post.plain


@pytest.mark.parametrize("wanted", [Options(), Options(mode="instant")])
def test_a_plain_wish_is_answered_plainly(wanted: Options) -> None:
    """Nothing is said of later where nothing waits for later."""
    assert "as soon as it is seen." in previewed(wanted)
    assert "Kept for when" not in previewed(wanted)


def test_what_is_kept_for_later_is_not_said_as_if_it_were_done() -> None:
    """A digest that is asked for is named as something to come; a thread with each post is done today."""
    told = previewed(Options(mode="daily", at="09:00", thread="auto"))
    assert (
        "as soon as it is seen, with its thread. Kept for when the bot can do it: one digest a day, at 09:00." in told
    )


def test_a_search_speaks_of_what_is() -> None:
    """In the present, and "the newest" only where some are left out."""
    few, many = replies.Caught(PAPERS[:1], 25), replies.Caught(PAPERS, 25)
    assert "1 of the 25 papers seen matches:" in replies.searched(RULE, few).post.plain
    assert "12 of the 25 papers seen match; the newest:" in replies.searched(RULE, many).post.plain
    assert "None of the 1 paper seen match." in replies.searched(RULE, replies.Caught((), 1)).post.plain


def test_the_same_rule_again_is_an_update_and_is_said_to_be_one() -> None:
    """On the button, to the person, and to the channel."""
    known = Subscription(Channel("local", "general"), "mamba", "slack:U1", id=3)
    post = replies.preview(1, known, rules.backtest(RULE, (), NOW), known).post
    assert [button.label for button in post.buttons] == ["Update", "Cancel"]
    reply = replies.subscribed(known, "slack:U1", updated=True)
    assert "updated" in reply.post.plain
    assert reply.public is not None
    assert "changed how this channel gets mamba" in reply.public.plain
