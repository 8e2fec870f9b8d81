"""Search, the rule workshop, and the way from either to a subscription. A rule is the address: nothing is kept."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from aiohttp import web

from bot.errors import RuleError
from bot.model import Ask, Channel, Span
from bot.public import owner
from bot.rules import Rule, describe, parse, write
from bot.web import channels, words
from bot.web.desk import desk, form, page, room, visitor, wants_json
from bot.web.door import Wrong
from bot.web.seek import Found, Meant
from bot.web.whispers import shown
from bot.web.workshop import Trial, tried

LONGEST = 600
"""Characters of a question that are looked at; a rule has 500."""
SHOWN = 15
PLACES = 6
"""Channels that a rule is offered to."""
EXAMPLES = (
    ("transformers quantization", "both words, in any form"),
    ('"state space" OR mamba -survey', "a phrase or a word, without surveys"),
    ("LLM agent* has:code", "an acronym, a beginning, with code"),
    ("top:10", "the ten that trend each day"),
)


@dataclass(frozen=True, slots=True)
class Asked:
    """What stands in the box, and the rule it is; or in `wrong` why it is none."""

    text: str
    rule: Rule | None = None
    wrong: RuleError | None = None

    @property
    def written(self) -> str:
        return write(self.rule) if self.rule else ""

    @property
    def meaning(self) -> list[Span]:
        return list(describe(self.rule)) if self.rule else []


@dataclass(frozen=True, slots=True)
class Offer:
    """Where a rule may be subscribed: this visitor's form, and the local channels there are."""

    token: str
    may_change: bool
    places: list[Channel] = field(default_factory=list)
    mail_off: str = ""


def asked(request: web.Request, text: str) -> Asked:
    """Read what was typed. Nothing typed is no rule, and not wrong."""
    text = words.typed(text).replace("\n", " ")[:LONGEST]
    if not text:
        return Asked("")
    try:
        return Asked(text, parse(text, desk(request).seeker.acronyms))
    except RuleError as error:
        return Asked(text, wrong=error)


async def search(request: web.Request) -> web.Response:
    """Papers that the rule finds, with the reasons marked; page by page, back in time."""
    ask = asked(request, request.query.get("q", ""))
    found, meant = Found(()), list[Meant]()
    before = _place(request.query.get("before", ""))
    if ask.rule is not None:
        desk(request).door.check_search(request)
        found = await desk(request).seeker.find(ask.rule, before=before, most=SHOWN)
        if not found.hits and before is None:
            meant = await desk(request).seeker.meant(ask.rule)
    return await page(
        request,
        "search.html",
        here="search",
        asked=ask,
        found=found,
        meant=meant,
        first=before is None,
        examples=EXAMPLES,
        offer=await _offer(request) if ask.rule else None,
        sample=any(hit.paper.source.startswith("sample:") for hit in found.hits),
    )


async def workshop(request: web.Request) -> web.Response:
    """What the rule would have brought in the last 30 days. Our script asks for the answer alone."""
    ask = asked(request, request.query.get("q", ""))
    trial: Trial | None = None
    meant = list[Meant]()
    if ask.rule is not None:
        desk(request).door.check_search(request, heavy=True)
        trial = await tried(ask.rule, desk(request).seeker, desk(request).clock())
        meant = [] if trial.matches else await desk(request).seeker.meant(ask.rule)
    if wants_json(request):
        look = desk(request).look.page
        html = await asyncio.to_thread(look, "trial.html", asked=ask, trial=trial, meant=meant, examples=EXAMPLES)
        return web.json_response({"trial": html})
    return await page(request, "workshop.html", here="workshop", asked=ask, trial=trial, meant=meant, examples=EXAMPLES)


async def subscribe(request: web.Request) -> web.StreamResponse:
    """A rule that was found, asked for in a local channel: its preview there, as if it had been typed."""
    fields = await form(request)
    desk(request).door.check_change(request)
    ask = asked(request, fields.get("q", ""))
    if ask.rule is None or not words.channel(fields.get("channel", "")):
        raise Wrong(400, "That was no rule and channel of this page; open the search again.")
    channel = channels.named(request, fields.get("channel", ""))
    here = room(request, channel)
    typed = f"/subscribe {ask.written}"
    reply = await desk(request).answer(Ask(channel, here.person, "subscribe", ask.written, here.standing))
    return await channels.tell(request, here, reply, None, shown(reply, channel, typed=typed))


async def _offer(request: web.Request) -> Offer:
    known = {Channel("local", "general"), *(await desk(request).store.channels("local"))}
    mail = desk(request).mail
    places = [channel for channel in sorted(known) if words.channel(channel.place) and owner(channel) is None]
    return Offer(
        visitor(request).token,
        desk(request).door.may_change(request),
        places[:PLACES],
        mail if isinstance(mail, str) else "",
    )


def _place(text: str) -> int | None:
    """A place in time as a page of ours wrote it; anything else is the newest."""
    digits = text.removeprefix("-")
    return int(text) if digits.isascii() and digits.isdigit() and len(digits) < 19 else None
