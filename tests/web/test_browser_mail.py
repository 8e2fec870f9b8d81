"""Signing up for mail, and a channel seen as Slack and Discord, in a real browser; and what would keep people out."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, expect

from bot import optin
from bot.cli.looks import LOOKS
from bot.model import Channel, Line, Message, Options, Post, Span, Subscription
from bot.web import Served, serve
from bot.web.mailing import Mailing
from tests.web.axe import barriers, script
from tests.web.browser import PATIENCE, Seen, chromium, required
from tests.web.stage import GENERAL, NOON, Stage, browsing, post_about

expect.set_options(timeout=PATIENCE)
pytestmark = pytest.mark.asyncio(loop_scope="module")
KEY = b"k" * 32
ADA = Channel("email", "ada@mail.example")
BOTH = ({"color_scheme": "light"}, {"color_scheme": "dark", "viewport": {"width": 390, "height": 800}})


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def browser(request: pytest.FixtureRequest) -> AsyncIterator[Browser]:
    async with chromium(required(request.config)) as launched:
        yield launched


@pytest_asyncio.fixture(loop_scope="module")
async def room(browser: Browser) -> AsyncIterator[Seen]:
    """The pages with mail on; the mailbox is a list."""
    stage = Stage()
    stage.memory.held = browsing()
    for number, about in enumerate(browsing()[:2]):
        await stage.memory.say(Message(GENERAL, "paper-round", post_about(about), NOON, f"k{number}"))

    async def invite(channel: Channel, post: Post, key: str) -> None:
        assert channel == ADA

    app = stage.app(mail=Mailing(invite, KEY), looks=LOOKS, base="https://papers.example.org")
    served: Served = await serve(app, "127.0.0.1", 0)
    try:
        yield Seen(stage, served, browser)
    finally:
        for context in browser.contexts:
            await context.close()
        await served.close()


async def test_a_newcomer_signs_up_by_keyboard_and_is_told_to_look_into_the_inbox(room: Seen) -> None:
    """The zone is the browser's own; without JavaScript the same forms work."""
    browsers: tuple[dict[str, Any], ...] = ({"timezone_id": "Europe/Berlin"}, {"java_script_enabled": False})
    for more in browsers:
        page = await room.page("/", **more)
        if "timezone_id" in more:
            await expect(page.locator("[name=tz]")).to_have_value("Europe/Berlin")
        await page.get_by_label("E-mail address").fill("ada@mail.example")
        await page.get_by_label("E-mail address").press("Enter")
        await expect(page.get_by_role("heading", name="Look into your inbox")).to_be_visible()
        await page.get_by_role("link", name="Back to the papers").click()
        await page.get_by_role("link", name="weekly").click()
        if "timezone_id" in more:
            await expect(page.get_by_label("Time zone")).to_have_value("Europe/Berlin")
        await page.get_by_label("E-mail address").fill("ada@mail.example")
        await page.get_by_label("How often").select_option("weekly")
        await page.get_by_label("E-mail address").press("Enter")
        await expect(page.get_by_role("heading", name="Look into your inbox")).to_be_visible()
    assert room.complaints == []


async def test_what_a_mailbox_gets_is_ended_by_a_button(room: Seen) -> None:
    """From the link in its mails, in a browser that was never here."""
    wish = Subscription(ADA, "transformers quantization", str(ADA), Options("daily", tz="Europe/Berlin"))
    await room.stage.memory.subscribe(wish, NOON)
    page = await room.page(optin.manage_path(optin.signed(KEY, "manage", ADA)))
    await expect(page.get_by_text("(Europe/Berlin)")).to_be_visible()
    await page.get_by_role("button", name="End").first.click()
    await expect(page.get_by_text("Nothing is sent to this address")).to_be_visible()
    assert await room.stage.memory.subscriptions(ADA) == []


async def test_the_switch_shows_the_channel_as_each_platform_would(room: Seen) -> None:
    """Posts, answers for one person, buttons that work; a message that comes live has the look too."""
    page = await room.page("/chat/general")
    for name in ("Slack", "Discord"):
        await page.get_by_role("link", name=f"As {name}").click()
        shown = page.locator(f".as-{name.lower()}")
        await expect(shown.first).to_contain_text("Eight-Bit Attention for Small Machines")
        await page.get_by_role("textbox").fill("/subscribe transformers quantization")
        await page.keyboard.press("Enter")
        answer = page.locator("[data-whisper]")
        await expect(answer).to_contain_text("Only visible to you" if name == "Slack" else "Only you can see this")
        await answer.get_by_role("button", name="Cancel").click()
        await expect(answer).to_contain_text("Nothing was changed.")
        before = await shown.count()
        news = Message(GENERAL, "paper-round", Post(Line((Span(f"New as {name}"),))), NOON, f"live {name}")
        await room.stage.memory.say(news)
        await expect(page.locator(f".as-{name.lower()}").filter(has_text=f"New as {name}")).to_have_count(1)
        assert await shown.count() > before
    await page.get_by_role("link", name="As here").click()
    await expect(page.locator(".as-slack, .as-discord")).to_have_count(0)
    assert room.complaints == []


@pytest.mark.parametrize("more", BOTH, ids=["light", "dark phone"])
async def test_nothing_keeps_people_out_of_the_new_pages(
    room: Seen, request: pytest.FixtureRequest, more: dict[str, Any]
) -> None:
    """No serious fault that axe-core knows of, and nothing wider than a phone."""
    axe = script(request.config)
    await room.stage.memory.subscribe(Subscription(ADA, "transformers", str(ADA), Options("daily")), NOON)
    draft = await room.stage.memory.draft(Subscription(ADA, "mamba", str(ADA), Options("daily")), NOON)
    paths = [
        "/mail?q=transformers+quantization",
        optin.confirm_path(optin.signed(KEY, "confirm", ADA, draft)),
        optin.confirm_path(optin.signed(KEY, "confirm", ADA, 99)),
        optin.manage_path(optin.signed(KEY, "manage", ADA)),
        "/chat/general?as=slack",
        "/chat/general?as=discord",
        "/",
    ]
    page = await room.page(reduced_motion="reduce", **more)  # a message that fades in has no contrast yet
    for path in paths:
        await page.goto(path)
        assert await barriers(page, axe) == [], path
        wide = await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, path
