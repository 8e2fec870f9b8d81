"""Who is reading: a browser known by a secret in its cookie, and what others may see of it. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from hashlib import sha256

BOT = "paper-round"
"""The author of what the bot says; every other author is a visitor."""

_SECRET = re.compile(r"[A-Za-z0-9_-]{32,64}")


@dataclass(frozen=True, slots=True)
class Visitor:
    """A browser. `secret` stays between the two of us; everything shown is made from it one way."""

    secret: str

    @property
    def person(self) -> str:
        """The id that commands and messages carry; knowing it does not let anybody be this person."""
        return f"local:{self._made('person')[:12]}"

    @property
    def token(self) -> str:
        """What this visitor's forms carry, so that no other site can send them (a CSRF token)."""
        return self._made("form")[:32]

    def _made(self, use: str) -> str:
        return sha256(f"{use}:{self.secret}".encode()).hexdigest()


def recognised(cookie: str | None) -> Visitor | None:
    """The visitor of this cookie, or None when it is none of ours."""
    return Visitor(cookie) if cookie and _SECRET.fullmatch(cookie) else None


def called(author: str, reader: str | None) -> str:
    """How a message's author is called on a page that `reader` looks at."""
    if author == BOT:
        return "Paper Round"
    if author == reader:
        return "You"
    return f"Guest {author.removeprefix('local:')[:4]}"
