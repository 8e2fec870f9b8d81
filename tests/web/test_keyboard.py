"""Every page by keyboard alone, in a real browser: all is reached, in order, in sight, and seen to have the focus.

And nothing moves for those who want nothing to move.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from bot.model import Message
from tests.web.browser import Seen, chromium, required
from tests.web.stage import GENERAL, NOON, text
from tests.web.test_reading import PAGES, room

__all__ = ["room"]
pytestmark = pytest.mark.asyncio(loop_scope="module")

REACHABLE = """() => [...document.querySelectorAll(
    'a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex="0"]')]
    .filter(e => e.checkVisibility({visibilityProperty: true}) && !e.disabled).length"""
# What has the focus: which of the page's elements it is, whether it is seen to have it, and whether anything covers it.
FOCUSED = """() => {
    const e = document.activeElement;
    if (!e || e === document.body) return null;
    const style = getComputedStyle(e), around = getComputedStyle(e.closest('form') || e);
    const box = e.getClientRects()[0];
    const x = box.left + Math.min(box.width / 2, 60), y = box.top + Math.min(box.height / 2, 12);
    const top = document.elementFromPoint(x, y);
    return {
        place: [...document.querySelectorAll('*')].indexOf(e),
        name: (e.getAttribute('aria-label') || e.innerText || e.name || e.tagName).slice(0, 60),
        marked: (style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0) || around.boxShadow !== 'none',
        free: box.bottom > 0 && box.top < innerHeight && !!top && (e.contains(top) || top.contains(e)
            || !!top.closest('label')),
    };
}"""
LISTEN = "() => { window.moved = 0; document.addEventListener('animationstart', () => window.moved++); }"
MOVED = "() => window.moved + document.getAnimations().length"


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def browser(request: pytest.FixtureRequest) -> AsyncIterator[Browser]:
    async with chromium(required(request.config)) as launched:
        yield launched


async def walked(page: Page) -> list[dict[str, Any]]:
    """Tab once round the page; what had the focus, in turn. Between its end and its top the focus is the browser's."""
    found: list[dict[str, Any]] = []
    for _ in range(400):
        await page.keyboard.press("Tab")
        one = await page.evaluate(FOCUSED)
        if one is None:
            continue
        if found and one["place"] == found[0]["place"]:
            return found
        found.append(one)
    raise AssertionError(f"the keyboard never comes round: {page.url} {[one['name'] for one in found[-9:]]}")


@pytest.mark.parametrize("width", [1200, 390])
async def test_the_keyboard_reaches_everything_in_order_and_in_sight(room: Seen, width: int) -> None:
    """Nothing is skipped, no focus is invisible, none hides under the bar at the top or the box at the bottom."""
    page = await room.page(viewport={"width": width, "height": 800}, reduced_motion="reduce")
    for name, path in PAGES.items():
        await page.goto(path)
        if await page.locator("[data-live]").count():  # what it hears first takes its place in the page
            await expect(page.get_by_role("status")).to_have_text("Live")
            await page.wait_for_timeout(300)
        steps = await walked(page)
        assert len(steps) == await page.evaluate(REACHABLE), name
        places = [step["place"] for step in steps]
        start = places.index(min(places))  # a chat begins with the focus in its box
        assert places[start:] + places[:start] == sorted(places), name
        assert [step["name"] for step in steps if not step["marked"]] == [], name
        assert [step["name"] for step in steps if not step["free"]] == [], name


@pytest.mark.parametrize(("wish", "moves"), [("reduce", False), ("no-preference", True)])
async def test_nothing_moves_for_who_wants_nothing_to_move(room: Seen, wish: Any, moves: bool) -> None:
    page = await room.page("/chat/general", reduced_motion=wish)
    await expect(page.get_by_role("status")).to_have_text("Live")
    await page.evaluate(LISTEN)
    await room.stage.memory.say(Message(GENERAL, "paper-round", text("Here I come."), NOON, f"moving {wish}"))
    await expect(page.get_by_text("Here I come.")).to_be_attached()
    await page.wait_for_timeout(100)
    assert bool(await page.evaluate(MOVED)) is moves
