"""Feeds that go out: valid, cacheable, and read back by our own sources as the same papers."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from urllib.parse import quote
from xml.etree import ElementTree

import pytest

from bot.feeds import OwnFeed
from bot.model import Bookmark, Channel, Delivery, Feed, Paper, Poll, Reason, Subscription
from bot.sources import read
from tests.web.browse import Client, opened
from tests.web.stage import GENERAL, NOON, Stage, browsing, paper

A = "{http://www.w3.org/2005/Atom}"
KINDS = ("atom", "json")
ODD = (
    paper(1, "An arXiv Paper <b>& more", id="arxiv:2608.00001", version=3, aliases=("doi:10.48550/arxiv.2608.00001",)),
    paper(2, "An Old One", id="arxiv:math/0309136", url="https://arxiv.org/abs/math/0309136"),
    paper(
        3,
        "A Journal's",
        id="doi:10.1101/2026.08.01.743294",
        url="https://www.biorxiv.org/content/10.1101/2026.08.01.743294v1",
    ),
    paper(
        4,
        "A Lab's Post",
        id="guid:https://lab.example/feed#tag:lab,2026:é 1",
        url="https://lab.example/posts/1?a=b&c=d",
    ),
    paper(5, "A Page", id="url:https://lab.example/p/2", url="https://lab.example/p/2/", pdf_url=None),
    paper(6, "No Address \x00\ufffe\ud800 at All", id="guid:sample#é/#6", url=None, pdf_url=None, abstract=""),
)


@pytest.fixture
async def stage() -> Stage:
    stage = Stage()
    stage.memory.held = browsing()
    return stage


@pytest.fixture
async def client(stage: Stage) -> AsyncIterator[Client]:
    async with opened(stage) as made:
        yield made


async def body(client: Client, path: str) -> bytes:
    async with client.get(path) as answer:
        assert answer.status == 200, await answer.text()
        return await answer.read()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("base", [None, "https://papers.example"])
async def test_another_paper_round_reads_the_same_papers(kind: str, base: str | None) -> None:
    """Ids of every kind come back as they are, so that who follows us never posts a paper it knows from elsewhere."""
    stage = Stage()
    stage.memory.held = list(ODD)
    async with opened(stage, base=base) as client:
        text = await body(client, f"/feed.{kind}")
    reading = read(text, Feed("https://other.example/feed", "https://other.example/feed"))
    assert [p.id for p in reading.papers] == [p.id for p in await stage.memory.papers()]
    assert not reading.odd
    first = next(p for p in reading.papers if p.id == "arxiv:2608.00001")
    assert (first.version, first.authors, first.categories) == (3, ODD[0].authors, ODD[0].categories)
    assert first.announced == ODD[0].announced
    assert first.abstract.startswith("We look at")


async def test_a_paper_keeps_the_name_it_has_elsewhere_beside_its_own() -> None:
    stage = Stage()
    stage.memory.held = [paper(1, "Two Names", aliases=("doi:10.1234/abc",))]
    async with opened(stage) as client:
        (found,) = read(await body(client, "/feed.atom"), Feed("f", "https://other.example/f")).papers
    assert (found.id, "doi:10.1234/abc" in found.aliases) == ("arxiv:2608.00001", True)


async def test_atom_has_all_that_its_standard_demands(stage: Stage, client: Client) -> None:
    """RFC 4287: ids, titles, moments with zones, authors, a link or content for each."""
    stage.memory.held = list(ODD)
    root = ElementTree.fromstring(await body(client, "/feed.atom"))
    assert root.tag == f"{A}feed"
    for one in (root, *root.findall(f"{A}entry")):
        for name in ("id", "title", "updated"):
            assert len(one.findall(f"{A}{name}")) == 1
        assert ":" in (one.findtext(f"{A}id") or "")
        moment = datetime.fromisoformat((one.findtext(f"{A}updated") or "").replace("Z", "+00:00"))
        assert moment.tzinfo is not None
    assert root.findtext(f"{A}author/{A}name") == "Paper Round"
    assert len({e.findtext(f"{A}id") for e in root.findall(f"{A}entry")}) == len(ODD)
    assert all(e.find(f"{A}content") is not None for e in root.findall(f"{A}entry"))


async def test_json_feed_has_all_that_its_standard_demands(stage: Stage, client: Client) -> None:
    """https://www.jsonfeed.org/version/1.1/: version, title; an id and content for each item."""
    stage.memory.held = list(ODD)
    feed = json.loads(await body(client, "/feed.json"))
    assert feed["version"] == "https://jsonfeed.org/version/1.1"
    assert feed["title"] == "New papers · Paper Round"
    assert all(isinstance(item["id"], str) and item["content_text"] for item in feed["items"])
    assert all(set(author) == {"name"} for item in feed["items"] for author in item.get("authors", ()))


@pytest.mark.parametrize("kind", KINDS)
async def test_links_leave_under_the_public_address_only(kind: str) -> None:
    stage = Stage()
    stage.memory.held = list(ODD)
    async with opened(stage) as client:
        assert b"127.0.0.1" not in await body(client, f"/feed.{kind}?q=arxiv")
    async with opened(stage, base="https://papers.example/round") as client:
        text = (await body(client, f"/feed.{kind}")).decode()
        assert f"https://papers.example/round/feed.{kind}" in text
        assert "https://papers.example/round/papers/guid%3Asample" in text
        async with client.get("/feed.atom", headers={"Host": "papers.example"}) as answer:
            assert answer.status == 200
        async with client.get("/feed.atom", headers={"Host": "evil.example"}) as answer:
            assert answer.status == 421


@pytest.mark.parametrize("kind", KINDS)
async def test_who_has_a_feed_is_told_that_nothing_has_changed(stage: Stage, client: Client, kind: str) -> None:
    path = f"/feed.{kind}?q=attention"
    async with client.get(path) as answer:
        tag, when = answer.headers["ETag"], answer.headers["Last-Modified"]
    assert when == "Fri, 28 Aug 2026 12:00:00 GMT"
    for headers in ({"If-None-Match": tag}, {"If-Modified-Since": when}, {"If-None-Match": f'"x", W/{tag}'}):
        async with client.get(path, headers=headers) as answer:
            assert (answer.status, await answer.read()) == (304, b"")
            assert answer.headers["ETag"] == tag
    for headers in ({"If-None-Match": '"x"', "If-Modified-Since": when}, {"If-Modified-Since": "yesterday"}):
        async with client.get(path, headers=headers) as answer:
            assert answer.status == 200
    stage.memory.held = [*stage.memory.held, paper(77, "More Attention", announced=NOON.replace(hour=15))]
    async with client.get(path, headers={"If-None-Match": tag}) as answer:
        assert answer.status == 200
        assert answer.headers["Last-Modified"] == "Fri, 28 Aug 2026 15:00:00 GMT"


async def test_a_feed_of_a_rule_holds_what_the_rule_finds(client: Client) -> None:
    feed = json.loads(await body(client, "/feed.json?q=transformers+quantization"))
    assert [item["title"] for item in feed["items"]] == [
        "What Quantized Transformers Forget",
        "What Quantized Transformers Forget, Revisited",
    ]
    async with client.get("/feed.atom?q=(a") as answer:
        assert answer.status == 400
        assert "parenthesis" in await answer.text()


async def sent(stage: Stage, channel: Channel, *papers: Paper) -> None:
    due = tuple(Delivery(p.id, channel, (Reason("x", "title", 0, 1, "x"),), "sent", posted_at=NOON) for p in papers)
    await stage.memory.record(Poll(Bookmark("f"), (), due), NOON)


async def test_a_public_channel_has_a_page_and_a_feed_and_a_private_one_has_neither(
    stage: Stage, client: Client
) -> None:
    first, second = stage.memory.held[:2]
    secret = Channel("slack", "T1/C1")
    await sent(stage, GENERAL, first)
    await sent(stage, secret, second)
    for path in ("/channels", "/channels/local:general", "/channels/local:general/feed.atom"):
        text = (await body(client, path)).decode()
        assert first.title in text
        assert second.title not in text
        assert "T1/C1" not in text
    for place in (secret, "email:ada@example.org", "discord:1/2", "nowhere", "local:"):
        for tail in ("", "/feed.atom", "/feed.json"):
            async with client.get(f"/channels/{quote(str(place), safe='')}{tail}") as answer:
                assert answer.status == 404, place
    assert (await body(client, f"/papers/{second.id}")).count(b"T1/C1") == 0
    assert b"#general" in await body(client, f"/papers/{first.id}")


async def test_an_empty_feed_is_a_feed(stage: Stage, client: Client) -> None:
    stage.memory.held = []
    root = ElementTree.fromstring(await body(client, "/feed.atom?q=mamba"))
    assert root.findall(f"{A}entry") == []
    assert root.findtext(f"{A}updated") == datetime(1970, 1, 1, tzinfo=UTC).isoformat().replace("+00:00", "Z")


async def test_a_private_channel_is_shown_to_who_has_its_address_until_that_is_ended(
    stage: Stage, client: Client
) -> None:
    secret, place = Channel("slack", "T1/C1"), "/shared/unguessable"
    about = stage.memory.held[0]
    stage.memory.held = []
    await stage.memory.record(Poll(Bookmark("f"), (about,)), NOON)
    own = paper(9, "From Our Own Feed", id="guid:own#9", source="https://own.example/feed")
    poll = Poll(Bookmark(own.source), (own,), audience=frozenset({secret}))
    await stage.memory.add_feed(OwnFeed(secret, own.source, "slack:U1"), poll, NOON)
    await sent(stage, secret, about, own)
    await stage.memory.subscribe(Subscription(secret, "attention", "slack:U1"), NOON)
    await stage.memory.address(secret, "unguessable")
    html = (await body(client, place)).decode()
    for shown in (about.title, own.title, '<code dir="auto">attention</code>', f"{place}/feed.atom", "address end"):
        assert shown in html
    assert quote(own.id, safe="") not in html  # it has no page here that others could open
    for kind in KINDS:
        async with client.get(f"{place}/feed.{kind}") as answer:
            assert answer.status == 200
            assert own.title in await answer.text()
            assert answer.headers["Cache-Control"].startswith("private")
    await stage.memory.end_address(secret)
    for tail in ("", "/feed.atom", "/feed.json"):
        async with client.get(place + tail) as answer:
            assert answer.status == 404
            assert about.title not in await answer.text()
