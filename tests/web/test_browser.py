"""What a person does and sees, in a real browser."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from bot.model import Message
from bot.web import serve
from tests.web.browser import PATIENCE, Seen, chromium, required, seen
from tests.web.stage import GENERAL, NOON, Stage, browsing, line, paper, post_about, text

expect.set_options(timeout=PATIENCE)
HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(2)>\u202egnp.exe" + "W" * 400


pytestmark = pytest.mark.asyncio(loop_scope="module")  # one browser serves all of them


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def browser(request: pytest.FixtureRequest) -> AsyncIterator[Browser]:
    async with chromium(required(request.config)) as launched:
        yield launched


@pytest_asyncio.fixture(loop_scope="module")
async def room(browser: Browser) -> AsyncIterator[Seen]:
    stage = Stage()
    stage.memory.held = browsing()
    async with seen(stage, browser) as opened:
        yield opened


async def live(page: Page) -> None:
    """The page hears what is new."""
    await expect(page.get_by_role("status")).to_have_text("Live")


async def test_from_the_first_visit_to_a_word_in_the_thread(room: Seen) -> None:
    """Type, read what the rule means, confirm, see a paper arrive, discuss it: without one reload."""
    page = await room.page("/chat/general")
    await live(page)
    await page.get_by_role("link", name="/subscribe transformers quantization").click()
    box = page.get_by_role("textbox")
    await expect(box).to_have_value("/subscribe transformers quantization")
    await expect(box).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("Only you see this")).to_be_visible()
    await expect(box).to_have_value("")
    await page.get_by_role("button", name="Subscribe").click()
    await expect(page.get_by_text("Papers are posted here as they come.")).to_be_visible()
    await expect(page.get_by_role("button", name="Cancel")).to_have_count(0)
    await expect(page.get_by_text("This channel now follows transformers")).to_be_visible()
    await expect(page.locator("#rules code")).to_have_text("transformers quantization")
    await expect(page.get_by_role("heading", name="Papers for this channel")).to_have_count(0)

    await room.stage.chat.post(GENERAL, post_about(room.stage.memory.held[0]), "k")
    card = page.get_by_role("listitem").filter(has_text="Eight-Bit Attention for Small Machines").last
    await expect(card).to_be_visible()
    await card.get_by_role("link", name="Discuss").click()
    await expect(page.get_by_role("heading", name="Abstract")).to_be_visible()
    await expect(page.get_by_text(room.stage.memory.held[0].abstract)).to_be_visible()
    await page.get_by_role("textbox").fill("Has anybody tried it?")
    await page.get_by_role("button", name="Send").click()
    await expect(page.get_by_role("log").get_by_text("Has anybody tried it?")).to_have_count(1)
    assert room.stage.memory.said[-1].thread == room.stage.memory.said[-2].id
    assert page.url.endswith("/chat/general/2")
    assert room.complaints == []


async def test_everything_works_without_javascript(room: Seen) -> None:
    """Forms are forms and links are links."""
    page = await room.page("/chat/general", java_script_enabled=False)
    await page.get_by_role("link", name="/subscribe transformers quantization").click()
    await expect(page.get_by_role("textbox")).to_have_value("/subscribe transformers quantization")
    await page.get_by_role("button", name="Send").click()
    await expect(page.get_by_text("Only you see this")).to_be_visible()
    await page.get_by_role("button", name="Subscribe").click()
    await expect(page.get_by_text("This channel now follows transformers")).to_be_visible()
    await room.stage.chat.post(GENERAL, post_about(room.stage.memory.held[0]), "k")
    await page.get_by_role("link", name="load again").click()
    await expect(page.get_by_text("Only you see this")).to_have_count(0)
    await page.get_by_role("link", name=re.compile("^Discuss")).click()
    await page.get_by_role("textbox").fill("Two\nlines")
    await page.get_by_role("button", name="Send").click()
    await expect(page.get_by_role("log").get_by_text("Two")).to_be_visible()
    assert room.stage.memory.said[-1].post.plain == "Two\nlines"
    assert room.complaints == []


async def test_two_people_see_each_other_write(room: Seen) -> None:
    """Each is *You* to themselves and a guest to the other."""
    one, two = await room.page("/chat/general"), await room.page("/chat/general")
    await live(one)
    await live(two)
    await one.get_by_role("textbox").fill("Good morning")
    await one.keyboard.press("Enter")
    for page, author in ((one, "You"), (two, re.compile("Guest"))):
        message = page.get_by_role("log").get_by_role("listitem")
        await expect(message).to_have_count(1)
        await expect(message.locator("b")).to_have_text(author)
    await one.get_by_role("textbox").fill("/help")
    await one.keyboard.press("Enter")
    await expect(one.get_by_text("Only you see this")).to_be_visible()
    await two.get_by_role("textbox").fill("Me too")
    await two.keyboard.press("Enter")
    await expect(one.get_by_text("Me too")).to_be_visible()
    await expect(two.get_by_text("Only you see this")).to_have_count(0)


async def test_a_restarted_bot_is_heard_again_and_nothing_is_missed(room: Seen) -> None:
    """The page comes back by itself, and what was typed meanwhile is kept in the box."""
    page = await room.page("/chat/general")
    await live(page)
    port = int(room.served.url.rpartition(":")[2])
    await room.served.close()
    await page.get_by_role("textbox").fill("Is anybody there?")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("alert")).to_contain_text("was not sent")
    await expect(page.get_by_role("textbox")).to_have_value("Is anybody there?")
    await room.stage.chat.post(GENERAL, text("Said while nobody could listen"), "k")
    room.served = await serve(room.stage.app(), "127.0.0.1", port)
    await expect(page.get_by_text("Said while nobody could listen")).to_be_visible(timeout=15_000)
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("log").get_by_text("Is anybody there?")).to_have_count(1)
    await expect(page.get_by_role("alert")).to_be_hidden()


async def test_the_keyboard_is_enough(room: Seen) -> None:
    """Skip link, Enter to send, Shift+Enter for a line, arrow up for the last command."""
    page = await room.page("/chat/general")
    await live(page)
    await page.keyboard.type("/nonsense")
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("There is no /nonsense")).to_be_visible()
    await page.keyboard.press("ArrowUp")
    await expect(page.get_by_role("textbox")).to_have_value("/nonsense")
    await page.keyboard.press("ArrowDown")
    await expect(page.get_by_role("textbox")).to_have_value("")
    await page.keyboard.type("one")
    await page.keyboard.press("Shift+Enter")
    await page.keyboard.type("two")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("log").get_by_text("two")).to_be_visible()
    assert room.stage.memory.said[-1].post.plain == "one\ntwo"
    await page.goto("/")
    await page.keyboard.press("Tab")
    await expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("main")).to_be_focused()


async def test_a_link_from_another_site_finds_the_same_visitor(room: Seen) -> None:
    """The strict cookie does not travel with the link, and still nobody becomes a stranger to the bot."""
    page = await room.page("/chat/general")
    await page.get_by_role("textbox").fill("Mine")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("log").locator("b")).to_have_text("You")
    other = room.served.url.replace("127.0.0.1", "localhost")
    await page.goto(f"{other}/healthz")
    await page.evaluate("url => { location.href = url }", f"{room.served.url}/chat/general")
    await page.wait_for_url("**/chat/general?in=1")
    await expect(page.get_by_role("log").locator("b")).to_have_text("You")


async def test_strangers_words_stay_words(room: Seen) -> None:
    """Nothing runs, nothing loads, nothing is wider than the phone, and the policy has nothing to complain of."""
    bad = paper(1, HOSTILE, abstract=HOSTILE, authors=(HOSTILE,), categories=(HOSTILE,), source=HOSTILE)
    room.stage.memory.held = [bad]
    await room.stage.chat.post(GENERAL, post_about(bad, HOSTILE), "k")
    page = await room.page(viewport={"width": 360, "height": 740})
    for path in ("/", "/papers/arxiv:2608.00001", "/chat/general", "/chat/general/1"):
        await page.goto(path)
        await expect(page.get_by_text("alert(1)").first).to_be_visible()
        assert await page.evaluate("document.documentElement.scrollWidth") <= 360
    await live(page)
    await room.stage.memory.say(Message(GENERAL, HOSTILE, text(HOSTILE), NOON, "live", thread=1))
    await expect(page.get_by_role("log").get_by_text("alert(2)")).to_be_visible()
    assert room.complaints == []


@pytest.mark.parametrize(("scheme", "width"), [("light", 1200), ("dark", 1200), ("light", 390)])
async def test_every_page_is_itself_in_both_themes_and_on_a_phone(
    room: Seen, scheme: str, width: int, tmp_path: Path
) -> None:
    """The theme follows the reader's, the text stands out from its ground, nothing is cut off at the side."""
    for about in room.stage.memory.held[:2]:
        await room.stage.chat.post(GENERAL, post_about(about), about.id)
    page = await room.page(color_scheme=scheme, viewport={"width": width, "height": 850})
    paths = {"day": "/", "paper": "/papers/arxiv:2608.00001", "channels": "/chat", "channel": "/chat/general"}
    for name, path in {**paths, "thread": "/chat/general/1", "welcome": "/chat/new"}.items():
        await page.goto(path)
        ink, ground = [brightness(value) for value in await page.evaluate(COLOURS)]
        assert (ink > ground) == (scheme == "dark")
        assert abs(ink - ground) > 150
        assert await page.evaluate("document.documentElement.scrollWidth") <= width
        shot = await page.screenshot(path=tmp_path / f"{name}.png", animations="disabled")
        assert len(shot) > 5000, f"{name} is an empty picture"
    assert room.complaints == []


COLOURS = "[getComputedStyle(document.body).color, getComputedStyle(document.body).backgroundColor]"


def brightness(colour: str) -> float:
    """Of `rgb(r, g, b)`: the mean, 0 to 255."""
    parts = [int(part) for part in re.findall(r"\d+", colour)[:3]]
    return sum(parts) / 3


async def test_a_caret_stands_under_what_it_means(room: Seen) -> None:
    """Code lines keep their columns in the browser's font."""
    post = text("The bracket is never closed.")
    await room.stage.chat.post(GENERAL, type(post)(post.headline, (line("a (b\n  ^", kind="pre"),)), "k")
    page = await room.page("/chat/general")
    block = page.locator("pre")
    assert await block.text_content() == "a (b\n  ^"
    assert "mono" in (await block.evaluate("e => getComputedStyle(e).fontFamily")).lower()
    assert await block.evaluate("e => getComputedStyle(e).whiteSpaceCollapse") == "preserve"


async def test_edits_arrive_in_an_open_page_without_a_reload(room: Seen) -> None:
    """What a post says now takes the place of what it said, and nothing moves or is said anew."""
    page = await room.page("/chat/general")
    first = await room.stage.chat.post(GENERAL, post_about(room.stage.memory.held[0]), "e1")
    await room.stage.chat.post(GENERAL, text("And another one."), "e2")
    await expect(page.get_by_text("And another one.")).to_be_visible()
    await room.stage.chat.edit(GENERAL, first, text("It was withdrawn."))
    await expect(page.locator(f"#m{first}")).to_contain_text("It was withdrawn.")
    await expect(page.get_by_role("listitem").filter(has_text="Eight-Bit Attention")).to_have_count(0)
    assert room.complaints == []
