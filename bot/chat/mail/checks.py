"""What the mail server says of us when it is asked: whether it is there, and lets us in. Nothing is mailed."""

from __future__ import annotations

from collections.abc import Mapping

from bot.chat.mail import line
from bot.chat.mail.server import OFF, server
from bot.checks import Check, fault, note, ok, split
from bot.errors import NotWelcome, SettingsError, TryLater

ABOUT = "mail"


async def health(env: Mapping[str, str], base: str | None, mailboxes: int, *, offline: bool = False) -> Check:
    """How mail stands. That it is off is a fault only where something of it is set, or mailboxes wait for theirs."""
    try:
        found = server(env, base)
    except SettingsError as error:
        return split(ABOUT, str(error))
    if isinstance(found, str):
        if mailboxes:
            waits = "1 mailbox has" if mailboxes == 1 else f"{mailboxes:,} mailboxes have"
            return fault(ABOUT, f"{found} {waits} subscriptions.", "Set what is named there, or end the subscriptions.")
        return note(ABOUT, found) if found == OFF else split(ABOUT, found)
    if offline:
        return note(ABOUT, f"{found.host} is set; it was not asked.")
    try:
        await line.hang_up(await line.opened(found))
    except (NotWelcome, TryLater) as error:
        remedy = "Mend what is named there." if isinstance(error, NotWelcome) else "Look at SMTP_URL or SMTP_HOST."
        return fault(ABOUT, str(error), remedy)
    return ok(ABOUT, f"{found.host} lets us in{f' as {found.user}' if found.user else ''}.")
