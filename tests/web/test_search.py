"""Search, the rule workshop, and the way to a subscription: the fake store, the real engine, no browser."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from urllib.parse import quote

import pytest

from bot.feeds import OwnFeed
from bot.model import Ask, Bookmark, Channel, Poll, Signals
from bot.web import marked, seek
from tests.web.browse import Client, look, opened, send
from tests.web.stage import GENERAL, NOON, Stage, browsing, paper

SLACK = Channel("slack", "T1/C1")


@pytest.fixture
async def stage() -> Stage:
    stage = Stage()
    stage.memory.held = browsing()
    return stage


@pytest.fixture
async def client(stage: Stage) -> AsyncIterator[Client]:
    async with opened(stage) as made:
        yield made


async def find(client: Client, rule: str, more: str = "") -> str:
    html, _ = await look(client, f"/search?q={quote(rule)}{more}")
    return html


def titles(html: str) -> list[str]:
    cards = re.findall(r'<h2 dir="auto"><a href="/papers/[^"]+">(.*?)</a></h2>', html)
    return [re.sub(r"<.*?>", "", card) for card in cards]


async def test_what_was_found_is_marked_where_it_stands(client: Client) -> None:
    html = await find(client, "quantization transformers -revisited")
    assert titles(html) == ["What Quantized Transformers Forget"]
    assert "What <mark>Quantized</mark> <mark>Transformers</mark> Forget" in html
    assert "quantized <mark>" not in html.lower()


async def test_the_newest_come_first_and_pages_lead_on_until_all_were_shown(stage: Stage, client: Client) -> None:
    stage.memory.held = [paper(n, f"Mamba {n:02}", day=1 + n % 28) for n in range(1, 46)]
    seen: list[str] = []
    path = "/search?q=mamba"
    while path:
        html, _ = await look(client, path)
        seen += titles(html)
        onward = re.search(r'rel="next" href="([^"]+)"', html)
        path = onward[1].replace("&amp;", "&") if onward else ""
    assert len(seen) == 45
    assert sorted(seen) == [f"Mamba {n:02}" for n in range(1, 46)]
    assert seen[0] == "Mamba 27"


async def test_a_rule_that_cannot_be_read_is_answered_with_a_caret(client: Client) -> None:
    html = await find(client, "mamba (state")
    assert "This parenthesis is not closed" in html
    assert "mamba (state\n      ^" in html
    assert "/feed.atom?q=" not in html


async def test_a_word_that_no_paper_has_is_pointed_out_with_what_may_be_meant(client: Client) -> None:
    html = await find(client, "speculatve decoding")
    assert 'href="/search?q=decoding%20speculative"' in html
    assert "Did you mean" in html
    assert "Did you mean" not in await find(client, "speculative decoding")


async def test_facts_and_fields_say_where_they_hit(client: Client) -> None:
    html = await find(client, 'au:"Noor Reyes" votes:>=50')
    assert "Eight-Bit Attention for Small Machines" in titles(html)
    assert "in the authors" in html
    assert "in the votes" in html


async def test_the_days_best_are_found_in_the_order_of_the_day(client: Client) -> None:
    found = titles(await find(client, "top:1"))
    assert sorted(found) == [
        "An Early Note on Merging Experts",
        "Eight-Bit Attention for Small Machines",
        "Eight-Bit Attention for Small Machines, Revisited",
    ]


async def test_a_search_that_stops_early_says_where_and_leads_on(
    stage: Stage, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Many papers have one of the words, few match: nobody waits for thousands to be read."""
    monkeypatch.setattr(seek, "MOST", 40)
    stage.memory.held = [paper(n, f"Mamba video {n}" if n > 5 else f"Mamba {n}") for n in range(1, 400)]
    await stage.memory.index(400)
    html = await find(client, "mamba -video")
    assert titles(html) == []
    assert "the search stopped at" in html
    pages, seen = 0, list[str]()
    while "Search on" in html:
        pages += 1
        onward = re.search(r'rel="next" href="([^"]+)"', html)
        assert onward
        html, _ = await look(client, onward[1].replace("&amp;", "&"))
        seen += titles(html)
    assert sorted(seen) == [f"Mamba {n}" for n in range(1, 6)]
    assert 2 <= pages < 20


async def test_papers_that_wait_to_be_indexed_are_told(
    stage: Stage, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(seek, "FRESH", 2)
    assert "9 papers are still being made searchable" in await find(client, "attention")
    for _ in range(5):
        html = await find(client, "attention")
    assert "still being made searchable" not in html
    assert len(titles(html)) == 2


@pytest.mark.parametrize("before", ["x", "9" * 30, "-", "٣", "1e9"])
async def test_a_strange_place_is_the_newest(client: Client, before: str) -> None:
    assert titles(await find(client, "attention", f"&before={quote(before)}"))


async def test_a_rule_found_is_subscribed_in_a_channel_by_its_preview(stage: Stage, client: Client) -> None:
    html, fields = await look(client, "/search?q=transformers+quantization")
    assert 'name="channel" value="general"' in html
    sent = {"token": fields["token"], "q": "transformers quantization", "channel": "general"}
    status, answer, _ = await send(client, "/subscribe", sent)
    assert status == 200
    assert "Only you see this" in answer
    said = stage.heard[-1]
    assert isinstance(said, Ask)
    assert (said.channel, said.verb, said.words) == (GENERAL, "subscribe", "quantization transformers")


async def test_a_subscription_needs_our_own_form_and_a_channel_of_ours(stage: Stage, client: Client) -> None:
    _, fields = await look(client, "/search?q=mamba")
    wish = {"token": fields["token"], "q": "mamba", "channel": "general"}
    for wrong in ({"token": "x"}, {"channel": "//evil.example"}, {"channel": "slack:T/C"}, {"q": "(("}, {"q": ""}):
        status, html, where = await send(client, "/subscribe", wish | wrong)
        assert status in (400, 403), html
        assert where == ""
    assert stage.heard == []


async def test_who_may_not_write_is_offered_the_token_instead(stage: Stage) -> None:
    async with opened(stage, token="secret") as client:
        html, fields = await look(client, "/search?q=mamba")
        assert 'name="channel"' not in html
        assert "/token" in html
        assert fields == {}


async def test_searching_faster_than_a_person_types_is_refused(stage: Stage, client: Client) -> None:
    answers = []
    for _ in range(45):
        async with client.get("/search?q=mamba") as answer:
            answers.append(answer.status)
    assert answers[:40] == [200] * 40
    assert set(answers[40:]) == {429}
    stage.later(60)
    assert await find(client, "mamba")


async def test_trying_rules_out_has_an_allowance_of_its_own(client: Client) -> None:
    answers = []
    for _ in range(32):
        async with client.get("/workshop?q=mamba", headers={"Accept": "application/json"}) as answer:
            answers.append(answer.status)
    assert answers == [200] * 30 + [429] * 2
    assert await find(client, "mamba")


# ── the workshop ──


async def trial(client: Client, rule: str) -> str:
    html, _ = await look(client, f"/workshop?q={quote(rule)}")
    return html


async def test_the_workshop_counts_day_by_day_and_what_each_term_brings(client: Client) -> None:
    html = await trial(client, "quantization transformers")
    assert "2 papers in 30 days" in html
    assert "Friday, 28 August 2026: 1" in html
    assert len(re.findall(r'class="bar-of"', html)) == 2
    assert re.search(r"<code>transformers</code></th><td>2</td><td>2</td>", html)
    assert "style=" not in html


async def test_the_workshop_shows_what_one_term_kept_away(client: Client) -> None:
    html = await trial(client, "attention -revisited")
    assert "1 paper in 30 days" in html
    assert re.search(r"Revisited</a> <span[^>]+>has <code>revisited</code>", html)
    assert re.search(
        r"Eight-Bit Attention[^<]+</a> <span[^>]+>lacks <code>mamba</code>", await trial(client, "attention mamba")
    )


async def test_near_misses_take_turns_by_the_term_that_kept_them_away(stage: Stage, client: Client) -> None:
    """A word that hundreds lack does not push aside the one paper that another word kept away."""
    many = [paper(50 + n, f"Attention for Everyday Tool {n}") for n in range(9)]
    stage.memory.held = [*browsing(), *many, paper(70, "Attention for Mamba"), paper(71, "Mamba Alone", abstract="")]
    html = await trial(client, "attention mamba")
    missed = re.findall(r"</a> <span[^>]+>lacks <code>(\w+)</code>", html)
    assert len(missed) == 6
    assert missed[:2] == ["attention", "mamba"]


async def test_the_workshop_says_since_when_papers_are_known_and_what_a_week_brings(
    stage: Stage, client: Client
) -> None:
    """Four days tell nothing of a week; from seven on the days before the first paper do not count."""
    html = await trial(client, "attention")
    assert "of 11 seen since 25 August." in html
    assert "a week" not in html
    stage.memory.held = [*browsing(), paper(60, "Attention of Old", day=15)]
    html = await trial(client, "attention")
    assert "of 12 seen since 15 August; about 1.5 a week." in html  # three papers in fourteen days
    assert re.search(r'class="count-of"[^>]*>1</text>', html)


async def test_the_workshop_answers_our_script_with_the_answer_alone(client: Client) -> None:
    async with client.get("/workshop?q=attention", headers={"Accept": "application/json"}) as answer:
        html = (await answer.json())["trial"]
    assert "2 papers in 30 days" in html
    assert "<html" not in html
    async with client.get("/workshop?q=(a", headers={"Accept": "application/json"}) as answer:
        assert "parenthesis" in (await answer.json())["trial"]


async def test_the_workshop_counts_no_days_before_its_thirty(stage: Stage, client: Client) -> None:
    old = paper(9, "Attention of Long Ago", announced=NOON.replace(month=6))
    stage.memory.held = [*browsing(), old]
    assert "2 papers in 30 days" in await trial(client, "attention")
    assert "of 11 seen" in await trial(client, "attention")


# ── private things ──


async def test_papers_that_only_a_private_channel_knows_are_on_no_page(stage: Stage, client: Client) -> None:
    stage.memory.held = []
    secret = paper(7, "A Secret Attention", id="guid:feed#7", source="https://feeds.example/private")
    shared = paper(8, "A Shared Attention", id="guid:feed#8", source="https://feeds.example/local")
    for channel, one in ((SLACK, secret), (GENERAL, shared)):
        poll = Poll(Bookmark(one.source), (one,), audience=frozenset({channel}))
        await stage.memory.add_feed(OwnFeed(channel, one.source, "slack:U1"), poll, NOON)
    for path in (
        "/",
        "/day/2026-08-28",
        "/search?q=attention",
        "/workshop?q=attention",
        "/feed.atom",
        "/feed.json?q=attention",
    ):
        async with client.get(path) as answer:
            html = await answer.text()
            assert answer.status == 200
            assert "Secret" not in html, path
            assert "Shared" in re.sub("<.*?>", "", html), path
    async with client.get(f"/papers/{quote(secret.id, safe='')}") as answer:
        assert answer.status == 404


# ── marks ──


def test_marks_are_put_together_where_they_overlap() -> None:
    assert marked.marked("a state space model", [(2, 13)]) == [("a ", False), ("state space", True), (" model", False)]
    assert "".join(text for text, _ in marked.marked("abc", [(0, 3)])) == "abc"
    assert marked.marked("", []) == []


def test_what_was_found_is_marked_wherever_it_stands_again() -> None:
    """As the same word, in any case; not inside another one, and text of strangers is no pattern."""
    text = "Quantization (a.*b). On quantization, requantization and QUANTIZATION (a.*b)."
    hits = marked.again(text, [(0, 12), (13, 19)])
    assert [text[start:end] for start, end in hits] == [
        "Quantization", "(a.*b)", "quantization", "QUANTIZATION", "(a.*b)",
    ]  # fmt: skip
    assert marked.again(text, []) == []


def test_an_excerpt_shows_the_first_hit_and_keeps_the_words() -> None:
    text = "Words before. " * 40 + "Here is mamba at last. " + "Words after. " * 40
    at = text.index("mamba")
    found = marked.excerpt(text, [(at, at + 5)])
    assert ("mamba", True) in found
    assert "".join(piece for piece, _ in found).strip("… ") in text
    assert len("".join(piece for piece, _ in found)) < 480
    assert marked.excerpt("Short.", []) == [("Short.", False)]


async def test_strangers_words_stay_words_in_what_was_found(stage: Stage, client: Client) -> None:
    bad = '<script>alert(1)</script> mamba "x" <b>'
    stage.memory.held = [paper(1, bad, abstract=bad * 40, signals=Signals(submitter=bad, keywords=(bad,)))]
    html = await find(client, "mamba alert")
    assert "<script>alert" not in html
    assert "&lt;script&gt;<mark>alert</mark>(1)" in html
    echoed = await find(client, '"><script>alert(1)</script>')
    assert "<script>alert" not in echoed


@pytest.mark.parametrize("channel", [SLACK, GENERAL])
async def test_no_word_of_a_private_paper_is_offered_for_a_slip(client: Client, stage: Stage, channel: Channel) -> None:
    """A name that only two papers of a private channel's own feed have; a public channel's are everybody's to find."""
    found = tuple(
        paper(n, f"Notes on Zyxomatron {n}", id=f"guid:feed#{n}", source="https://f.example/") for n in (7, 8)
    )
    poll = Poll(Bookmark("https://f.example/"), found, audience=frozenset({channel}))
    await stage.memory.add_feed(OwnFeed(channel, "https://f.example/", "slack:U1"), poll, NOON)
    async with client.get("/search?q=zyxomatrn") as answer:
        assert ("zyxomatron" in (await answer.text()).lower()) == (channel == GENERAL)
