"""What every page has at hand, and how a request becomes a page."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field

from aiohttp import web

from bot.model import Channel, Feed, Post, Standing
from bot.ports import Answer, Clock, Store
from bot.public import owner
from bot.web.door import Door, Wrong, visitor_of
from bot.web.keys import DESK as DESK
from bot.web.live import Live
from bot.web.mailing import Mailing
from bot.web.render import Look
from bot.web.seek import Seeker
from bot.web.seen import Lay, Seen, seen
from bot.web.visitor import Visitor


@dataclass(frozen=True, slots=True)
class Platform:
    """A platform that the bot speaks on, and how that goes in a few words; `wrong`: somebody should look at it."""

    name: str
    told: str
    wrong: bool = False


Platforms = Callable[[], Sequence[Platform]]
"""The platforms that the running bot is connected to, at this moment."""

Sources = Callable[[], Awaitable[Sequence[Feed]]]
"""Which feeds the running bot reads."""


@dataclass(frozen=True, slots=True)
class Desk:
    """The world a page is made from."""

    store: Store
    answer: Answer
    clock: Clock
    look: Look
    door: Door
    live: Live
    sources: Sources
    platforms: Platforms
    seeker: Seeker
    base: str | None = None
    """The public address of the pages, without a slash at its end; the only base of links that leave the machine."""
    mail: Mailing | str = "Mail is off."
    """What the pages need to let people sign up for mail; or why they cannot, in a sentence."""
    looks: Mapping[str, Lay] = field(default_factory=dict)
    """How platforms would show a post, by their names."""
    zone: str = "UTC"
    """The time zone of whoever has set none."""


@dataclass(frozen=True, slots=True)
class Room:
    """A local channel as one visitor sees it: what its forms carry, and whether they may be sent."""

    channel: Channel
    visitor: Visitor
    may_change: bool
    nonce: str
    look: str = ""
    """The platform that the bot's messages are shown as; empty: as these pages do."""
    lay: Lay | None = None
    looks: tuple[str, ...] = ()
    """The platforms that there are to choose from."""

    def shown(self, post: Post) -> Seen:
        """The post as the chosen platform would show it."""
        assert self.lay is not None
        return seen(self.look, self.lay, post)

    @property
    def person(self) -> str:
        return self.visitor.person

    @property
    def standing(self) -> Standing:
        """Everybody is their own manager where nobody else can read."""
        return "manager" if owner(self.channel) == self.person else "member"

    @property
    def token(self) -> str:
        return self.visitor.token


AS, LOOK_COOKIE = "as", "look"
NEWCOMER: web.RequestKey[Visitor] = web.RequestKey("newcomer", Visitor)
"""The request's place for a visitor whose browser has yet to be told."""


def desk(request: web.Request) -> Desk:
    return request.app[DESK]


async def page(request: web.Request, template: str, *, status: int = 200, **values: object) -> web.Response:
    """A whole page, made off the event loop; `here` is the part of the house that the menu marks."""
    html = await asyncio.to_thread(desk(request).look.page, template, **({"here": ""} | values))
    return web.Response(text=html, status=status, content_type="text/html", charset="utf-8")


def visitor(request: web.Request) -> Visitor:
    """Who is reading; a browser without our cookie gets one with the answer."""
    known = visitor_of(request)
    if known is not None:
        return known
    if NEWCOMER not in request:
        request[NEWCOMER] = Visitor(secrets.token_urlsafe(24))
    return request[NEWCOMER]


def room(request: web.Request, channel: Channel) -> Room:
    """The channel as this request's visitor sees it."""
    looks, look = desk(request).looks, looked(request)
    may_change, nonce = desk(request).door.may_change(request), secrets.token_urlsafe(9)
    return Room(channel, visitor(request), may_change, nonce, look, looks.get(look), tuple(looks))


def looked(request: web.Request) -> str:
    """The platform that this browser wants messages shown as: as the address says, else as it did before."""
    wanted = request.query.get(AS, request.cookies.get(LOOK_COOKIE, ""))
    return wanted if wanted in desk(request).looks else ""


async def form(request: web.Request) -> dict[str, str]:
    """The form's fields. `Wrong` when it is no form of ours, in shape, sender, pace or permission."""
    if request.content_type != "application/x-www-form-urlencoded":
        raise Wrong(415, "Paper Round reads forms here, and this was none.")
    try:
        fields = {name: str(value) for name, value in (await request.post()).items()}
    except (ValueError, LookupError):
        raise Wrong(400, "That form could not be read; open the page again and send it once more.") from None
    door = desk(request).door
    sender = door.check_sender(request, visitor_of(request), fields.get("token", ""))
    door.check_pace(request, sender)
    return fields


def wants_json(request: web.Request) -> bool:
    """Whether our own script asks, which puts pieces into the open page."""
    return request.headers.get("Accept", "") == "application/json"
