"""A channel with people in it: whoever types and presses, with what they are and where they live."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from bot import flow
from bot.flow import World
from bot.matching import Matcher
from bot.model import Ask, Bookmark, Channel, Feed, Options, Paper, Poll, Post, Press, Reply, Standing, Subscription
from bot.rights import ANYONE, Who
from tests.fakes.chat import FakeChat
from tests.fakes.store import FakeStore
from tests.flow.stage import START, FakeFetch, Hands, paper

GENERAL = Channel("local", "general")
FEED = Feed("https://feed.example/papers", "https://feed.example/papers")
ADA, BOB, EVE = "local:ada", "local:bob", "local:eve"


class Team:
    """A world of fakes, and people who speak in it."""

    def __init__(self, *days: list[Paper], who: Who = ANYONE) -> None:
        self.fetch = FakeFetch([*days])
        self.hands, self.chat, self.store = Hands(self.fetch), FakeChat(), FakeStore()
        world = World(self.store, self.hands.clock, self.fetch, self.fetch.read, {"local": self.chat}, Matcher())
        self.world = replace(world, who=who)

    async def typed(
        self,
        words: str,
        person: str = ADA,
        *,
        standing: Standing = "member",
        zone: str | None = None,
        shared: bool = False,
        message: str | None = None,
    ) -> Reply:
        verb, _, rest = words.removeprefix("/").partition(" ")
        ask = Ask(GENERAL, person, verb, rest, standing, zone, message, shared)
        return await flow.answer(ask, self.world)

    async def pressed(
        self,
        action: str,
        person: str = ADA,
        *,
        standing: Standing = "member",
        channel: Channel = GENERAL,
        **fields: str,
    ) -> Reply:
        press = Press(channel, person, action, standing, tuple(fields.items()))
        return await flow.answer(press, self.world)

    async def subscribed(self, rule: str, person: str = ADA, options: Options | None = None) -> Subscription:
        wish = Subscription(GENERAL, rule, person, options or Options())
        return await self.store.subscribe(wish, self.hands.clock())

    async def known(self, *papers: Paper) -> None:
        """Papers that are stored, and were posted nowhere."""
        await self.store.record(Poll(Bookmark(FEED.address, baseline_at=START), papers), self.hands.clock())

    async def brought(self, *papers: Paper) -> list[Post]:
        """The feed brings papers after its baseline; what the channel was sent."""
        self.fetch.days = [[], list(papers)]
        await self.hands.day(FEED, 0, self.world)
        await self.hands.day(FEED, 1, self.world)
        await self.hands.deliver_all(self.world)
        return [said.post for said in self.chat.said if said.thread is None]

    async def rules(self, channel: Channel = GENERAL) -> list[str]:
        return [one.rule for one in await self.store.subscriptions(channel)]


def button(reply: Reply | Post | None, label: str) -> str:
    """The action of the button whose label begins so."""
    post = reply.post if isinstance(reply, Reply) else reply
    assert post is not None
    return next(one.action for one in (*post.buttons, *post.more) if one.label.startswith(label))


def labels(reply: Reply) -> list[str]:
    return [one.label for one in reply.post.buttons]


def shelf(count: int = 40) -> list[Paper]:
    """A month of papers: each fifth on quantization, one of them on transformers too."""
    titles = ["Notes on vegetables" if n % 2 else "Reading aloud" for n in range(count)]
    titles = [f"{title} by quantization" if n % 5 == 0 else title for n, title in enumerate(titles)]
    titles[10] += " with transformers"
    days = [START - timedelta(days=n * 0.9, hours=1) for n in range(count)]
    return [paper(str(n), f"{title} {n}", announced=days[n]) for n, title in enumerate(titles)]
