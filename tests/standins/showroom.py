"""The pages and the mails as people see them: `python -m tests.standins.showroom PAPERS OUT [--only WORD] [--serve]`.

PAPERS is a folder with `feeds/huggingface/*.json` (days of `/api/daily_papers`) and `papers/*.jsonl.gz` (arXiv). They
are read by our own sources into a real database; people of a make-believe lab subscribe, vote and talk; then Chromium
takes a picture of every page, light, dark, on a phone and without JavaScript. OUT becomes a folder of pictures.
"""

from __future__ import annotations

import argparse
import asyncio
import gzip
import json
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import bot.store
from bot import flow, optin, sources
from bot.chat import local
from bot.chat.mail import Mail, connect
from bot.chat.mail.server import Server, server
from bot.cli.looks import LOOKS
from bot.flow import World
from bot.matching import Matcher
from bot.model import Ask, Bookmark, Channel, Feed, Heard, Options, Paper, Poll, Press, Reply, Subscription
from bot.ports import Fetched, Store
from bot.sources.tex import detexed
from bot.web import Served, app, serve
from bot.web.desk import Platform
from bot.web.mailing import Mailing
from tests.standins.mail import MailServer, html_of, mail_server, text_of

NOW = datetime(2026, 8, 19, 13, 5, tzinfo=UTC)
WEEKS = timedelta(weeks=13)
"""The arXiv papers are of May; so much later they are of the same weekdays as Hugging Face's days of August."""
DAYS = ("2026-08-17", "2026-08-18", "2026-08-19")
BASE = "https://papers.example.org"
HF, ARXIV = Feed("huggingface:daily", "https://huggingface.co"), Feed("arxiv:cs.CL+cs.LG", "https://rss.arxiv.org")
GENERAL, READING, QUIET = (Channel("local", place) for place in ("general", "efficient-ml", "empty-room"))
ADA, BOB, EVE = "local:ada000000000", "local:b0b000000000", "local:eve000000000"
BOX = Channel("email", "ada@lab.example")


@dataclass
class Lab:
    """An installation with people in it, and a clock that somebody turns."""

    store: Store
    folder: Path
    world: World = field(init=False)
    now: datetime = NOW
    body: bytes = b"[]"

    def __post_init__(self) -> None:
        chats = {"local": local.connect(self.store, self.clock)}
        self.world = World(self.store, self.clock, self.fetch, self.read, chats, Matcher(), base=BASE, mail_off="")

    def clock(self) -> datetime:
        return self.now

    async def fetch(self, feed: Feed, bookmark: Bookmark) -> Fetched:
        return Fetched(self.body, replace(bookmark, digest=str(len(self.body))))

    async def read(self, fetched: Fetched, feed: Feed, before: Bookmark) -> Any:
        return sources.read(fetched.body or b"", feed)

    async def answer(self, said: Heard) -> Reply:
        return await flow.answer(said, self.world)

    async def says(self, words: str, channel: Channel = GENERAL, person: str = ADA) -> Reply:
        verb, _, rest = words.removeprefix("/").partition(" ")
        return await self.answer(Ask(channel, person, verb, rest))

    async def subscribes(self, rule: str, channel: Channel = GENERAL, person: str = ADA) -> None:
        """Type, read the preview, press its first button; what everybody sees of it stands in the channel."""
        reply = await self.says(f"/subscribe {rule}", channel, person)
        done = await self.presses(reply.post.buttons[0].action, channel, person)
        if done.public:
            await self.world.chats["local"].post(channel, done.public, f"said {rule}")

    async def presses(self, action: str, channel: Channel = GENERAL, person: str = ADA) -> Reply:
        return await self.answer(Press(channel, person, action))

    async def day(self, day: str, hour: int = 8) -> None:
        """Hugging Face's list as it was recorded that day."""
        self.now = datetime.fromisoformat(f"{day}T07:00:00+00:00")  # nine in Berlin: what was due before
        await self.deliver()
        self.now = self.now.replace(hour=hour)
        self.body = (self.folder / "feeds" / "huggingface" / f"{day}.json").read_bytes()
        await flow.poll(HF, self.world)
        await self.deliver()

    async def deliver(self) -> None:
        while claims := await flow.claim(self.world, "showroom", 20):
            for claim in claims:
                await flow.deliver(claim, self.world)

    async def past(self) -> None:
        """A month of arXiv, known and never posted."""
        for file in sorted((self.folder / "papers").glob("*.jsonl.gz")):
            with gzip.open(file, "rt", encoding="utf-8") as lines:
                found = [paper for line in lines if (paper := _arxiv(json.loads(line)))]
            for at in range(0, len(found), 500):
                await self.store.record(
                    Poll(
                        Bookmark(ARXIV.address, baseline_at=NOW - WEEKS, due=NOW + timedelta(hours=5)),
                        tuple(found[at : at + 500]),
                    ),
                    NOW,
                )
        while await self.store.index(200):
            pass


def _arxiv(entry: dict[str, Any]) -> Paper | None:
    came = datetime.fromisoformat(entry["first_seen"]).replace(hour=4, tzinfo=UTC) + WEEKS
    number = entry["id"]
    return None if came > NOW else Paper(
        f"arxiv:{number}", detexed(entry["title"]), ARXIV.address, authors=tuple(entry["authors"]),
        abstract=detexed(entry["abstract"]), url=f"https://arxiv.org/abs/{number}",
        pdf_url=f"https://arxiv.org/pdf/{number}", categories=tuple(entry["categories"]), announced=came, seen=came,
    )  # fmt: skip


async def lived(lab: Lab) -> None:
    """Three days in a lab."""
    await lab.past()
    lab.now = datetime(2026, 8, 16, 9, tzinfo=UTC)
    await flow.poll(HF, lab.world)  # an empty Sunday: the first sight of the feed
    await lab.subscribes("agents OR agentic")
    await lab.subscribes('"reinforcement learning" has:code', READING, BOB)
    await lab.subscribes("(quantization OR pruning OR distillation) -image mode:daily tz:Europe/Berlin", READING, BOB)
    await lab.subscribes("diffusion -video")
    wish = Subscription(BOX, "top:10", str(BOX), Options("daily", "09:00", "Europe/Berlin", "mon-fri"))
    await lab.store.subscribe(wish, lab.now)
    for day in DAYS:
        await lab.day(day)
        if day == DAYS[1]:
            await _talk(lab)
    lab.now = NOW
    await lab.deliver()
    await lab.store.record(
        Poll(Bookmark("biorxiv:neuroscience", error="It answered with a page instead of a feed (HTTP 403).", failures=4,
                      due=NOW + timedelta(hours=3), failing_since=NOW - timedelta(hours=9), baseline_at=NOW)), NOW
    )  # fmt: skip
    while await lab.store.index(200):
        pass


async def _talk(lab: Lab) -> None:
    """Votes, and words in a thread."""
    sent = [one for one in await lab.store.deliveries() if one.channel == GENERAL and one.message and not one.bundle]
    for person, one in ((ADA, sent[0]), (BOB, sent[0]), (EVE, sent[0]), (BOB, sent[1])):
        await lab.presses(f"vote:{one.row}", person=person)
    await lab.presses(f"discuss:{sent[0].row}", person=BOB)


# ── the pictures ──

PAGES = {
    "day": "/",
    "day-newest": "/day/2026-08-18?order=newest",
    "day-arxiv": "/day/2026-08-13",
    "day-none": "/day/2026-08-15",
    "paper": "/papers/{paper}",
    "paper-long": "/papers/{long}",
    "search-start": "/search",
    "search": "/search?q=%28quantization+OR+pruning%29+-image",
    "search-wrong": "/search?q=%22state+space%22+OR+%28mamba",
    "search-none": "/search?q=transfomers+quantisation",
    "workshop-start": "/workshop",
    "workshop": "/workshop?q=%22language+model%22+quantization+-image",
    "workshop-wide": "/workshop?q=diffusion",
    "workshop-none": "/workshop?q=xylophone+transformers",
    "channels": "/channels",
    "follows": "/channels/local:efficient-ml",
    "status": "/status",
    "chats": "/chat",
    "chat": "/chat/general",
    "chat-slack": "/chat/general?as=slack",
    "chat-discord": "/chat/general?as=discord",
    "chat-digest-slack": "/chat/efficient-ml?as=slack",
    "chat-digest-discord": "/chat/efficient-ml?as=discord",
    "chat-digest": "/chat/efficient-ml?as=",
    "chat-new": "/chat/empty-room?as=",
    "thread": "/chat/general/{thread}",
    "mail": "/mail?q=agents",
    "manage": "{manage}",
    "confirm": "{confirm}",
    "nowhere": "/nowhere",
    "token": "/token",
}  # fmt: skip
WAYS: dict[str, dict[str, Any]] = {
    "light": {"viewport": {"width": 1180, "height": 900}},
    "dark": {"viewport": {"width": 1180, "height": 900}, "color_scheme": "dark"},
    "phone": {"viewport": {"width": 390, "height": 844}, "device_scale_factor": 2, "color_scheme": "light"},
    "plain": {"viewport": {"width": 1180, "height": 900}, "java_script_enabled": False},
}


@asynccontextmanager
async def showroom(folder: Path) -> AsyncIterator[tuple[Lab, Served, MailServer, dict[str, str]]]:
    """The installation, lived in and served, and the places that have no fixed address."""
    async with AsyncExitStack() as stack:
        home = stack.enter_context(tempfile.TemporaryDirectory())
        store = await bot.store.open(str(Path(home) / "round.db"))
        stack.push_async_callback(store.close)
        await store.lead()
        posted = await stack.enter_async_context(mail_server())
        found = server(posted.env, BASE)
        assert isinstance(found, Server)
        lab = Lab(store, folder)
        mail: Mail = await connect(found, BASE, store, lab.clock, b"k" * 32)
        mail.domain_pace, mail.pace, mail.crowd = 0, timedelta(0), timedelta(0)
        lab.world = replace(lab.world, chats={**lab.world.chats, "email": mail})
        await lived(lab)
        await _asks(lab, mail)
        served = await serve(_pages(lab, mail), "127.0.0.1", 0)
        stack.push_async_callback(served.close)
        yield lab, served, posted, await _places(lab, mail)


async def _asks(lab: Lab, mail: Mail) -> None:
    """The mail that asks before there are others."""
    words = "(quantization OR pruning) -image mode:daily tz:Europe/Berlin"
    reply = await lab.answer(Ask(BOX, str(BOX), "subscribe", words, standing="manager"))
    link = f"{BASE}{optin.confirm_path(optin.signed(mail.key, 'confirm', BOX, 1))}"
    await mail.invite(BOX, optin.asking(reply.post, link, "papers.example.org"), "1")


def _pages(lab: Lab, mail: Mail) -> Any:
    async def feeds() -> Sequence[Feed]:
        return HF, ARXIV, Feed("biorxiv:neuroscience", "https://connect.biorxiv.org")

    told = [Platform("Mail", "connected"), Platform("Slack", "the token was revoked", wrong=True)]
    made = Mailing(mail.invite, mail.key)
    return app(
        lab.store,
        lab.answer,
        lab.clock,
        sources=feeds,
        platforms=lambda: told,
        mail=made,
        looks=LOOKS,
        base=BASE,
        every=60,
    )


async def _places(lab: Lab, mail: Mail) -> dict[str, str]:
    day = await lab.store.day(date(2026, 8, 18))
    sent = [one for one in await lab.store.deliveries() if one.channel == GENERAL and one.message]
    talked = next(one for one in sent if one.thread)
    draft = await lab.store.draft(Subscription(BOX, "mamba", str(BOX), Options("daily", tz="Europe/Berlin")), lab.now)
    longest = max(day, key=lambda paper: len(paper.title) + len(paper.abstract) / 4)
    return {
        "paper": talked.paper,
        "long": longest.id,
        "thread": str(talked.message),
        "manage": optin.manage_path(optin.signed(mail.key, "manage", BOX)),
        "confirm": optin.confirm_path(optin.signed(mail.key, "confirm", BOX, draft)),
    }


async def pictures(served: Served, places: dict[str, str], out: Path, only: str) -> None:
    """A picture of each page in each way of looking."""
    from tests.web.browser import CHROMIUM, chromium

    assert CHROMIUM, "no Chromium here: apt-get install chromium"
    async with chromium(CHROMIUM) as browser:
        for way, more in WAYS.items():
            context = await browser.new_context(base_url=served.url, timezone_id="Europe/Berlin", **more)
            page = await context.new_page()
            page.on("console", lambda said: print("console:", said.type, said.text))
            for name, path in PAGES.items():
                if only in f"{way}-{name}":
                    await page.goto(path.format(**places))
                    await page.wait_for_timeout(350)
                    await shot(page, out / f"{way}-{name}.png")
            await context.close()


async def shot(page: Any, path: Path) -> None:
    """The page from its top, as far as anybody scrolls."""
    high = await page.evaluate("document.documentElement.scrollHeight")
    wide = page.viewport_size["width"]
    most = min(high, 1500 if wide < 500 else 1700)
    await page.screenshot(
        path=path, full_page=True, animations="disabled", clip={"x": 0, "y": 0, "width": wide, "height": most}
    )


async def letters(posted: MailServer, out: Path, only: str) -> None:
    """Every mail as text, and its HTML as a mail reader draws it, with its styles and without."""
    from tests.web.browser import CHROMIUM, chromium

    mails = posted.mails(BOX.place)
    async with chromium(CHROMIUM or "") as browser:
        for number, one in enumerate(mails, 1):
            (out / f"mail-{number}.txt").write_text(text_of(one), encoding="utf-8")
            (out / f"mail-{number}.eml").write_bytes(one.as_bytes())
            bare = html_of(one)
            (out / f"mail-{number}.html").write_text(bare, encoding="utf-8")
            for way, more in {"light": WAYS["light"], "dark": WAYS["dark"], "phone": WAYS["phone"]}.items():
                if only in f"{way}-mail-html":
                    context = await browser.new_context(**more)
                    page = await context.new_page()
                    await page.set_content(bare)
                    await shot(page, out / f"{way}-mail-html-{number}.png")
                    await context.close()


async def main() -> None:
    asked = argparse.ArgumentParser(prog="python -m tests.standins.showroom")
    asked.add_argument("papers", type=Path)
    asked.add_argument("out", type=Path)
    asked.add_argument("--only", default="", help="pictures whose name holds this word")
    asked.add_argument("--serve", action="store_true", help="go on serving, to look around by hand")
    given = asked.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    async with showroom(given.papers) as (_, served, posted, places):
        await pictures(served, places, given.out, given.only)
        await letters(posted, given.out, given.only)
        if given.serve:
            print(served.url, places)
            await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main())
