"""Channels' rules and options as TOML that a person can read and change, and any Paper Round can read in. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from bot import options, rights
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


def write(kept: Iterable[Kept], now: datetime, *, complete: bool = False) -> str:
    """The channels as TOML, to be read by others and on other platforms; `complete` is for the same bot again.

    A channel is a table `[[channel]]` with `id`, and what was said: `options` and each rule's in the words that people
    type, `zone`, `who`, `paused_until` (of a pause that lasts), `feeds`; below it a `[[channel.rule]]` each.

    Only a complete one names people (a rule's `creator`, those of `who`, whose ids mean nothing elsewhere) and has
    the keys of feeds' addresses. In others a feed with a key is a comment, and where only people may change the rules
    only managers may.
    """
    head = [f"# Rules and options, written by Paper Round on {now:%Y-%m-%d %H:%M} UTC.", f"version = {VERSION}"]
    return "\n".join([*head, *(line for one in kept for line in _channel(one, now, complete))]) + "\n"


def _channel(one: Kept, now: datetime, complete: bool) -> Iterator[str]:
    customs = one.customs
    yield ""
    yield "[[channel]]"
    yield f"id = {_text(str(customs.channel))}"
    if customs.options != Options():
        yield f"options = {_text(options.write(customs.options))}"
    if customs.zone:
        yield f"zone = {_text(customs.zone)}"
    if customs.who is not None:
        groups = tuple(who for who in customs.who if who in rights.GROUPS)
        yield f"who = {_list(customs.who if complete else groups or ('managers',))}"
    if customs.paused_until and customs.paused_until > now:
        yield f"paused_until = {customs.paused_until.astimezone(UTC).replace(tzinfo=None).isoformat()}Z"
    yield from _feeds(one.feeds, complete)
    for rule in one.rules:
        yield from _rule(rule, complete)


def _feeds(feeds: Sequence[OwnFeed], complete: bool) -> Iterator[str]:
    addresses = [feed.address for feed in feeds]
    shown = [one for one in addresses if complete or mask(one) == one]
    if shown:
        yield f"feeds = {_list(shown)}"
    if hidden := [mask(one) for one in addresses if one not in shown]:
        yield "# Its own feeds whose keys stay here, to be added again with them:"
        for address in hidden:
            yield f"#   {_bare(address)}"


def _rule(one: Subscription, complete: bool) -> Iterator[str]:
    yield ""
    yield f"[[channel.rule]]  # {one.id}"
    yield f"rule = {_text(one.rule)}"
    if one.options != Options():
        yield f"options = {_text(options.write(one.options))}"
    if complete:
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
