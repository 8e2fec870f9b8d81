"""A real browser for the pages: Debian's Chromium, driven by Playwright, reaching 127.0.0.1 only."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest
from playwright.async_api import Browser, BrowserContext, Page, async_playwright

from bot.web import Served, serve
from tests.web.stage import Stage

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
]
PATIENCE = 8_000  # milliseconds until a test that sees nothing gives up


def required(config: pytest.Config) -> str:
    """Where Chromium is. Without one the tests are skipped with a loud line, and fail in CI."""
    if CHROMIUM:
        return CHROMIUM
    told = "NO CHROMIUM: the browser tests did not run (apt-get install chromium)."
    if os.environ.get("CI"):
        pytest.fail(told)
    with config.pluginmanager.getplugin("capturemanager").global_and_fixture_disabled():
        print(f"\n*** {told} ***", file=sys.stderr)
    pytest.skip(told)


@dataclass
class Seen:
    """An installation being served, a browser beside it, and everything the browser complained about."""

    stage: Stage
    served: Served
    browser: Browser
    complaints: list[str] = field(default_factory=list)

    async def context(self, **more: object) -> BrowserContext:
        """A person's browser with nothing remembered."""
        made = await self.browser.new_context(base_url=self.served.url, **more)  # type: ignore[arg-type]
        made.set_default_timeout(PATIENCE)
        made.on("weberror", lambda error: self.complaints.append(str(error.error)))
        made.on(
            "console", lambda said: self.complaints.append(said.text) if said.type in ("error", "warning") else None
        )
        made.on("dialog", lambda dialog: self.complaints.append(f"dialog: {dialog.message}"))
        return made

    async def page(self, path: str = "", **more: object) -> Page:
        page = await (await self.context(**more)).new_page()
        if path:
            await page.goto(path)
        return page


@asynccontextmanager
async def chromium(path: str) -> AsyncIterator[Browser]:
    """A browser with a fresh folder for its person."""
    async with async_playwright() as driver:
        browser = await driver.chromium.launch(executable_path=path, args=QUIET)
        try:
            yield browser
        finally:
            await browser.close()


@asynccontextmanager
async def seen(stage: Stage, browser: Browser) -> AsyncIterator[Seen]:
    """The stage being served, until the block ends; nothing of it is left in the browser."""
    opened = Seen(stage, await serve(stage.app(), "127.0.0.1", 0), browser)
    try:
        yield opened
    finally:
        for context in browser.contexts:
            await context.close()
        await opened.served.close()
