"""Who may not come in, and what every answer carries."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from urllib.parse import urlsplit

import pytest
from aiohttp import CookieJar
from aiohttp.test_utils import TestClient, TestServer

from tests.web.browse import Client, look, opened, send
from tests.web.stage import Stage, paper


@pytest.fixture
async def stage() -> Stage:
    return Stage()


@pytest.fixture
async def client(stage: Stage) -> AsyncIterator[Client]:
    async with opened(stage) as made:
        yield made


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


@pytest.mark.parametrize("away", ["//evil.example", "https://evil.example", "/\\evil.example", "%2f%2fevil.example"])
async def test_no_page_leads_to_another_site(stage: Stage, client: Client, away: str) -> None:
    """Whatever somebody puts into a link or a form: where we lead to is one of our own pages."""
    led = 0
    for path in ("/chat", "/chat/general", "/", f"/chat/{away}", f"/papers/{away}", f"/day/{away}"):
        for name in ("name", "next", "to", "url", "in"):
            asked, elsewhere = {name: away}, {"Sec-Fetch-Site": "cross-site"}
            async with client.get(path, params=asked, headers=elsewhere, allow_redirects=False) as answer:
                led += is_ours(answer.headers.get("Location", ""))
                led += is_ours(answer.headers.get("Refresh", "").partition("url=")[2])
    _, fields = await look(client)
    for name in ("next", "thread", "opened"):
        _, _, where = await send(client, "/chat/general", {**fields, "words": "hello", name: away})
        led += is_ours(where)
    assert led > 2


def is_ours(where: str) -> bool:
    """Whether it leads anywhere; to a page of ours, then."""
    assert not where or (urlsplit(where).netloc == "" and where.startswith("/") and not where.startswith(("//", "/\\")))
    return bool(where)
