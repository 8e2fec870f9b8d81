"""What a browser sent, made into words we can keep: names of channels, commands, plain text. Pure."""

from __future__ import annotations

import re

from bot.model import Channel

LONGEST = 4000
"""Characters of one message; what Slack advises (https://docs.slack.dev/reference/methods/chat.postMessage)."""

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,39}")
_COMMAND = re.compile(r"/([a-z][a-z-]{0,31})(?:\s+(.*))?", re.IGNORECASE | re.DOTALL)
_ACTION = re.compile(r"[a-z][a-z_-]{0,31}:[\w.-]{1,64}", re.ASCII)

UNSAID = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\u202d\u202e]")
"""Control characters, lone surrogates, and the two overrides that make text read backwards: never kept, never shown."""


def channel(name: str) -> Channel | None:
    """The local channel of this name: letters, digits, `-` and `_`, at most 40; None for any other name."""
    return Channel("local", name) if _NAME.fullmatch(name) else None


def typed(text: str) -> str:
    """The text without what must not be kept; line ends become one kind, and no more than two stand together."""
    lines = UNSAID.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    return re.sub(r"\n{3,}", "\n\n", lines).strip()


def command(text: str) -> tuple[str, str] | None:
    """`/verb words…` as (verb, words on one line); None for plain words."""
    found = _COMMAND.fullmatch(text)
    return (found[1].lower(), " ".join((found[2] or "").split())) if found else None


def slashless(text: str) -> str | None:
    """The command that these plain words were probably meant to be, with its slash; else None."""
    meant = re.match(r"(?:subscribe|unsubscribe|subscriptions)\b", text, re.IGNORECASE)
    return f"/{text}" if meant and "\n" not in text and len(text) <= 200 else None


def action(text: str) -> str | None:
    """A button's action, `verb:number`, or None if no button of ours can have said it."""
    return text if _ACTION.fullmatch(text) else None


def number(text: str) -> int | None:
    """A message's number, or None; no more digits than a database's integers have."""
    return int(text) if re.fullmatch(r"[0-9]{1,18}", text, re.ASCII) else None
