"""Every preset of the settings, from what a person writes to papers in the database."""

from __future__ import annotations

import pytest

from bot import flow, sources
from bot.flow import World
from bot.matching import Matcher
from tests.fakes.chat import FakeChat
from tests.fakes.store import FakeStore
from tests.fetch.owner import Elsewhere, Moment, fetching, owner
from tests.flow.stage import parsed
from tests.unit.feeds import body


@pytest.mark.parametrize(
    ("address", "asked", "fixture", "first"),
    [
        ("arxiv:cs.CL+cs.LG", ("rss.arxiv.org", "/atom/cs.CL+cs.LG"), "arxiv.atom.xml", "arxiv:2608.02222"),
        ("arxiv: cs.CL, cs.LG", ("rss.arxiv.org", "/atom/cs.CL+cs.LG"), "arxiv.rss.xml", "arxiv:2608.01234"),
        ("huggingface:daily", ("huggingface.co", "/api/daily_papers"), "hf2026.json", "arxiv:2608.00009"),
        (
            "huggingface:trending",
            ("huggingface.co", "/api/daily_papers?sort=trending"),
            "hf2026.json",
            "arxiv:2608.00009",
        ),
        (
            "biorxiv:plant biology",
            ("connect.biorxiv.org", "/biorxiv_xml.php?subject=plant_biology"),
            "journal.rdf.xml",
            "doi:10.1101/700001",
        ),
        (
            "https://lab.example/feed?a=1",
            ("lab.example", "/feed?a=1"),
            "lab.rss.xml",
            "url:https://lab.example/blog/lamp",
        ),
        ("https://lab.example/feed.json", ("lab.example", "/feed.json"), "feed.json", ""),
    ],
)
async def test_a_preset_is_asked_for_and_read(address: str, asked: tuple[str, str], fixture: str, first: str) -> None:
    """One request, to the owner's own address; what it brings is known."""
    feed = sources.resolve(address)
    async with owner() as site, fetching() as fetch:
        site.says(asked[1].partition("?")[0], body=body(fixture))
        store = FakeStore()
        world = World(store, Moment(), Elsewhere(fetch, site.port), parsed, {"local": FakeChat()}, Matcher())
        polled = await flow.poll(feed, world)
        assert [(request.host.partition(":")[0], request.path) for request in site.asked] == [asked]
        assert polled.baseline
        assert len(await store.papers()) == polled.papers > 0
        if first:
            assert await store.paper(first) is not None
