"""Who is sent mail, and how they agreed to it: addresses as people type them, signed links, the asking mail. Pure.

Nothing goes to an address before somebody who reads its mail has said yes (double opt-in), and every mail carries the
link that ends it. Such a link holds the address and a signature made with a key that only the store has.
"""

from __future__ import annotations

import hmac
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from hashlib import sha256
from typing import Literal

from bot.errors import WordsWrong
from bot.model import Channel, Line, Post, Span

LONGEST = 254
"""Characters of an address: https://www.rfc-editor.org/rfc/rfc5321#section-4.5.3.1.3 less its brackets"""
LOCAL = 64
"""Characters before the `@`: https://www.rfc-editor.org/rfc/rfc5321#section-4.5.3.1.1"""
KEY = 32
"""Bytes of the key that links are signed with."""

Purpose = Literal["confirm", "manage"]

# A dot-atom (https://www.rfc-editor.org/rfc/rfc5322#section-3.2.3) without `/`, which parts our channels' ids, and
# without `%` and `!`, by which old servers were told to pass mail on.
_LOCAL = re.compile(r"[a-z0-9#$&'*+=?^_`{|}~-]+(?:\.[a-z0-9#$&'*+=?^_`{|}~-]+)*")
_DOMAIN = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?")


def mailbox(text: str) -> Channel:
    """The channel of an e-mail address: small letters, the domain as DNS has it. `WordsWrong` says what is wrong."""
    local, at, domain = text.strip().lower().rpartition("@")
    try:
        named = domain.encode("idna").decode("ascii")
    except UnicodeError:
        named = ""
    if not at or len(local) > LOCAL or len(local) + 1 + len(named) > LONGEST or not _DOMAIN.fullmatch(named):
        raise WordsWrong("That is no e-mail address; one reads like ada@example.org.")
    if not _LOCAL.fullmatch(local):
        raise WordsWrong("Mail goes only to addresses with plain letters and digits before the @.")
    return Channel("email", f"{local}@{named}")


def domain_of(channel: Channel) -> str:
    """Where its mail is taken in."""
    return channel.place.rpartition("@")[2]


def signed(key: bytes, purpose: Purpose, channel: Channel, number: int = 0) -> str:
    """A token for a link, good for this purpose, address and number only."""
    said = urlsafe_b64encode(f"{number}:{channel.place}".encode()).decode().rstrip("=")
    return f"{said}.{_mac(key, purpose, said)}"


def told(key: bytes, purpose: Purpose, token: str) -> tuple[Channel, int] | None:
    """What a token says, if it is ours and for this purpose."""
    said, _, mac = token.partition(".")
    if not (said.isascii() and mac.isascii() and hmac.compare_digest(mac, _mac(key, purpose, said))):
        return None
    number, _, place = urlsafe_b64decode(said + "=" * (-len(said) % 4)).decode().partition(":")
    return Channel("email", place), int(number)


def _mac(key: bytes, purpose: str, said: str) -> str:
    return urlsafe_b64encode(hmac.digest(key, f"{purpose}:{said}".encode(), sha256)[:24]).decode()


def manage_path(token: str) -> str:
    """The page on which a mailbox's owner ends or keeps what they get; a POST to it is the one click of RFC 8058."""
    return f"/mail/{token}"


def confirm_path(token: str) -> str:
    """The page with the button that begins it."""
    return f"/mail/confirm/{token}"


def asking(preview: Post, link: str, site: str) -> Post:
    """The mail that asks whether its reader wants this; `preview` is what the rule would have brought, as in chat.

    What stands there in small print is for who can still change the rule, and left out.
    """
    button = Line((Span("Yes, send them to me", "strong", link),))
    return Post(
        Line((Span("Do you want these papers by mail?", "strong"),)),
        (
            Line((Span(f"Somebody, most likely you, gave this address at {site}. To begin:"),)),
            button,
            *(line for line in preview.lines if line.text.strip() and line.kind != "small"),
        ),
        closing=(Line((Span("If it was not you, do nothing: without your yes, nothing is sent."),), "small"),),
    )
