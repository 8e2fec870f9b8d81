"""A mailbox's own pages, behind the signed links of its mails: say yes, see what comes, end it.

Looking changes nothing: mail servers follow links to see where they lead. A change is a form's POST, which the token in
its address vouches for, so that no cookie is needed; one of them is a mail reader's one click (RFC 8058).
"""

from __future__ import annotations

from aiohttp import web

from bot import optin
from bot.model import Channel, Press, Subscription
from bot.options import effective
from bot.replies import when
from bot.web.desk import Desk, desk, page
from bot.web.door import Wrong
from bot.web.signup import require_on

ONE_CLICK = "List-Unsubscribe"
"""https://www.rfc-editor.org/rfc/rfc8058#section-3.2"""


async def question(request: web.Request) -> web.Response:
    """What is about to begin, and the button that begins it."""
    channel, number = _confirming(request)
    draft = await desk(request).store.draft_of(number, channel, str(channel))
    if draft is None:
        return await _used_up(request, channel)
    told = await _told(desk(request), draft.wish)
    return await page(request, "mail_confirm.html", address=channel.place, one=draft.wish, told=told, path=request.path)


async def yes(request: web.Request) -> web.Response:
    """Begin, once."""
    channel, number = _confirming(request)
    _check_pace(request)
    here = desk(request)
    draft = await here.store.draft_of(number, channel, str(channel))
    if draft is None:
        return await _used_up(request, channel)
    await here.answer(Press(channel, str(channel), f"confirm:{number}", standing="manager"))
    made = [one for one in await here.store.subscriptions(channel) if one.rule == draft.wish.rule]
    if not made:
        raise Wrong(503, "That did not work just now; press the button in the mail once more in a minute.")
    told, manage = await _told(here, made[0]), _manage(request, channel)
    return await page(request, "mail_begun.html", address=channel.place, one=made[0], told=told, manage=manage)


async def manage(request: web.Request) -> web.Response:
    """What this mailbox gets."""
    return await _listed(request, _managing(request), ended=0)


async def change(request: web.Request) -> web.Response:
    """End one, or all; a mail reader's one click ends all."""
    channel = _managing(request)
    _check_pace(request)
    try:
        fields = {name: str(value) for name, value in (await request.post()).items()}
    except (ValueError, LookupError):
        raise Wrong(400, "That form could not be read; open the page again and send it once more.") from None
    which, one_click = fields.get("end", ""), ONE_CLICK in fields
    if not (one_click or which == "all" or (which.isascii() and which.isdecimal() and len(which) < 16)):
        raise Wrong(400, "That form says nothing to end; open the page again.")
    store = desk(request).store
    mine = [one for one in await store.subscriptions(channel) if one_click or which in ("all", str(one.id))]
    ended = [gone for one in mine if (gone := await store.unsubscribe(channel, one.id))]
    if one_click:
        return web.Response(text="Unsubscribed.\n")
    return await _listed(request, channel, ended=len(ended))


async def _listed(request: web.Request, channel: Channel, ended: int) -> web.Response:
    here = desk(request)
    mine = [(one, await _told(here, one)) for one in await here.store.subscriptions(channel)]
    return await page(request, "mail_manage.html", address=channel.place, mine=mine, ended=ended, path=request.path)


async def _used_up(request: web.Request, channel: Channel) -> web.Response:
    """A link that was used, or whose day is over."""
    path = _manage(request, channel)
    return await page(request, "mail_used.html", status=410, manage=path)


async def _told(here: Desk, one: Subscription) -> str:
    """When it comes, in words."""
    customs = (await here.store.customs([one.channel]))[one.channel]
    return when.how(effective(one.options, customs, here.zone), here.clock())


def _manage(request: web.Request, channel: Channel) -> str:
    return optin.manage_path(optin.signed(require_on(request).key, "manage", channel))


def _confirming(request: web.Request) -> tuple[Channel, int]:
    return _read(request, "confirm")


def _managing(request: web.Request) -> Channel:
    return _read(request, "manage")[0]


def _read(request: web.Request, purpose: optin.Purpose) -> tuple[Channel, int]:
    found = optin.told(require_on(request).key, purpose, request.match_info["token"])
    if found is None:
        raise Wrong(404, "This link is not whole, or not one of ours; open it from the mail once more.")
    return found


def _check_pace(request: web.Request) -> None:
    if not desk(request).door.arriving.spend(request.remote or "", desk(request).clock()):
        raise Wrong(429, "That was too much at once; wait a few seconds and send it again.")
