"""Papers by mail, asked for on a page: one answer whoever's address it is, and a mail that asks its owner.

Nothing is kept of an address before its owner has said yes but a draft that goes after a day. The mail is made and sent
after the answer, so that neither its words nor the time it takes tell whether an address is known here.
"""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass, replace

from aiohttp import web

from bot import optin
from bot.errors import PaperRoundError, TryLater, WordsWrong
from bot.model import Ask, Channel, Options, Post
from bot.options import known_zones, write
from bot.web import searching
from bot.web.desk import desk, form, page, visitor
from bot.web.door import Wrong
from bot.web.mailing import Mailing

log = logging.getLogger("paper-round")

OF_THE_DAY = "top:10"
EVERY = (("daily", "every weekday"), ("weekly", "once a week"))
AT_ONCE = 50
"""Mails being made or waiting for a server that says "later"."""
TRIES = 4
FIRST_WAIT = 60.0
"""Seconds until a mail that did not get through is tried again; doubled each time."""


@dataclass(frozen=True, slots=True)
class MailForm:
    """The box "in your inbox": this visitor's form, or why there is none."""

    token: str
    rule: str
    zone: str
    off: str = ""
    address: str = ""
    every: str = "daily"
    wrong: str = ""


def box(request: web.Request, rule: str = OF_THE_DAY) -> MailForm:
    """The form for a page of this request."""
    mail = desk(request).mail
    return MailForm(visitor(request).token, rule, desk(request).zone, mail if isinstance(mail, str) else "")


def require_on(request: web.Request) -> Mailing:
    mail = desk(request).mail
    if isinstance(mail, str):
        raise Wrong(404, mail)
    return mail


async def sign_up_page(request: web.Request) -> web.Response:
    """The form by itself, with the rule that a chat's answer leads here with."""
    ask = searching.asked(request, request.query.get("q", OF_THE_DAY))
    wrong = f"{ask.wrong}" if ask.wrong else ""
    made = replace(
        box(request, ask.written or ask.text or OF_THE_DAY),
        every="weekly" if request.query.get("every") == "weekly" else "daily",
        zone=request.query.get("tz", desk(request).zone)[:60],
    )
    return await _form(request, made, searching.asked(request, made.rule), wrong)


async def sign_up(request: web.Request) -> web.StreamResponse:
    """Take an address and a rule; the same answer whatever becomes of them."""
    fields = await form(request)
    mailing = require_on(request)
    ask = searching.asked(request, fields.get("q", ""))
    address, every = fields.get("address", "")[:300], "weekly" if fields.get("every") == "weekly" else "daily"
    try:
        _require_rule(ask)
        channel, zone = optin.mailbox(address), _zone(fields.get("tz", ""), desk(request).zone)
    except WordsWrong as error:
        made = MailForm(visitor(request).token, ask.text, fields.get("tz", "")[:60], "", address, every)
        return await _form(request, made, ask, str(error), status=400)
    if not mailing.asking.spend(request.remote or "", desk(request).clock()):
        raise Wrong(429, "That was many addresses at once; wait some minutes and try again.")
    words = f"{ask.written} {write(Options(mode='weekly' if every == 'weekly' else 'daily', tz=zone))}"
    _begin(request, mailing, channel, words)
    return await page(request, "mail_asked.html", address=channel.place)


def _require_rule(ask: searching.Asked) -> None:
    if ask.rule is None:
        raise WordsWrong(str(ask.wrong) if ask.wrong else "Say what the mail is to be about.")


async def _form(
    request: web.Request, made: MailForm, ask: searching.Asked, wrong: str, status: int = 200
) -> web.Response:
    zones = await asyncio.to_thread(lambda: sorted(known_zones()))
    return await page(request, "mail.html", status=status, box=made, asked=ask, wrong=wrong, zones=zones, every=EVERY)


def _zone(text: str, otherwise: str) -> str:
    wanted = text.strip() or otherwise
    named = {zone.casefold(): zone for zone in known_zones()}.get(wanted.casefold())
    if named is None:
        raise WordsWrong(
            f"There is no time zone {wanted[:60]!r}; zones are named by their city, such as Europe/Berlin."
        )
    return named


def _begin(request: web.Request, mailing: Mailing, channel: Channel, words: str) -> None:
    """Let the mail be made and sent, whoever waits for what."""
    if len(mailing.under_way) >= AT_ONCE:
        raise Wrong(503, "Many are signing up at this moment; try again in some minutes.")
    task = asyncio.create_task(_ask(request, mailing, channel, words))
    mailing.under_way.add(task)
    task.add_done_callback(mailing.under_way.discard)


async def _ask(request: web.Request, mailing: Mailing, channel: Channel, words: str) -> None:
    """The draft, by the same words as in chat, and the mail about it. Nobody waits for this: the log has what fails.

    A mailbox is its owner's, so whoever speaks for it manages it; nothing comes of this without the owner's yes.
    """
    here = desk(request)
    try:
        if not mailing.asked.spend(channel.place, here.clock()):
            return
        reply = await here.answer(Ask(channel, str(channel), "subscribe", words, standing="manager"))
        number = next((b.action.partition(":")[2] for b in reply.post.buttons if b.action.startswith("confirm:")), "")
        if not number.isdecimal():
            log.warning("no mail asks for %r: %s", words, reply.post.headline.text)
            return
        link = f"{here.base}{optin.confirm_path(optin.signed(mailing.key, 'confirm', channel, int(number)))}"
        site = (here.base or "").partition("://")[2]
        await _through(mailing, channel, optin.asking(reply.post, link, site), number)
    except PaperRoundError as error:
        log.warning("a mail that asks could not be sent: %s", error)
    except Exception:
        log.exception("a mail that asks could not be made")


async def _through(mailing: Mailing, channel: Channel, post: Post, key: str) -> None:
    """Send it; a server that says "later" is asked again."""
    for tried in range(TRIES):
        try:
            return await mailing.invite(channel, post, key)
        except TryLater as error:
            if tried == TRIES - 1:
                raise
            await mailing.sleep(max(error.after or 0.0, FIRST_WAIT * 2**tried))
    return None
