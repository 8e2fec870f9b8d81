"""A person's Home in words."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from bot.model import Channel, Customs, Options, Paper, Subscription
from bot.replies import channels, home

NOW = datetime(2026, 8, 17, 9, tzinfo=UTC)
TEAM, ALONE = Channel("slack", "T1/C1"), Channel("slack", "T1/D1")
DAILY = Options(mode="daily", at="09:00", tz="UTC", days="mon-fri", format="compact", max=10, thread="ask", start=3)


def view(number: int = 1) -> channels.View:
    one = Subscription(TEAM, "mamba", "slack:U1", id=number)
    return channels.View(TEAM, Customs(TEAM), (one,), (one,), None, may_pause=True)


def test_a_home_says_what_is_due_first_and_where() -> None:
    due = [
        home.Due(str(TEAM), NOW + timedelta(days=1), DAILY, 3),
        home.Due(str(ALONE), NOW + timedelta(hours=1), DAILY, 0, personal=True),
    ]
    post = home.home(home.Mine(Customs(ALONE), ()), due, (), (view(),), 1, NOW).post
    said = post.plain.split("\n")
    assert said[:4] == [
        "Your papers",
        "Due next",
        "your own messages, today at 10:00 (UTC)",
        "slack:T1/C1, tomorrow at 09:00 (UTC): 3 papers so far",
    ]
    assert "Nothing yet. /subscribe me RULE sends papers to you alone." in said
    assert "1 rule in 1 channel that you can see" in said
    assert [entry.button.action for entry in post.entries if entry.button] == ["go:1"]
    assert any("/papers search" in one for one in said)


def test_a_home_lists_what_a_person_follows_and_saved() -> None:
    mine = home.Mine(
        Customs(ALONE, paused_until=NOW + timedelta(days=1)),
        ((Subscription(ALONE, "mamba -vision", "slack:U1", id=7), DAILY),),
    )
    saved = [Paper(f"arxiv:{n}", f"Saved {n}", "s") for n in range(home.SAVED + 1)]
    said = home.home(mine, (), saved, (), 0, NOW).post.plain
    assert "#7 mamba -vision" in said
    assert "Paused" in said
    assert [f"Saved {n}" in said for n in range(home.SAVED + 1)] == [True] * home.SAVED + [False]
    assert "/papers saved lists the others." in said
    assert "None of the channels that you can see has rules yet." in said


def test_many_channels_are_counted() -> None:
    due = [home.Due(str(TEAM), NOW + timedelta(hours=n), DAILY, 0) for n in range(home.DUE + 2)]
    said = home.home(home.Mine(Customs(ALONE), ()), due, (), (), 0, NOW).post.plain
    assert "and 2 channels later" in said
