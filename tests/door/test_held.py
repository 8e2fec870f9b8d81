"""`paper-round held`: an unusual day from the command line."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path

import bot.store
from bot.cli.deliveries import in_doubt
from bot.model import Bookmark, Channel, Delivery, Paper, Poll
from bot.ports import Doubt
from tests.door.command import paper_round

NOW = datetime(2026, 8, 17, 9, tzinfo=UTC)
FEED = "https://feeds.example/?token=hunter2"


def flooded(home: Path) -> None:
    """A database in which two deliveries of one source are held."""

    async def make() -> None:
        store = await bot.store.open(str(home / "round.db"))
        papers = tuple(Paper(f"url:{n}", f"On {n}", FEED) for n in range(2))
        held = tuple(Delivery(p.id, Channel("local", "general"), state="held", error="Too many.") for p in papers)
        await store.record(Poll(Bookmark(FEED, baseline_at=NOW), papers, held), NOW)
        await store.close()

    asyncio.run(make())


def states(home: Path) -> list[str]:
    return [row["state"] for row in paper_round(home, "deliveries", "--json", "--store", "round.db").rows]


def test_what_is_held_is_listed_and_explained(tmp_path: Path) -> None:
    """By source, its keys hidden; the source's own row says so too."""
    flooded(tmp_path)
    (row,) = paper_round(tmp_path, "held", "--json", "--store", "round.db").rows
    assert list(row) == ["source", "papers", "deliveries", "since", "reason"]
    assert (row["source"], row["deliveries"], row["reason"]) == ("https://feeds.example/?token=…", 2, "Too many.")
    rows = paper_round(tmp_path, "sources", "--json", "--store", "round.db").rows
    assert [row["error"] for row in rows if "feeds.example" in row["address"]] == ["Too many."]


def test_released_it_is_posted_and_discarded_it_never_is(tmp_path: Path) -> None:
    """One command each, for one source by the address that is shown, or for all."""
    for home, words, state in ((tmp_path / "a", ("release",), "sent"), (tmp_path / "b", ("discard",), "given_up")):
        home.mkdir()
        (home / "empty.json").write_text("[]")
        flooded(home)
        done = paper_round(home, "held", *words, "https://feeds.example/?token=…", "--store", "round.db")
        assert (done.code, done.err.split()[0]) == (0, "2")
        assert paper_round(home, "run", "--once", "--source", "empty.json", "--store", "round.db").code == 0
        assert states(home) == [state] * 2
        assert paper_round(home, "held", "--json", "--store", "round.db").out == ""


def test_a_source_that_holds_nothing_is_a_mistake(tmp_path: Path) -> None:
    """Told without the address's keys; with nothing held the list is empty."""
    done = paper_round(tmp_path, "held", "--json")
    assert (done.code, done.out) == (0, "")
    wrong = paper_round(tmp_path, "held", "release", FEED)
    assert wrong.code == 2
    assert "token=…" in wrong.err
    assert "hunter2" not in wrong.err


def test_what_is_in_doubt_is_told_beside_the_deliveries() -> None:
    """How many now, how many ever, and what is done about it."""
    told = in_doubt(Doubt("slack", 2, 7))
    assert told.startswith("Slack may have taken 2 of these without our knowing (7 so far): ")
    assert "looked for before they are said again" in told
