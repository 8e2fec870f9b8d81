"""A browser without a screen: keeps cookies, fills forms, runs nothing."""

from __future__ import annotations

import re

from aiohttp import CookieJar
from aiohttp.test_utils import TestClient, TestServer
from aiohttp.web import Application, Request

from tests.web.stage import Stage

Client = TestClient[Request, Application]


def opened(stage: Stage, **more: object) -> Client:
    return TestClient(TestServer(stage.app(**more)), cookie_jar=CookieJar(unsafe=True))


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
