"""The papers pages in a real browser: search, subscribe, workshop, themes, a phone, no JavaScript, axe-core."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser, expect

from bot.model import Bookmark, Channel, Delivery, Feed, Poll, Reason, Subscription
from bot.web.desk import Platform
from tests.web import axe
from tests.web.browser import PATIENCE, Seen, chromium, required, seen
from tests.web.stage import GENERAL, NOON, Stage, browsing, post_about

expect.set_options(timeout=PATIENCE)
pytestmark = pytest.mark.asyncio(loop_scope="module")  # one browser serves all of them

PAGES = {
    "day": "/",
    "earlier day": "/day/2026-08-27?order=newest",
    "paper": "/papers/arxiv:2608.00001",
    "search": "/search",
    "found": "/search?q=attention+OR+transformers",
    "caret": "/search?q=attention+(",
    "meant": "/search?q=atention",
    "workshop": "/workshop",
    "trial": "/workshop?q=attention+-revisited",
    "channels": "/channels",
    "follows": "/channels/local:general",
    "status": "/status",
    "chats": "/chat",
    "chat": "/chat/general",
    "thread": "/chat/general/1",
    "token": "/token",
    "nowhere": "/nowhere",
}


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def browser(request: pytest.FixtureRequest) -> AsyncIterator[Browser]:
    async with chromium(required(request.config)) as launched:
        yield launched


@pytest_asyncio.fixture(loop_scope="module")
async def room(browser: Browser) -> AsyncIterator[Seen]:
    stage = Stage()
    stage.memory.held = browsing()
    stage.feeds = (Feed("huggingface:daily", "https://huggingface.co"), Feed("arxiv:cs.CL", "https://rss.arxiv.org"))
    stage.platforms = (Platform("Slack", "connected"), Platform("Discord", "the token was refused", wrong=True))
    stage.memory.tables.bookmarks["arxiv:cs.CL"] = Bookmark(
        "arxiv:cs.CL", error="It did not answer.", due=NOON, failures=2, failing_since=NOON
    )
    await stage.memory.subscribe(Subscription(GENERAL, "attention", "local:you"), NOON)
    about = stage.memory.held[0]
    why = (Reason("attention", "title", 10, 19, "attention"),)
    told = Delivery(about.id, GENERAL, why, "sent", message="1", posted_at=NOON)
    later = Delivery(about.id, Channel("local", "later"), why)
    await stage.memory.record(Poll(Bookmark("f"), (), (told, later)), NOON)
    await stage.chat.post(GENERAL, post_about(about), "k")
    async with seen(stage, browser) as opened:
        yield opened


async def test_from_a_day_to_a_search_to_a_subscription(room: Seen) -> None:
    """A newcomer says what they want to hear about, sees what it finds, and has it come to a channel."""
    page = await room.page("/")
    await page.get_by_role("link", name="Subscribe").click()
    await page.get_by_label("What you want to hear about").fill("transformers quantization")
    await page.get_by_role("button", name="Find papers").click()
    await expect(page.locator("mark")).to_have_text(["Quantized", "Transformers", "quantized", "transformers"] * 2)
    await page.get_by_role("button", name="#general").click()
    await expect(page.get_by_text("Only you see this")).to_be_visible()
    await page.get_by_role("button", name="Subscribe", exact=True).click()
    await expect(page.get_by_text("This channel now follows transformers")).to_be_visible()
    assert room.complaints == []


async def test_a_search_goes_by_keyboard_alone(room: Seen) -> None:
    page = await room.page("/")
    await page.keyboard.press("Tab")
    await expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    await page.get_by_role("searchbox", name="Search papers").press_sequentially("speculative")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name="Speculative")).to_have_count(2)
    await page.get_by_role("link", name="A Field Guide to Speculative Decoding", exact=True).press("Enter")
    await expect(page.get_by_role("heading", level=1)).to_have_text("A Field Guide to Speculative Decoding")


async def test_the_day_is_put_in_another_order_and_left_for_an_earlier_one(room: Seen) -> None:
    page = await room.page("/")
    await page.get_by_role("link", name="Newest", exact=True).click()
    await expect(page.get_by_role("link", name="Newest", exact=True)).to_have_attribute("aria-current", "true")
    await page.get_by_role("link", name="Earlier").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Thursday, 27 August 2026")


async def test_a_paper_tells_whom_it_reached_and_why(room: Seen) -> None:
    page = await room.page("/papers/arxiv:2608.00001")
    reached = page.get_by_role("listitem").filter(has_text="#general")
    await expect(reached).to_contain_text("rule attention met attention")
    await expect(page.get_by_role("listitem").filter(has_text="#later")).to_contain_text("waits to be posted")
    await reached.get_by_role("link", name="posted").click()
    await expect(page).to_have_url(f"{room.served.url}/chat/general/1")
    await expect(page.get_by_text("Eight-Bit Attention").first).to_be_visible()


async def test_the_workshop_follows_what_is_typed(room: Seen) -> None:
    """Without a press of a button, and the address always says what is shown."""
    page = await room.page("/workshop")
    rule = page.get_by_label("The rule")
    await rule.press_sequentially("attention", delay=5)
    await expect(page.get_by_role("heading", name="2 papers in 30 days")).to_be_visible()
    await expect(page.get_by_role("img", name="Matches a day")).to_be_visible()
    await expect(page).to_have_url(f"{room.served.url}/workshop?q=attention")
    await rule.press_sequentially(" (", delay=5)
    await expect(page.get_by_text("nothing in these parentheses").first).to_be_visible()
    await expect(rule).to_be_focused()
    assert room.complaints == []


async def test_reading_and_subscribing_work_without_javascript(room: Seen) -> None:
    page = await room.page("/workshop", java_script_enabled=False)
    await page.get_by_label("The rule").fill("attention -revisited")
    await page.get_by_role("button", name="Try it").click()
    await expect(page.get_by_role("heading", name="1 paper in 30 days")).to_be_visible()
    await page.get_by_role("link", name="Search and subscribe").click()
    await page.get_by_role("button", name="#general").click()
    await expect(page.get_by_text("Only you see this")).to_be_visible()
    await page.get_by_role("link", name="Status").click()
    await expect(page.get_by_text("It did not answer.")).to_be_visible()
    await page.get_by_role("link", name="Channels").click()
    await page.get_by_role("link", name="#general").click()
    await expect(page.get_by_role("heading", name="Follows")).to_be_visible()
    assert room.complaints == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_nothing_keeps_anybody_out(request: pytest.FixtureRequest, room: Seen, scheme: str) -> None:
    """axe-core finds no serious fault on any page, in either theme."""
    script = axe.script(request.config)
    page = await room.page(color_scheme=scheme, reduced_motion="reduce")
    found = {}
    for name, path in PAGES.items():
        await page.goto(path)
        found[name] = await axe.barriers(page, script)
    assert {name: faults for name, faults in found.items() if faults} == {}


async def test_axe_would_tell_of_a_fault(request: pytest.FixtureRequest, room: Seen) -> None:
    """The check above can fail."""
    page = await room.page("/")
    await page.evaluate("document.querySelector('#seek').labels[0].remove()")
    await page.evaluate("document.querySelector('#seek').removeAttribute('placeholder')")
    assert any(fault.startswith("label") for fault in await axe.barriers(page, axe.script(request.config)))


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_every_page_fits_a_phone(room: Seen, scheme: str) -> None:
    page = await room.page(color_scheme=scheme, viewport={"width": 360, "height": 740})
    for path in PAGES.values():
        await page.goto(path)
        assert await page.evaluate("document.documentElement.scrollWidth") <= 360, path
