"""The pages, asked for without a browser."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from urllib.parse import quote

import pytest
from aiohttp.test_utils import TestClient, TestServer
from aiohttp.web import Application, Request

from bot.model import Bookmark, Button, Channel, Entry, Feed, Message, Paper, Post, Span
from tests.web.stage import GENERAL, NOON, Stage, browsing, line, paper, post_about, text

Client = TestClient[Request, Application]
Open = Callable[..., Awaitable[Client]]
HOSTILE = '<script>alert(1)</script><img src=x onerror=alert(2)> "quoted" \u202egnp.exe\x00\ud800'


@pytest.fixture
async def stage() -> Stage:
    return Stage()


@pytest.fixture
async def client(stage: Stage) -> AsyncIterator[Client]:
    async with TestClient(TestServer(stage.app())) as opened:
        yield opened


async def body(client: Client, path: str, status: int = 200) -> str:
    async with client.get(path) as answer:
        found = await answer.text()
        assert answer.status == status, found
        return found


async def test_the_first_page_shows_the_newest_day_with_papers(stage: Stage, client: Client) -> None:
    stage.memory.held = browsing()
    html = await body(client, "/")
    assert "Friday, 28 August 2026" in html
    assert html.index("Eight-Bit Attention") < html.index("A Field Guide")
    assert "et al. (5 authors)" in html
    assert re.search("<b>61</b><span[^>]+> votes<", html)
    assert "An Early Note" not in html


async def test_a_day_leads_to_the_days_around_it_that_have_papers(stage: Stage, client: Client) -> None:
    stage.memory.held = browsing()
    html = await body(client, "/day/2026-08-27")
    assert 'rel="prev" href="/day/2026-08-25"' in html
    assert 'rel="next" href="/day/2026-08-28"' in html
    assert "No papers came on this day" in await body(client, "/day/2026-08-26")
    assert "no such day" in await body(client, "/day/yesterday", 404)


async def test_a_long_day_comes_in_sheets_that_together_show_every_paper(stage: Stage, client: Client) -> None:
    stage.memory.held = [paper(i, f"Paper number {i:03}", votes=0) for i in range(130)]
    sheets = [await body(client, f"/day/2026-08-28?sheet={n}") for n in ("1", "2", "3")]
    found = [title for html in sheets for title in re.findall(r">(Paper number \d+)<", html)]
    assert sorted(found) == [f"Paper number {i:03}" for i in range(130)]
    assert "3 of 3" in await body(client, "/day/2026-08-28?sheet=99999")


async def test_an_empty_installation_says_what_comes_next_and_what_to_type(stage: Stage, client: Client) -> None:
    stage.feeds = (
        Feed("huggingface:daily", "https://huggingface.co/api"),
        Feed("arxiv:cs.CL", "https://rss.arxiv.org"),
    )
    stage.memory.tables.bookmarks["arxiv:cs.CL"] = Bookmark(
        "arxiv:cs.CL", error="rss.arxiv.org did not answer.", due=NOON
    )
    html = await body(client, "/")
    assert "huggingface:daily" in html
    assert "rss.arxiv.org did not answer. Next try" in html
    assert "/subscribe transformers quantization" in html


async def test_the_sample_says_that_it_is_the_sample(stage: Stage, client: Client) -> None:
    stage.memory.held = [paper(1, "From the sample", source="sample:")]
    assert "This is the sample." in await body(client, "/")
    stage.memory.held = [paper(1, "From a feed")]
    assert "This is the sample." not in await body(client, "/")


async def test_a_paper_s_page_leads_to_each_of_its_versions(stage: Stage, client: Client) -> None:
    """Where they are kept: on arXiv."""
    elsewhere = paper(2, "Elsewhere", id="doi:10.1/a", version=2)
    stage.memory.held = [paper(1, "Thrice", version=3), elsewhere, paper(3, "Once", version=1)]
    html = await body(client, "/papers/arxiv:2608.00001")
    links = [f'href="https://arxiv.org/abs/2608.00001v{n}"' for n in (3, 2, 1)]
    assert [html.index(link) for link in links] == sorted(html.index(link) for link in links)
    assert "Versions" not in await body(client, "/papers/arxiv:2608.00003")
    assert "<dt>Version</dt><dd>2</dd>" in await body(client, "/papers/doi:10.1%2Fa")


@pytest.mark.parametrize(
    "id", ["arxiv:2608.00001", "url:https://example.org/a?b=c&d=%2F#e", "guid:feed#../x y/é", "doi:10.1/a/b"]
)
async def test_a_paper_has_a_page_by_any_id(stage: Stage, client: Client, id: str) -> None:
    stage.memory.held = [paper(1, "The paper", id=id, aliases=("url:https://other",))]
    async with client.get(f"/papers/{quote(id, safe='')}") as answer:
        assert answer.status == 200
        assert "The paper" in await answer.text()
    async with client.get(f"/papers/{quote('url:https://other', safe='')}") as answer:
        assert answer.status == 200
        assert "The paper" in await answer.text()


async def test_the_front_page_links_to_a_paper_whose_id_is_an_address(stage: Stage, client: Client) -> None:
    stage.memory.held = [paper(1, "The paper", id="url:https://example.org/a/../b?c=%2F&x=1#y")]
    link = re.search(r'href="(/papers/[^"]+)"', await body(client, "/"))
    assert link
    assert "The paper" in await body(client, link[1].replace("&amp;", "&"))


async def test_an_unknown_paper_or_page_is_one_sentence(client: Client) -> None:
    assert "No paper is known by this id" in await body(client, "/papers/arxiv:1", 404)
    assert "There is nothing at this address" in await body(client, "/nowhere", 404)
    assert "There is nothing at this address" in await body(client, "/static/..%2fpages.py", 404)


def hostile() -> Paper:
    return paper(
        1,
        HOSTILE,
        authors=(HOSTILE,) * 5,
        abstract=HOSTILE * 300,
        url="javascript:alert(1)",
        pdf_url="https://good.example@evil.example/",
        categories=(HOSTILE,),
        source=HOSTILE,
        signals=replace(
            paper(1, "x").signals, code_url=" https://a b", keywords=(HOSTILE,), gist=HOSTILE, submitter=HOSTILE
        ),
    )


def harmless(html: str) -> bool:
    """Whether nothing of the hostile text became markup, an address, or a change of direction."""
    own = re.sub(r'<script src="/static/page\.js\?\w+" defer></script>', "", html)
    markup = re.findall(r"<(?:script|img src=x)|onerror=(?!alert\(2\)&gt;)|href=\"(?:javascript|https://good)", own)
    return not markup and not re.search("[\x00\ud800-\udfff\u202e]", html)


async def test_strangers_text_is_never_markup_on_the_papers_pages(stage: Stage, client: Client) -> None:
    stage.memory.held = [hostile()]
    assert harmless(await body(client, "/"))
    assert harmless(await body(client, "/papers/arxiv:2608.00001"))


async def test_strangers_text_is_never_markup_in_a_channel(stage: Stage, client: Client) -> None:
    stage.memory.held = [hostile()]
    await stage.chat.post(GENERAL, post_about(hostile(), HOSTILE), "k")
    await stage.memory.say(Message(GENERAL, f"local:{HOSTILE}", text(HOSTILE), NOON, HOSTILE))
    await stage.memory.say(Message(GENERAL, "local:x", text(HOSTILE), NOON, "t", thread=1))
    assert harmless(await body(client, "/chat/general"))
    assert harmless(await body(client, "/chat/general/1"))
    assert harmless(
        await body(client, f"/chat/general?say={quote('</textarea>' + HOSTILE.encode('utf-8', 'ignore').decode())}")
    )


async def test_neighbouring_code_lines_stand_in_one_block(stage: Stage, client: Client) -> None:
    post = replace(
        text("Wrong:"), lines=(line("(a OR", kind="pre"), line("^", kind="pre"), line("Mend it.", kind="text"))
    )
    await stage.chat.post(GENERAL, post, "k")
    assert '<pre dir="ltr" tabindex="0">(a OR\n^</pre>' in await body(client, "/chat/general")


async def test_the_list_of_channels_holds_general_and_whatever_is_in_use(stage: Stage, client: Client) -> None:
    await stage.chat.post(Channel("local", "reading-group"), text("hello"), "k")
    html = await body(client, "/chat")
    assert "general" in html
    assert "reading-group" in html
    async with client.get("/chat?name=%23new-one", allow_redirects=False) as answer:
        assert answer.headers["Location"] == "/chat/new-one"


@pytest.mark.parametrize("name", ["a b", "-x", "x" * 41, "a%2fb", "é", "<b>"])
async def test_a_channel_that_cannot_be_named_so_is_one_sentence(client: Client, name: str) -> None:
    assert "letters, digits" in await body(client, f"/chat/{quote(name, safe='%')}", 404)


async def test_a_message_of_another_channel_has_no_page_here(stage: Stage, client: Client) -> None:
    await stage.chat.post(Channel("local", "other"), text("hello"), "k")
    assert "no such message" in await body(client, "/chat/general/1", 404)
    assert "no such message" in await body(client, f"/chat/general/{10**17}", 404)
    assert "There is nothing" in await body(client, "/chat/general/1x", 404)


async def test_a_message_within_a_thread_leads_to_its_thread(stage: Stage, client: Client) -> None:
    top = await stage.chat.post(GENERAL, text("top"), "k")
    await stage.chat.thread(GENERAL, top, "name", text("opener"), "k")
    async with client.get("/chat/general/2", allow_redirects=False) as answer:
        assert answer.headers["Location"] == "/chat/general/1#m2"


async def test_a_thread_shows_the_abstract_once(stage: Stage, client: Client) -> None:
    about = paper(1, "Eight-Bit Attention")
    stage.memory.held = [about]
    top = await stage.chat.post(GENERAL, replace(text("Eight-Bit"), paper=about.id), "k")
    assert (await body(client, "/chat/general/1")).count(about.abstract) == 1
    await stage.chat.thread(GENERAL, top, "name", text(about.abstract), "k")
    assert (await body(client, "/chat/general/1")).count(about.abstract) == 1


async def test_a_database_in_trouble_is_one_sentence(stage: Stage, client: Client) -> None:
    stage.memory.down = True
    for path in ("/", "/chat", "/chat/general", "/papers/arxiv:1", "/healthz"):
        assert "The database is locked" in await body(client, path, 503)


async def test_the_health_page_answers_while_the_database_does(client: Client) -> None:
    assert await body(client, "/healthz") == "ok\n"


async def test_a_fault_of_ours_shows_a_sentence_and_no_traceback(stage: Stage, client: Client) -> None:
    stage.memory.held = [replace(paper(1, "x"), authors=(1,))]  # type: ignore[arg-type]  # what no store gives
    html = await body(client, "/", 500)
    assert "Something went wrong here" in html
    assert "Traceback" not in html


async def test_a_long_channel_shows_its_newest_messages_and_the_rest_when_asked(stage: Stage, client: Client) -> None:
    for n in range(130):
        await stage.chat.post(GENERAL, text(f"said {n:03}"), str(n))
    html = await body(client, "/chat/general")
    assert "said 030" in html
    assert "said 029" not in html
    assert 'href="/chat/general?older=1"' in html
    older = await body(client, "/chat/general?older=1")
    assert "said 000" in older
    assert "Show older messages" not in older


async def test_a_list_has_each_papers_button_beside_it_and_the_seldom_ones_in_a_menu(
    stage: Stage, client: Client
) -> None:
    entries = tuple(
        Entry(f"Paper <{n}>", (line(f"Title <{n}>"), line("Gist", kind="small")), Button("Discuss", f"discuss:{n}"))
        for n in (1, 2)
    )
    more = (Button("Why are these <here>?", "why:1"),)
    closing = (line("That was all."),)
    await stage.chat.post(GENERAL, Post(line("Monday"), entries=entries, closing=closing, more=more), "k")
    html = await body(client, "/chat/general")
    places = [
        html.index(mark)
        for n in (1, 2)
        for mark in (f"Title &lt;{n}&gt;", f'value="discuss:{n}"', f": Paper &lt;{n}&gt;")
    ]
    assert places == sorted(places)
    assert places[-1] < html.index("That was all.") < html.index("<details")
    menu = html[html.index("<details") : html.index("</details>")]
    assert 'value="why:1"' in menu
    assert "Why are these &lt;here&gt;?" in menu
    assert 'name="token"' in menu


async def test_an_edited_post_shows_what_it_says_now(stage: Stage, client: Client) -> None:
    top = await stage.chat.post(GENERAL, post_about(paper(1, "Eight-Bit")), "k")
    await stage.chat.edit(GENERAL, top, Post(line(Span("Eight-Bit", "struck"), " was withdrawn")))
    html = await body(client, "/chat/general")
    assert "<del>Eight-Bit</del> was withdrawn" in html
    assert 'value="mute:1"' not in html


async def test_a_post_tells_how_many_replies_its_thread_has(stage: Stage, client: Client) -> None:
    top = await stage.chat.post(GENERAL, post_about(paper(1, "Eight-Bit")), "k")
    assert "replies" not in await body(client, "/chat/general")
    await stage.chat.thread(GENERAL, top, "name", text("opener"), "k")
    for word in ("one", "two"):
        await stage.memory.say(Message(GENERAL, "local:x", text(word), NOON, word, thread=1))
    assert re.search(r"Discuss <span[^>]+>2<span[^>]+> replies<", await body(client, "/chat/general"))


async def test_a_person_in_a_post_is_called_as_the_reader_knows_them(stage: Stage, client: Client) -> None:
    async def told(person: str) -> str:
        stage.memory.tables.messages.clear()
        said = replace(text(""), headline=line(Span("Somebody", person=person), " subscribed"))
        await stage.chat.post(GENERAL, said, person)
        return await body(client, "/chat/general")

    assert "Guest abcd subscribed" in await told("local:abcdef")
    assert "Somebody subscribed" in await told("slack:U1")


async def test_a_paper_without_an_address_is_linked_to_its_page(stage: Stage, client: Client) -> None:
    await stage.chat.post(GENERAL, post_about(paper(1, "Eight-Bit", id="guid:sample#1", url=None)), "k")
    assert '<a href="/papers/guid%3Asample%231">Eight-Bit</a>' in await body(client, "/chat/general")
