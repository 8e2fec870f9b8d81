"""What an installation's own readers voted for, by day."""

from __future__ import annotations

from datetime import timedelta

from bot.model import Channel
from bot.ports import Store
from tests.contracts.stores.nouns import NOW, paper, poll

HERE, ALSO, TEAM = Channel("local", "general"), Channel("local", "reading"), Channel("slack", "T1/C1")


async def test_a_person_s_vote_counts_once_for_a_paper_of_the_day(store: Store) -> None:
    """In whatever channels of the platform they press; votes of other platforms and other days stay there."""
    papers = [paper("arxiv:1"), paper("arxiv:2"), paper("arxiv:3", announced=NOW - timedelta(days=2))]
    await store.record(poll(*papers, to=(HERE, ALSO, TEAM)), NOW)
    rows = {(one.paper, one.channel): one.row for one in await store.deliveries()}
    for person, number, channel in (
        ("local:a", 1, HERE), ("local:a", 1, ALSO), ("local:b", 1, HERE), ("slack:U1", 2, TEAM), ("local:a", 3, HERE),
    ):  # fmt: skip
        await store.vote(rows[f"arxiv:{number}", channel], person, NOW)
    assert await store.votes(NOW.date(), "local") == {"arxiv:1": 2}
    assert await store.votes(NOW.date(), "slack") == {"arxiv:2": 1}
    assert await store.votes(NOW.date() - timedelta(days=2), "local") == {"arxiv:3": 1}
    await store.vote(rows["arxiv:1", HERE], "local:b", NOW)
    assert await store.votes(NOW.date(), "local") == {"arxiv:1": 1}
