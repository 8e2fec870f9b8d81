"""Writing in a channel without JavaScript, and who may not."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from urllib.parse import urlsplit

import pytest
from aiohttp import CookieJar
from aiohttp.test_utils import TestClient, TestServer
from aiohttp.web import Application, Request

from bot.model import Ask, Press
from tests.web.stage import GENERAL, Stage, paper, post_about, text

Client = TestClient[Request, Application]
JSON = {"Accept": "application/json"}


@pytest.fixture
async def stage() -> Stage:
    return Stage()


def opened(stage: Stage, **more: object) -> Client:
    return TestClient(TestServer(stage.app(**more)), cookie_jar=CookieJar(unsafe=True))


@pytest.fixture
async def client(stage: Stage) -> AsyncIterator[Client]:
    async with opened(stage) as made:
        yield made


async def look(client: Client, path: str = "/chat/general") -> tuple[str, dict[str, str]]:
    """The page, and the hidden fields of its form."""
    async with client.get(path) as answer:
        html = await answer.text()
        assert answer.status == 200, html
        return html, dict(re.findall(r'type="hidden" name="(token|nonce)" value="([^"]+)"', html))


async def send(
    client: Client, path: str, fields: dict[str, str], headers: dict[str, str] | None = None
) -> tuple[int, str, str]:
    """Status, body, and where it leads."""
    async with client.post(path, data=fields, headers=headers, allow_redirects=False) as answer:
        return answer.status, await answer.text(), answer.headers.get("Location", "")


async def test_a_command_is_answered_on_the_page_for_its_person_alone(stage: Stage, client: Client) -> None:
    _, fields = await look(client)
    status, html, _ = await send(
        client, "/chat/general", fields | {"words": "/Subscribe  transformers\r\n quantization"}
    )
    assert status == 200
    assert "Only you see this" in html
    assert 'value="confirm:1"' in html
    (ask,) = stage.heard
    assert isinstance(ask, Ask)
    assert (ask.channel, ask.verb, ask.words) == (GENERAL, "subscribe", "transformers quantization")
    assert "Only you see this" not in (await look(client))[0]


async def test_a_pressed_button_reaches_the_bot_and_the_channel_hears_of_it(stage: Stage, client: Client) -> None:
    _, fields = await look(client)
    status, html, _ = await send(client, "/chat/general/press", fields | {"action": "confirm:1"})
    assert status == 200
    assert "Subscribed. Papers are posted here" in html
    assert "This channel now follows" in html
    assert "This channel now follows" in (await look(client))[0]
    assert [said.post.plain for said in stage.memory.said] == ["This channel now follows transformers quantization."]


async def test_a_person_is_the_same_in_every_ask_and_press(stage: Stage, client: Client) -> None:
    _, fields = await look(client)
    await send(client, "/chat/general", fields | {"words": "/help"})
    await send(client, "/chat/general/press", fields | {"action": "cancel:1"})
    async with opened(stage) as other:
        await send(other, "/chat/general", (await look(other))[1] | {"words": "/help"})
    mine, again, theirs = (said.person for said in stage.heard)
    assert mine == again != theirs
    assert mine.startswith("local:")


async def test_an_author_cannot_be_played_by_who_reads_their_name(stage: Stage, client: Client) -> None:
    _, fields = await look(client)
    await send(client, "/chat/general", fields | {"words": "hello"})
    secret = client.session.cookie_jar.filter_cookies(client.make_url("/"))["visitor"].value
    assert secret not in (await look(client))[0]
    assert stage.memory.said[0].author != f"local:{secret}"


async def test_plain_words_are_a_message_said_once_however_often_sent(stage: Stage, client: Client) -> None:
    _, fields = await look(client)
    words = fields | {"words": "Has anybody\n\n\n\nread this?\x00\u202e"}
    for _ in range(2):
        status, _, location = await send(client, "/chat/general", words)
        assert (status, location) == (303, "/chat/general#m1")
    await send(client, "/chat/general", fields | {"words": "Another one"})
    assert [said.post.plain for said in stage.memory.said] == ["Has anybody\nread this?", "Another one"]
    assert "<b>You</b>" in (await look(client))[0]


async def test_nothing_typed_is_nothing_said(stage: Stage, client: Client) -> None:
    _, fields = await look(client)
    assert (await send(client, "/chat/general", fields | {"words": " \n "}))[0] == 303
    assert stage.memory.said == []


async def test_a_thread_is_written_in_and_read_on_its_own_page(stage: Stage, client: Client) -> None:
    await stage.chat.post(GENERAL, post_about(paper(1, "Eight-Bit")), "k")
    html, _ = await look(client)
    assert 'href="/chat/general/1"' in html
    _, fields = await look(client, "/chat/general/1")
    status, _, location = await send(client, "/chat/general/1", fields | {"words": "In the thread"})
    assert (status, location) == (303, "/chat/general/1#m2")
    assert "In the thread" in (await look(client, "/chat/general/1"))[0]
    assert "In the thread" not in (await look(client))[0]


async def test_words_sent_to_a_message_within_a_thread_join_that_thread(stage: Stage, client: Client) -> None:
    await stage.chat.post(GENERAL, text("top"), "k")
    await stage.chat.thread(GENERAL, "1", "name", text("opener"), "k")
    _, fields = await look(client)
    await send(client, "/chat/general/2", fields | {"words": "joined"})
    assert stage.memory.said[-1].thread == 1


async def test_a_reply_with_a_thread_leads_there(stage: Stage, client: Client) -> None:
    _, fields = await look(client)
    status, _, location = await send(client, "/chat/general/press", fields | {"action": "thread:5"})
    assert (status, location) == (303, "/chat/general/1")


async def test_a_command_typed_in_a_thread_is_answered_there(stage: Stage, client: Client) -> None:
    await stage.chat.post(GENERAL, text("top of the thread"), "k")
    _, fields = await look(client, "/chat/general/1")
    _, html, _ = await send(client, "/chat/general/1", fields | {"words": "/subscribe x"})
    assert "Only you see this" in html
    assert "top of the thread" in html
    assert '<input type="hidden" name="thread" value="1">' in html


async def test_the_script_gets_pieces_instead_of_pages(stage: Stage, client: Client) -> None:
    _, fields = await look(client)
    async with client.post("/chat/general", data=fields | {"words": "/help"}, headers=JSON) as answer:
        found = await answer.json()
    assert "Only you see this" in found["whisper"]
    assert "<html" not in found["whisper"]
    async with client.post("/chat/general", data=fields | {"words": "hello"}, headers=JSON) as answer:
        assert 'id="m1"' in (await answer.json())["said"]
    async with client.post("/chat/general", data={"words": "hello"}, headers=JSON) as answer:
        assert answer.status == 403
        assert "open the page again" in (await answer.json())["wrong"]


async def test_a_first_visit_is_told_what_to_type_and_the_next_is_not(stage: Stage, client: Client) -> None:
    await stage.chat.post(GENERAL, text("hello"), "k")
    assert "data-fill" in (await look(client))[0]
    assert "data-fill" not in (await look(client))[0]
    html, _ = await look(client, "/chat/general?say=%2Fsubscribe+x+%3Cb%3E")
    assert "/subscribe x &lt;b&gt;</textarea>" in html


# ── who may not ──


async def test_a_form_without_the_visitors_own_token_is_refused(stage: Stage, client: Client) -> None:
    _, fields = await look(client)
    for token in ("", "x", "é\ud800".encode("utf-8", "replace").decode(), fields["token"][:-1]):
        status, html, _ = await send(client, "/chat/general", {"words": "hello", "token": token})
        assert status == 403
        assert "open the page again" in html
    async with opened(stage) as other:
        await look(other)
        assert (await send(other, "/chat/general", fields | {"words": "hello"}))[0] == 403
    async with TestClient(TestServer(stage.app()), cookie_jar=CookieJar(unsafe=True)) as bare:
        assert (await send(bare, "/chat/general", fields | {"words": "hello"}))[0] == 403
    assert stage.memory.said == []


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://evil.example"},
        {"Origin": "http://127.0.0.1:1"},
        {"Host": "evil.example"},
        {"Host": "127.0.0.1.evil.example"},
        {"Host": ""},
    ],
)
async def test_another_sites_request_changes_nothing(stage: Stage, client: Client, headers: dict[str, str]) -> None:
    _, fields = await look(client)
    status, _, _ = await send(client, "/chat/general", fields | {"words": "hello"}, headers)
    assert status in (403, 421)
    assert stage.memory.said == []


@pytest.mark.parametrize("headers", [{"Origin": "null"}, {"Sec-Fetch-Site": "same-origin"}, {"Sec-Fetch-Site": "none"}])
async def test_our_own_pages_forms_are_taken(stage: Stage, client: Client, headers: dict[str, str]) -> None:
    _, fields = await look(client)
    own = {"Origin": f"http://127.0.0.1:{client.port}"} | headers
    assert (await send(client, "/chat/general", fields | {"words": "hello"}, own))[0] == 303


@pytest.mark.parametrize("host", ["localhost", "localhost:99", "127.0.0.1", "[::1]:8090", "LOCALHOST.", "papers.lab"])
async def test_names_of_this_machine_and_those_we_are_told_are_served(stage: Stage, host: str) -> None:
    async with opened(stage, names=["Papers.Lab"]) as client, client.get("/", headers={"Host": host}) as answer:
        assert answer.status == 200


@pytest.mark.parametrize(
    "host", ["evil.example", "localhost.evil.example", "10.0.0.7", "[::2]", "a b", "[", "127.0.0.2"]
)
async def test_a_foreign_name_is_refused_on_this_machine(client: Client, host: str) -> None:
    async with client.get("/", headers={"Host": host}) as answer:
        assert answer.status == 421
        assert "not served under this name" in await answer.text()


async def test_the_cookie_stays_with_us_and_away_from_scripts(client: Client) -> None:
    async with client.get("/chat/general") as answer:
        cookie = answer.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Strict" in cookie
    assert "Path=/" in cookie
    async with client.get("/chat/general") as answer:
        assert "Set-Cookie" not in answer.headers


async def test_a_link_from_another_site_does_not_make_a_known_visitor_new(client: Client) -> None:
    cross = {"Sec-Fetch-Site": "cross-site"}
    async with client.get("/chat/general/1?say=x", headers=cross) as answer:
        assert "Set-Cookie" not in answer.headers
        assert answer.headers["Refresh"] == "0; url=/chat/general/1?say=x&in=1"
    async with client.get("/chat/general?in=1", headers=cross) as answer:
        assert "Refresh" not in answer.headers


@pytest.mark.parametrize(
    "path", ["/", "/chat/general", "/nowhere", "/static/page.js", "/healthz", "/chat/general/events"]
)
async def test_every_answer_carries_the_strict_headers(client: Client, path: str) -> None:
    async with client.get(path) as answer:
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Referrer-Policy"] == "no-referrer"


async def test_the_pages_hold_no_inline_script_or_style_and_nothing_from_elsewhere(
    stage: Stage, client: Client
) -> None:
    stage.memory.held = [paper(1, "Eight-Bit")]
    for path in ("/", "/papers/arxiv:2608.00001", "/chat", "/chat/general", "/token", "/nowhere"):
        async with client.get(path) as answer:
            html = await answer.text()
        assert not re.search(r"<style|\sstyle=|\son[a-z]+=|<script(?! src=\"/static/)", html)
        loaded = re.findall(r'<(?:img|script|link|iframe)[^>]+(?:src|href)="([^"]+)"', html)
        assert loaded
        assert not [url for url in loaded if urlsplit(url).netloc]


async def test_a_message_has_a_longest_length_and_so_has_a_body(stage: Stage, client: Client) -> None:
    _, fields = await look(client)
    status, html, _ = await send(client, "/chat/general", fields | {"words": "w" * 4001})
    assert status == 413
    assert "a message holds 4,000" in html
    status, html, _ = await send(client, "/chat/general", fields | {"words": "w" * 100_000})
    assert status == 413
    assert "<html" in html
    assert (await send(client, "/chat/general", fields | {"words": "é" * 4000}))[0] == 303


@pytest.mark.parametrize("type", ["text/plain", "multipart/form-data; boundary=x", "application/json"])
async def test_only_forms_are_read(client: Client, type: str) -> None:
    async with client.post("/chat/general", data=b"words=x", headers={"Content-Type": type}) as answer:
        assert answer.status == 415


async def test_a_form_in_no_known_alphabet_is_one_sentence(client: Client) -> None:
    given = {"Content-Type": "application/x-www-form-urlencoded; charset=nonsense"}
    async with client.post("/chat/general", data=b"words=x", headers=given) as answer:
        assert answer.status == 400
    async with client.post(
        "/chat/general", data=b"words=\xff", headers={"Content-Type": given["Content-Type"][:33]}
    ) as a:
        assert a.status == 400


@pytest.mark.parametrize("action", ["", "x", "confirm:", "confirm:1 2", "a" * 40 + ":1", "confirm:<b>", "é:1"])
async def test_a_button_we_never_made_is_not_handed_on(stage: Stage, client: Client, action: str) -> None:
    _, fields = await look(client)
    assert (await send(client, "/chat/general/press", fields | {"action": action}))[0] == 400
    assert stage.heard == []


async def test_who_writes_too_fast_waits_and_may_then_write_again(stage: Stage, client: Client) -> None:
    _, fields = await look(client)
    statuses = [(await send(client, "/chat/general", fields | {"words": f"{n}"}))[0] for n in range(22)]
    assert statuses == [303] * 20 + [429] * 2
    stage.later(1)
    assert (await send(client, "/chat/general", fields | {"words": "later"}))[0] == 303


async def test_beyond_this_machine_nothing_changes_without_the_token(stage: Stage) -> None:
    async with opened(stage, host="192.0.2.1") as client:
        html, fields = await look(client)
        assert "<textarea" not in html
        fields = {"token": (await look(client, "/token"))[1].get("token", "x")} | fields
        async with client.get("/token") as answer:
            assert "Set BOT_WEB_TOKEN" in await answer.text()
        assert (await send(client, "/chat/general", fields | {"words": "hello"}))[0] == 403
    assert stage.memory.said == []


async def test_who_has_shown_the_token_may_write(stage: Stage) -> None:
    async with opened(stage, host="192.0.2.1", token="let me in") as client:
        _, fields = await look(client, "/token")
        assert (await send(client, "/chat/general", fields | {"words": "hello"}))[0] == 403
        assert (await send(client, "/token", fields | {"given": "wrong"}))[0] == 403
        assert (await send(client, "/token", fields | {"given": "let me in"}))[2] == "/chat"
        assert (await send(client, "/chat/general", fields | {"words": "hello"}))[0] == 303
        jar = client.session.cookie_jar.filter_cookies(client.make_url("/"))
        assert "let me in" not in {cookie.value for cookie in jar.values()}


async def test_presses_and_asks_are_the_only_things_the_bot_hears(stage: Stage, client: Client) -> None:
    _, fields = await look(client)
    await send(client, "/chat/general", fields | {"words": "just words /subscribe x"})
    await send(client, "/chat/general", fields | {"words": "/ not a command"})
    await send(client, "/chat/general", fields | {"words": "/nonsense"})
    await send(client, "/chat/general/press", fields | {"action": "cancel:1"})
    assert [type(said) for said in stage.heard] == [Ask, Press]
