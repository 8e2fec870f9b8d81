"""Channels' rules and options as TOML that a person can read and change, and any Paper Round can read in. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from bot import options
from bot.feeds import OwnFeed
from bot.model import Customs, Options, Subscription
from bot.sources import mask

VERSION = 1
"""Of the form; a reader refuses a higher one."""


@dataclass(frozen=True, slots=True)
class Kept:
    """All that one channel has said: what `write` writes and what a reader gives back."""

    customs: Customs
    rules: tuple[Subscription, ...] = ()
    feeds: tuple[OwnFeed, ...] = ()


def write(kept: Iterable[Kept], now: datetime, *, secrets: bool = True) -> str:
    """The channels as TOML. Without `secrets`, feeds' addresses have their keys hidden and are comments.

    A channel is a table `[[channel]]` with `id`, and what was said: `options` and each rule's in the words that people
    type, `zone`, `who`, `paused_until`, `feeds`; below it a `[[channel.rule]]` each with `rule` and `creator`.
    """
    head = [f"# Rules and options, written by Paper Round on {now:%Y-%m-%d %H:%M} UTC.", f"version = {VERSION}"]
    return "\n".join([*head, *(line for one in kept for line in _channel(one, secrets))]) + "\n"


def _channel(one: Kept, secrets: bool) -> Iterator[str]:
    customs = one.customs
    yield ""
    yield "[[channel]]"
    yield f"id = {_text(str(customs.channel))}"
    if customs.options != Options():
        yield f"options = {_text(options.write(customs.options))}"
    if customs.zone:
        yield f"zone = {_text(customs.zone)}"
    if customs.who is not None:
        yield f"who = {_list(customs.who)}"
    if customs.paused_until:
        yield f"paused_until = {customs.paused_until.astimezone(UTC).replace(tzinfo=None).isoformat()}Z"
    yield from _feeds(one.feeds, secrets)
    for rule in one.rules:
        yield from _rule(rule)


def _feeds(feeds: Sequence[OwnFeed], secrets: bool) -> Iterator[str]:
    if feeds and secrets:
        yield f"feeds = {_list([feed.address for feed in feeds])}"
    elif feeds:
        yield "# Its own feeds, whose keys stay here:"
        for feed in feeds:
            yield f"#   {_bare(mask(feed.address))}"


def _rule(one: Subscription) -> Iterator[str]:
    yield ""
    yield f"[[channel.rule]]  # {one.id}"
    yield f"rule = {_text(one.rule)}"
    if one.options != Options():
        yield f"options = {_text(options.write(one.options))}"
    yield f"creator = {_text(one.creator)}"
    if one.state != "active":
        yield f"state = {_text(one.state)}"


def _list(texts: Iterable[str]) -> str:
    return f"[{', '.join(map(_text, texts))}]"


_SHORT = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r"}


def _text(text: str) -> str:
    """A basic string (https://toml.io/en/v1.0.0#string); a rule full of quotes is kept readable where it can be."""
    if '"' in text and "'" not in text and text.isprintable():
        return f"'{text}'"
    return '"' + "".join(_SHORT.get(c) or (c if c.isprintable() else _escaped(c)) for c in text) + '"'


def _escaped(character: str) -> str:
    """A character that is not seen; half a surrogate pair, which TOML cannot hold, as U+FFFD."""
    code = ord(character)
    return "\\uFFFD" if 0xD800 <= code <= 0xDFFF else f"\\u{code:04X}" if code <= 0xFFFF else f"\\U{code:08X}"


def _bare(text: str) -> str:
    return "".join(c if c.isprintable() else "\ufffd" for c in text)
