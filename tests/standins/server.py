"""What people see in a Discord server: `python -m tests.standins.server PAPERS OUT [--pictures]`.

The real adapter and discord.py over sockets, against the stand-in, with a month of papers stored: what the other
galleries cannot show because it is Discord's own. Completion, forms, menus, threads, forums, announcements, refusals,
greetings. Each message is drawn from what was sent over the wire. PAPERS as for `answers`.
"""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from html import escape
from pathlib import Path
from typing import Any

from bot import flow
from bot.chat.discord import connect
from bot.chat.discord.offering import FIND
from bot.errors import PlatformFailed, Refused
from bot.flow import World, notices
from bot.matching import Matcher
from bot.model import Heard, Options, Paper, Reply, Subscription
from tests.bench.papers import load
from tests.chat.discord_running import channel, paper, running
from tests.fakes.store import FakeStore
from tests.flow.stage import FakeFetch, Hands
from tests.standins import gallery
from tests.standins.answers import DAYS, FEED, MORNING, STORED, STYLE, TODAY, month
from tests.standins.discord import Discord
from tests.standins.discord.world import FORUM, NEWS, Person, Place, Talk, Told

TAGS = {"Agents": False, "Computation and Language": False, "cs.CV": False, "Moderators": True}


class Day:
    """A morning in a server, and what its people see of it."""

    def __init__(self, discord: Discord, world: World, hands: Hands) -> None:
        self.discord, self.world, self.hands = discord, world, hands
        self.shown: list[str] = []

    def did(self, words: str) -> None:
        self.shown.append(f'<p class="did">{escape(words)}</p>')

    def see(self, told: Told, *, public: bool = False) -> Told:
        alone = "" if public or not told.hidden else '<p class="by"><span>Only you can see this</span></p>'
        self.shown.append(f'<div class="shown">{gallery.APP}{alone}{_message(told, self._named)}</div>')
        return told

    def sentence(self, words: str) -> None:
        self.shown.append(f'<div class="shown"><pre>{escape(words)}</pre></div>')

    def _named(self, markdown: str) -> str:
        """Mentions as people see them, before the markdown is drawn."""
        for place in self.discord.places.values():
            markdown = markdown.replace(f"<#{place.id}>", f"**#{place.name}**")
        for person in (self.discord.ann, self.discord.bob):
            markdown = markdown.replace(f"<@{person.id}>", f"**@{person.name}**")
        return markdown

    async def types(self, words: str, place: Place | None = None, by: Person | None = None, **options: Any) -> Told:
        given = " ".join(f"{name}: {value}" for name, value in options.items())
        where = f"#{place.name} · " if place else ""
        self.did(f"{where}{(by or self.discord.ann).name}: /{words} {given}")
        return self.see(await self.discord.command(words, options, place, by))

    async def presses(self, message: Told, label: str, by: Person | None = None) -> Told:
        self.did(f"{(by or self.discord.ann).name} presses [{label}]")
        return self.see(await self.discord.press(message, message.buttons[label], by))

    async def opens(self, message: Told, label: str) -> Talk:
        self.did(f"ann presses [{label}]")
        talk = await self.discord.begin_press(message, message.buttons[label])
        self.shown.append(_modal(await self.discord.form(talk)))
        return talk

    async def completes(self, command: str, option: str, typed: str) -> None:
        self.did(f"ann types /{command} {option}: {typed}")
        offered = await self.discord.complete(command, option, typed)
        rows = "".join(f"<p>{escape(one['name'])}</p>" for one in offered)
        self.shown.append(f'<div class="shown form">{rows}</div>')

    async def wants(self, place: Place, rule: str, **options: Any) -> None:
        given: dict[str, Any] = {"mode": "instant", "start": 0} | options
        wish = Options(**given)
        person = f"discord:{self.discord.ann.id}"
        await self.world.store.subscribe(
            Subscription(channel(self.discord, place), rule, person, wish), self.hands.clock()
        )

    async def posts(self) -> None:
        for _ in range(6):  # a channel takes one message a second
            await self.hands.deliver_all(self.world)
            self.hands.time += timedelta(seconds=2)

    async def tells(self) -> None:
        """What the bot has to say by itself."""
        for notice in await notices.claim(self.world, 10):
            await notices.say(notice, self.world)

    def taken(self) -> str:
        shown, self.shown = self.shown, []
        return "".join(shown)


@asynccontextmanager
async def opened(papers: list[Paper]) -> AsyncIterator[Day]:
    """A server with a text channel, a forum and an announcement channel; today's papers are read, and not posted."""
    stored = month(papers[TODAY:])
    today = [replace(one, announced=MORNING) for one in month(papers[:TODAY])]
    fetch = FakeFetch([stored, [*today, *stored]])
    hands, worlds = Hands(fetch, MORNING - timedelta(DAYS)), list[World]()

    async def answer(heard: Heard) -> Reply:
        return await flow.answer(heard, worlds[0])

    async with Discord() as discord:
        discord.general.name = "general"
        forum = discord.add_channel("papers-forum", FORUM)
        forum.tags = TAGS
        discord.add_channel("announcements", NEWS)
        async with running(discord, answer) as chat:
            shared = frozenset({FEED.address})
            world = World(FakeStore(), hands.clock, fetch, fetch.read, {"discord": chat}, Matcher(), shared=shared)
            worlds.append(world)
            await flow.poll(FEED, world)
            hands.time = MORNING
            yield Day(discord, world, hands)


def _place(day: Day, name: str) -> Place:
    return next(place for place in day.discord.places.values() if place.name == name)


async def completion(day: Day) -> None:
    await day.wants(day.discord.general, "LLM agents -survey")
    await day.completes("subscribe", "rule", "diffusion ca")
    await day.completes("subscribe", "rule", "agen")
    await day.completes("subscribe", "rule", "mamba cat:cs.C")
    await day.completes("subscribe", "tz", "new y")
    await day.completes("unsubscribe", "which", "")
    await day.completes("papers change", "which", "llm")


async def forms(day: Day) -> None:
    preview = await day.types("subscribe", rule="LLM agents")
    talk = await day.opens(preview, "Edit…")
    day.did("ann sends it with a rule that cannot be read, and 25:00")
    wrong = day.see(await day.discord.seen(await day.discord.send_form(talk, {"rule": "(LLM agents", "at": "25:00"})))
    await day.opens(wrong, "Correct it")


async def rights(day: Day) -> None:
    bob = day.discord.bob
    await day.wants(day.discord.general, "LLM agents", mode="daily")
    await day.types("papers subscribe", by=bob, rule="diffusion video")
    await day.types("unsubscribe", by=bob, which="all")
    await day.types("papers settings", by=bob, mode="weekly")
    await day.types("papers settings", who="anyone")
    day.see((await day.discord.said())[-1], public=True)
    await day.types("papers settings")
    day.discord.general.lacks |= {"embed", "thread"}
    await day.types("subscribe", rule="diffusion video")


async def threads(day: Day) -> None:
    await day.wants(day.discord.general, "LLM agents")
    day.hands.fetch.today = 1
    await flow.poll(FEED, day.world)
    await day.posts()
    post = day.discord.general.messages[0]
    day.did("#general")
    day.see(post, public=True)
    seen = await day.presses(post, "Discuss")
    thread = day.discord.places[int(seen.buttons["Open the thread"].rpartition("/")[2])]
    day.did(f"in the thread “{thread.name}”")
    day.see(thread.messages[-1], public=True)
    await day.types("subscriptions", thread)
    menu = await day.presses(post, "⋯", day.discord.bob)
    await day.presses(menu, "Why is this here?", day.discord.bob)
    await day.presses(menu, "Not for us", day.discord.bob)
    await day.presses(menu, "Save for later", day.discord.bob)
    day.did("bob presses [▲ Upvote]")
    await day.discord.press(post, post.buttons["▲ Upvote"], day.discord.bob)
    day.see(post, public=True)
    day.did(f"a message's menu → Apps → {FIND}")
    day.see(await day.discord.menu(post, FIND))
    stranger = day.discord.write(day.discord.general, "good morning")
    day.did("the same on somebody's “good morning”")
    day.see(await day.discord.menu(stranger, FIND))
    day.discord.threads_left = 0
    other = next(told for told in day.discord.general.messages[1:] if "Discuss" in told.buttons)
    await day.presses(other, "Discuss")
    day.see(day.discord.general.messages[-1], public=True)


async def places(day: Day) -> None:
    forum, news = _place(day, "papers-forum"), _place(day, "announcements")
    await day.wants(forum, "LLM agents")
    await day.wants(news, "diffusion video", publish="on")
    day.hands.fetch.today = 1
    await flow.poll(FEED, day.world)
    await day.posts()
    posts = [place for place in day.discord.places.values() if place.parent == forum.id]
    names = {number: name for name, number in forum.tag_ids().items()}
    for post in posts[:2]:
        day.did(f"#papers-forum · post “{post.name}” · tags: {', '.join(names[tag] for tag in post.applied)}")
        day.see(post.messages[0], public=True)
    await day.presses(posts[0].messages[0], "Discuss")
    day.see(posts[0].messages[-1], public=True)
    await day.types("papers status", posts[0])
    for told in news.messages[:1]:
        day.did(f"#announcements · published to followers: {told.id in news.published}")
        day.see(told, public=True)


async def overview(day: Day) -> None:
    forum = _place(day, "papers-forum")
    await day.wants(day.discord.general, "LLM agents", mode="daily")
    await day.wants(day.discord.general, "diffusion video")
    await day.wants(forum, 'mamba OR "state space"')
    day.hands.fetch.today = 1
    await flow.poll(FEED, day.world)
    await day.posts()
    seen = await day.types("papers overview")
    action = next(action for label, action in seen.options.items() if "forum" in label)
    day.did("ann picks #papers-forum")
    opened_ = day.see(await day.discord.choose(seen, action))
    await day.presses(opened_, "Pause this channel")
    await day.tells()
    told = [place for place in day.discord.places.values() if place.parent == forum.id][-1]
    day.did(f"#papers-forum · post “{told.name}”")
    day.see(told.messages[0], public=True)
    mine = day.discord.private(day.discord.ann)
    await day.types("papers overview", mine)


async def personal(day: Day) -> None:
    bob = day.discord.bob
    preview = await day.types("papers subscribe", by=bob, rule="LLM agents", mine=True, mode="instant")
    await day.presses(preview, "Subscribe", bob)
    await day.types("subscriptions", by=bob, mine=True)
    day.hands.fetch.today = 1
    await flow.poll(FEED, day.world)
    await day.posts()
    day.did("bob's messages with the bot")
    for told in day.discord.private(bob).messages[:2]:
        day.see(told, public=True)


async def life(day: Day) -> None:
    await day.discord.throw_out()
    await day.discord.invite()
    day.did("the bot was invited; #general")
    day.see((await day.discord.said())[-1], public=True)
    await day.wants(day.discord.general, "LLM agents")
    day.discord.general.lacks.add("send")
    await day.discord.tell(day.discord.general)
    mine = day.discord.private(day.discord.ann)
    while not mine.messages:
        await day.tells()
        await asyncio.sleep(0.02)
    day.did("#general was closed to the bot; ann's messages with the bot")
    for told in mine.messages:
        day.see(told, public=True)
    await day.types("papers status")


async def refusals(day: Day) -> None:
    for lacks in ("see", "send", "thread"):
        day.did(f"a post, and its thread, where the bot's permission to {lacks} is missing")
        day.discord.general.lacks = {lacks}
        try:
            chat = day.world.chats["discord"]
            told = await chat.post(channel(day.discord), paper(), f"k{lacks}")
            await chat.thread(channel(day.discord), told, "A thread", paper(), f"t{lacks}")
        except PlatformFailed as error:
            day.sentence(str(error))
    day.did("a wrong token")
    day.sentence(await _refused(Discord(), {"DISCORD_TOKEN": "made-up"}))
    day.did("a privileged intent that is not switched on (close code 4014)")
    closing = Discord()
    closing.gateway.closing = 4014
    day.sentence(await _refused(closing, {}))


async def _refused(discord: Discord, env: dict[str, str]) -> str:
    async def nobody(heard: Heard) -> Reply:
        raise AssertionError(heard)

    async with discord:
        chat = await connect(discord.env | env)
        try:
            await chat.listen(nobody)
        except Refused as error:
            return str(error)
        finally:
            await chat.close()
    raise AssertionError("it was let in")


SECTIONS: Mapping[str, Callable[[Day], Awaitable[None]]] = {
    each.__name__: each for each in (completion, forms, rights, threads, places, overview, personal, life, refusals)
}


# ── drawing ─────────────────────────────────────────────────────────────────────────────────────────


def _message(told: Told, named: Callable[[str], str]) -> str:
    parts = [gallery.markdown(named(told.content))] if told.content else []
    for embed in told.embeds:
        title = f'<p class="title{" linked" if embed.get("url") else ""}">{gallery.inline(embed.get("title", ""))}</p>'
        bar = f"border-left-color: #{embed.get('color', 0x1E1F22):06x}"
        said = gallery.markdown(named(embed.get("description", "")))
        parts.append(f'<div class="embed" style="{bar}">{title if embed.get("title") else ""}{said}</div>')
    for row in told.components:
        items = "".join(map(_item, row["components"]))
        parts.append(f'<p class="actions">{items}</p>')
    return "".join(parts)


def _item(item: Mapping[str, Any]) -> str:
    if item["type"] == 3:
        options = "".join(f"<p>{escape(one['label'])}</p>" for one in item["options"])
        return f'<span class="select">{escape(item["placeholder"])}</span><div class="small">{options}</div>'
    colour = {1: "#5865f2", 4: "#da373c"}.get(item["style"], "#4e5058")
    mark = " ↗" if item["style"] == 5 else ""
    return f'<span class="button" style="background: {colour}">{escape(item["label"])}{mark}</span>'


def _modal(shown: Mapping[str, Any]) -> str:
    rows = []
    for part in shown["components"]:
        inner = part["component"]
        chosen = [one["label"] for one in inner.get("options", []) if one.get("default")]
        value = inner.get("value") or ", ".join(chosen) or "–"
        hint = f'<br><span class="small">{escape(part["description"])}</span>' if part.get("description") else ""
        rows.append(f"<p><b>{escape(part['label'])}</b>{hint}<br>{escape(value)}</p>")
    return f'<div class="shown form"><p class="title">{escape(shown["title"])}</p>{"".join(rows)}[Submit]</div>'


async def drawn(papers: list[Paper]) -> str:
    """The page, a section a subject; each in a server of its own."""
    sections = []
    for name, show in SECTIONS.items():
        async with opened(papers) as day:
            await show(day)
            sections.append(f'<section id="{name}"><h2>{name}</h2>{day.taken()}</section>')
    return gallery.page("discord", {}).replace("</style>", f"{STYLE}</style>") + "".join(sections)


def main() -> None:
    asked = argparse.ArgumentParser(prog="python -m tests.standins.server")
    asked.add_argument("papers", type=Path)
    asked.add_argument("out", type=Path)
    asked.add_argument("--pictures", action="store_true")
    given = asked.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    made = asyncio.run(drawn(load(given.papers)[:STORED]))
    (given.out / "discord.html").write_text(made, encoding="utf-8")
    if given.pictures:
        asyncio.run(gallery.pictures(given.out, ("discord",)))


if __name__ == "__main__":
    main()
