"""Stories of too much: old entries, revisions, and the day a feed goes mad."""

from __future__ import annotations

from datetime import timedelta

from bot.model import Paper
from tests.flow.stage import START, paper
from tests.flow.test_flow import FEED, Stage


def batch(name: str, count: int) -> list[Paper]:
    return [paper(f"{name}-{number}", "Transformers again") for number in range(count)]


async def test_old_entries_are_known_and_counted_but_not_posted() -> None:
    """A feed that turns up its archive is searchable, and says how much it left out."""
    old, young = START - timedelta(days=40), START + timedelta(hours=20)
    archive = [paper("old", "Transformers", announced=old), paper("new", "Transformers", announced=young)]
    stage = Stage([], archive, archive)
    await stage.subscribed("transformers")
    for day in range(3):
        await stage.day(day)
        await stage.hands.deliver_all(stage.world)
    assert [post.paper for post in stage.posts()] == ["url:new"]
    assert len(await stage.store.papers()) == 2
    mark = await stage.store.bookmark(FEED.address)
    assert mark is not None
    assert (mark.habits.left_out, mark.habits.seen) == (1, 2)


async def test_a_revision_is_never_posted_as_new() -> None:
    """Neither when it is met first, nor when it comes again."""
    revised = paper("1", "Transformers", announce="replace")
    stage = Stage([], [revised], [paper("1", "Transformers", version=3)])
    await stage.subscribed("transformers")
    for day in range(3):
        await stage.day(day)
    assert await stage.hands.deliver_all(stage.world) == 0
    assert len(await stage.store.papers()) == 1


async def test_an_unusual_day_is_held_until_somebody_releases_it() -> None:
    """Nothing of it is posted by itself; released, each is posted once."""
    usual = [batch(f"day{day}", 2) for day in range(10)]
    stage = Stage([], *usual, batch("flood", 501), batch("after", 2))
    await stage.subscribed("transformers")
    for day in range(11):
        assert (await stage.day(day)).held == ""
    assert await stage.hands.deliver_all(stage.world) == 20
    polled = await stage.day(11)
    assert "501 new papers" in polled.held
    assert await stage.hands.deliver_all(stage.world) == 0
    await stage.day(12)
    assert await stage.hands.deliver_all(stage.world) == 2
    (held,) = await stage.store.holding()
    assert (held.deliveries, held.reason) == (501, polled.held)
    assert await stage.store.release(held.source, stage.hands.clock()) == 501
    assert await stage.hands.deliver_all(stage.world) == 501
    assert len({post.paper for post in stage.posts()}) == len(stage.posts()) == 523


async def test_a_flood_that_nobody_wants_holds_nothing() -> None:
    """Without a rule that matches there is nothing to decide."""
    stage = Stage([], *[batch(f"day{day}", 2) for day in range(10)], batch("flood", 501))
    for day in range(12):
        assert (await stage.day(day)).held == ""
    assert await stage.store.holding() == []
