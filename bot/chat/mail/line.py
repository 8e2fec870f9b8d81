"""One mail over one connection: each step of SMTP, and what its failure means."""

from __future__ import annotations

import ssl
from contextlib import suppress

import aiosmtplib
from aiosmtplib import SMTP, SMTPAuthenticationError, SMTPException, SMTPNotSupported, SMTPResponseException

from bot.chat.mail.server import Server
from bot.chat.mail.text import one_line
from bot.errors import ChannelLost, NotWelcome, Refused, TryLater, Unsure
from bot.model import Channel

PATIENCE = 30.0
"""Seconds for an answer; a mail server that takes longer is asked again later."""
LAST = 120.0
"""Seconds for the answer to the mail itself, which servers read through first. RFC 5321 (4.5.3.2.6) grants ten
minutes; a delivery's lease is five."""
GREYLISTED = 300.0
"""Seconds until a server that says "later" is asked again; greylists want five minutes at the most:
https://www.rfc-editor.org/rfc/rfc6647#section-5"""


async def opened(server: Server) -> SMTP:
    """A connection that may send. `NotWelcome` when it will never let us, `TryLater` for the rest."""
    client = SMTP(
        hostname=server.host,
        port=server.port,
        timeout=PATIENCE,
        use_tls=server.tls == "tls",
        start_tls=server.tls == "starttls",
        username=server.user or None,
        password=server.password or None,
    )
    try:
        await client.connect()
    except SMTPAuthenticationError as error:
        client.close()
        if error.code < 500:
            raise TryLater(f"The mail server does not let us in for now ({_said(error)}).") from error
        raise NotWelcome(
            f"The mail server refuses SMTP_USER with its SMTP_PASSWORD ({_said(error)}): mend them, and start again."
        ) from error
    except SMTPNotSupported as error:
        client.close()
        raise NotWelcome(
            f"The mail server cannot do what is set ({error.message}): mend SMTP_TLS or SMTP_USER."
        ) from error
    except (SMTPException, OSError) as error:
        client.close()
        raise _unreached(server, error) from error
    return client


def _unreached(server: Server, error: Exception) -> NotWelcome | TryLater:
    cause = error if isinstance(error, ssl.SSLError) else error.__cause__
    if isinstance(cause, ssl.SSLCertVerificationError):
        return NotWelcome(f"The certificate of {server.host} is not valid ({cause.verify_message}).")
    return TryLater(f"The mail server {server.host} cannot be reached ({one_line(str(error))[:200]}).")


async def hand_in(client: SMTP, sender: str, to: Channel, mail: bytes) -> None:
    """MAIL, RCPT, DATA: returns once the server has said that it has the mail.

    `ChannelLost`: it refuses the address. `Refused`: this mail. `NotWelcome`: us. `TryLater`: it has nothing of it.
    `Unsure`: its last answer was lost, so it may have it.
    """
    try:
        await client.mail(sender, options=["BODY=8BITMIME"] if client.supports_extension("8bitmime") else [])
    except SMTPResponseException as error:
        raise _later(error) or NotWelcome(f"The mail server refuses SMTP_FROM ({_said(error)}).") from error
    except (SMTPException, OSError) as error:
        raise TryLater(f"The mail server hung up ({one_line(str(error))[:200]}).") from error
    await _rcpt(client, to)
    try:
        await client.data(mail, timeout=LAST)
    except SMTPResponseException as error:
        raise _later(error) or Refused(f"The mail server refuses this mail ({_said(error)}).") from error
    except (SMTPException, OSError) as error:
        raise Unsure(
            "The mail server was lost after it was given the mail, before it said whether it has it."
        ) from error


async def _rcpt(client: SMTP, to: Channel) -> None:
    try:
        await client.rcpt(to.place)
    except SMTPResponseException as error:
        if later := _later(error):
            raise later from error
        if _is_relaying(error):
            raise NotWelcome(f"The mail server does not pass on our mail ({_said(error)}): mend SMTP_USER.") from error
        raise ChannelLost(f"The mail server refuses the address {to.place} ({_said(error)}).") from error
    except (SMTPException, OSError) as error:
        raise TryLater(f"The mail server hung up ({one_line(str(error))[:200]}).") from error


def _later(error: SMTPResponseException) -> TryLater | None:
    """Not now. 552 at RCPT once said "too many", and counts as 452 (https://www.rfc-editor.org/rfc/rfc5321#section-4.5.3.1.10)."""
    passing = 400 <= error.code < 500 or (error.code == 552 and isinstance(error, aiosmtplib.SMTPRecipientRefused))
    return TryLater(f"The mail server says: later ({_said(error)}).", GREYLISTED) if passing else None


def _is_relaying(error: SMTPResponseException) -> bool:
    """Whether the server takes nothing from us at all for others, whatever their address."""
    said = error.message.lower()
    return error.code == 530 or "relay" in said


def _said(error: SMTPResponseException) -> str:
    return f"{error.code} {one_line(error.message)[:200]}"


async def hang_up(client: SMTP) -> None:
    """Say goodbye; a server that has the mail already need not answer."""
    with suppress(SMTPException, OSError):
        await client.quit(timeout=2)
    client.close()
