"""The day's best (`top:2`) in a digest: of days that are over, in trending order, counting our own readers' votes."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from bot.flow.digests import PASSED
from bot.model import Channel, Options, Paper, Subscription
from bot.model.papers import Signals
from tests.flow.stage import paper
from tests.flow.test_digests import DAILY, TEAM, Team, papers

BOX = Channel("local", "box")
MORNING = Options("daily", "09:00", "Europe/Berlin", "mon-sun", thread="off")


@pytest.fixture
async def team() -> Team:
    made = Team()
    await made.store.lead()
    await made.reads()
    return made


def voted(*votes: int, day: int = 17, hour: int = 8) -> list[Paper]:
    """Papers of one moment with so many votes: paper 0 has the first number."""
    when = datetime(2026, 8, day, hour, tzinfo=UTC)
    return [paper(str(n), f"Paper {n}", announced=when, signals=Signals(upvotes=many)) for n, many in enumerate(votes)]


async def lifted(team: Team) -> None:
    """Of two papers the second one gets three votes of this installation, when a box wants the day's first alone."""
    await team.wants("paper", DAILY)
    await team.store.subscribe(Subscription(BOX, "top:1", "local:eve", MORNING), team.hands.time)
    await team.reads(*voted(2, 1))
    await team.at(17, "07:05")
    for person in ("local:ada", "local:bob", "local:eve"):
        await team.press("vote", "1", person)


async def brought(team: Team) -> dict[str, str]:
    """What became of the box's papers."""
    return {one.paper: one.state for one in await team.store.deliveries() if one.channel == BOX}


async def test_the_days_best_come_once_their_day_is_over_in_the_order_of_the_page(team: Team) -> None:
    """Who led in the morning and was passed by night is not among them, and it is said why."""
    await team.wants("top:2", MORNING)
    await team.reads(*voted(9, 5, 1))
    await team.at(17, "06:55")
    await team.reads(*voted(9, 5, 30))
    assert await team.at(17, "07:05") == []  # nine in Berlin, and the day has seventeen hours to go
    (said,) = await team.at(18, "07:05")
    assert papers(said.post) == ["2", "0"]
    left = {one.paper: (one.state, one.error) for one in await team.store.deliveries()}
    assert left["url:1"] == ("refused", PASSED)
    assert await team.at(19, "07:05") == []


async def test_the_digest_says_what_it_is_and_no_paper_repeats_it(team: Team) -> None:
    await team.wants("top:2", MORNING)
    await team.reads(*voted(9, 5, 1))
    (said,) = await team.at(18, "07:00")
    assert said.post.lines[0].text == "The 2 highest of each day that is over, by votes, comments and age."
    assert not any("top:2" in line.text for entry in said.post.entries for line in entry.lines)


async def test_a_paper_that_another_rule_wants_as_well_is_never_passed(team: Team) -> None:
    await team.wants("top:1", MORNING)
    await team.wants("paper", MORNING)
    await team.reads(*voted(9, 5))
    (said,) = await team.at(17, "07:00")
    assert sorted(papers(said.post)) == ["0", "1"]


async def test_a_new_version_takes_no_place_away(team: Team) -> None:
    """What had the word when it was matched has it no more by the morning: its place is still its own."""
    await team.wants("top:1 paper", MORNING)
    best, other = voted(9, 5)
    await team.reads(best, other)
    await team.reads(replace(best, version=2, title="Another name"), other)
    (said,) = await team.at(18, "07:05")
    assert papers(said.post) == ["0"]


async def test_votes_of_public_channels_count_for_the_days_best(team: Team) -> None:
    """A paper that people here have lifted is among the best the next time that its source says anything of it."""
    await lifted(team)
    await team.reads(*voted(2, 2))
    await team.at(18, "07:05")
    assert await brought(team) == {"url:0": "refused", "url:1": "sent"}


async def test_votes_here_leave_no_place_empty(team: Team) -> None:
    """Who was lifted by them, and of whom its source has said nothing since, is not in the digest: nobody is passed."""
    await lifted(team)
    await team.at(18, "07:05")
    assert await brought(team) == {"url:0": "sent"}


async def test_an_earlier_time_of_day_does_not_bring_the_best_of_a_day_that_is_not_over(team: Team) -> None:
    """Changing when a digest comes plans again what waits."""
    await team.wants("top:2", DAILY)
    await team.reads(*voted(9, 5))
    await team.at(17, "06:30")
    await team.types("papers", "settings at:10:00")
    assert await team.at(17, "08:30") == []
    (said,) = await team.at(18, "08:05")
    assert (papers(said.post), said.channel) == (["0", "1"], TEAM)


async def test_the_best_of_a_day_come_at_once_where_a_channel_now_wants_papers_at_once(team: Team) -> None:
    """As they would have come, had it wanted that before."""
    await team.types("papers", "settings mode:daily at:09:00")
    await team.wants("top:2", Options())
    await team.reads(*voted(9, 5))
    await team.at(17, "06:30")
    await team.types("papers", "settings mode:instant")
    assert sorted(said.post.paper or "" for said in await team.at(17, "06:31")) == ["url:0", "url:1"]


async def test_the_best_of_a_day_that_is_over_come_with_the_next_digest_of_other_days(team: Team) -> None:
    """Whoever waited for Friday and now wants every morning has the next one."""
    await team.types("papers", "settings mode:weekly at:07:00 days:fri")
    await team.wants("top:2", Options())
    await team.reads(*voted(9, 5))
    await team.at(18, "06:30")
    await team.types("papers", "settings mode:daily days:mon-sun")
    said = [each for day in (18, 19) for each in await team.at(day, "07:05")]
    assert [papers(each.post) for each in said] == [["0", "1"]]


async def test_who_was_passed_while_a_channel_was_paused_does_not_come_after_the_pause(team: Team) -> None:
    await team.wants("top:2", MORNING)
    await team.reads(*voted(9, 5, 1))
    await team.types("papers", "pause")
    await team.reads(*voted(9, 5, 30))
    assert await team.at(18, "07:05") == []
    await team.at(19, "09:00")
    await team.types("papers", "resume")
    said = await team.at(19, "09:05")
    assert [papers(each.post) for each in said] == [["2", "0"]]
    assert [one.paper for one in await team.store.deliveries() if one.error == PASSED] == ["url:1"]
