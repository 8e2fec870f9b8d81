"""Mail, put together: the server from the environment, the key from the database, and what the pages need of it."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import TYPE_CHECKING, cast

from bot import optin
from bot.chat import mail
from bot.chat.mail import Mail
from bot.chat.mail.server import Server, is_here, server
from bot.cli import pages
from bot.cli.world import clock
from bot.config import Settings
from bot.errors import SettingsError
from bot.ports import Chat, Store

if TYPE_CHECKING:  # the pages are loaded when they are served
    from bot.web.desk import Platform
    from bot.web.mailing import Mailing


def wanted(settings: Settings) -> Server | str:
    """The mail server, or the sentence that says why mail is off."""
    found = server(settings.env, pages.public_url(settings.env))
    if isinstance(found, Server) and settings.file.limits.pace != 1 and not is_here(found.host):
        raise SettingsError(
            f"The config {settings.path} is wrong: [limits] pace: it is for tests with a mail server on this machine, "
            f"and {found.host} is not."
        )
    return found


async def connected(found: Server, settings: Settings, store: Store) -> Mail:
    """The chat of mailboxes."""
    base = pages.public_url(settings.env)
    assert base is not None  # `wanted` has seen to it
    made = await mail.connect(found, base, store, clock, secrets.token_bytes(optin.KEY))
    made.domain_pace /= settings.file.limits.pace
    return made


def silent(found: Server | str) -> list[Platform]:
    """That mail is off, for the status page."""
    from bot.web.desk import Platform

    return [Platform("Mail", found.removeprefix("Mail is "))] if isinstance(found, str) else []


def offered(chats: Mapping[str, Chat], found: Server | str) -> Mailing | str:
    """What the pages need of mail, or why there is none."""
    if isinstance(found, str):
        return found
    from bot.web.mailing import Mailing

    chat = cast("Mail", chats["email"])  # with whatever stands around it (`counting`)
    return Mailing(chat.invite, chat.key)
