"""What a rule that is being typed could go on with: fields, categories, acronyms, rules that are there. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import islice

from bot.model import Subscription
from bot.rules import Acronyms
from bot.rules.lexer import FIELDS, SHOWN
from bot.taxonomy import CATEGORIES

MOST = 25
"""Choices; and LONGEST, characters of each: https://docs.discord.com/developers/interactions/application-commands"""
LONGEST = 100

Choice = tuple[str, str]
"""What it becomes, and what is shown."""

_VALUES = {
    "has": ("code",),
    "on": ("revised", "cross"),
    "top": ("10", "5", "20"),
    "votes": (">=20", ">=50", ">5"),
    "comments": (">5", ">20"),
}
_MEANS = {
    "title": "only in titles", "abstract": "only in abstracts", "author": "by a person", "category": "arXiv's subject",
    "source": "from a feed", "keyword": "among the keywords", "submitter": "who brought it to Hugging Face",
    "org": "by an organization", "votes": "upvotes, such as votes:>=20", "comments": "such as comments:>5",
    "has": "has:code", "on": "new versions, cross-listings", "top": "the day's highest, such as top:10",
}  # fmt: skip
_ARROW = " ← "


def rule(typed: str, known: Sequence[str], acronyms: Acronyms) -> tuple[Choice, ...]:
    """How a rule may go on, the likeliest first; `known` are rules that others in the same place have.

    >>> from bot.rules import KNOWN
    >>> rule("diffusion cat:cs.C", (), KNOWN)[0]
    ('diffusion cat:cs.CC', 'diffusion cat:cs.CC ← Computational Complexity')
    """
    head, last = _parted(typed)
    begun = " ".join(typed.split()).casefold()
    alike = [one for one in known if one.casefold().startswith(begun)]
    others = [one for one in known if begun and begun in one.casefold()]
    words = [*_values(last), *_acronyms(last, acronyms), *_fields(last)] if last else []
    return _fitting([(one, one) for one in alike] + [_on(head, *each) for each in words] + [(o, o) for o in others])


def subscription(typed: str, found: Sequence[Subscription]) -> tuple[Choice, ...]:
    """Which of a channel's subscriptions is meant, by number or by words of its rule."""
    bare = typed.strip().removeprefix("#").casefold()
    named = [(str(one.id), f"#{one.id} {one.rule}") for one in found if bare in f"{one.id} {one.rule}".casefold()]
    every = [("all", f"all {len(found)} of this channel")] if len(found) > 1 and "all".startswith(bare) else []
    return _fitting([*named[: MOST - len(every)], *every])


def zone(typed: str, zones: Collection[str]) -> tuple[Choice, ...]:
    """Time zones by any part of their names; those whose city begins so first."""
    begun = typed.strip().replace(" ", "_").casefold()
    found = [name for name in zones if begun in name.casefold() and ("/" in name or name == "UTC")]
    found.sort(key=lambda name: (not name.rpartition("/")[2].casefold().startswith(begun), name))
    return _fitting([(name, name) for name in found[:MOST]])


def feed(typed: str, shown: Iterable[Choice]) -> tuple[Choice, ...]:
    """Addresses that have what is typed."""
    return _fitting([one for one in shown if typed.strip().casefold() in one[1].casefold()])


def _parted(typed: str) -> tuple[str, str]:
    """What is finished, and the word that is being typed."""
    found = re.search(r"[^\s()|,\"]*$", typed)
    start = found.start() if found else len(typed)
    return typed[:start], typed[start:]


def _on(head: str, word: str, note: str) -> Choice:
    """The rule with this word in the place of what was begun, and why it is offered."""
    said = (head + word).strip()
    return said, f"{said}{_ARROW}{note}" if note else said


def _values(last: str) -> Iterator[Choice]:
    """After a field's colon: what the field takes."""
    name, value = _field(last)
    if name is None or value is None:
        return
    written = last[: len(last) - len(value)]
    if name == "category":
        begun = value.casefold()
        for code, called in CATEGORIES.items():
            if code.casefold().startswith(begun) or (len(begun) > 2 and begun in called.casefold()):
                yield written + code, called
    for each in _VALUES.get(name, ()):
        if each.startswith(value):
            yield written + each, _MEANS[name]


def _field(last: str) -> tuple[str | None, str | None]:
    name, colon, value = last.removeprefix("-").partition(":")
    return FIELDS.get(name.casefold()), value if colon else None


def _acronyms(last: str, acronyms: Acronyms) -> Iterator[Choice]:
    """Acronyms that begin so, or that stand for what is begun."""
    minus, bare = ("-", last[1:]) if last.startswith("-") else ("", last)
    if len(bare) < 2:
        return
    for name, meanings in acronyms.meanings.items():
        if name.upper().startswith(bare.upper()) or any(_begins(each, bare) for each in meanings):
            yield minus + name, ", ".join(meanings)


def _begins(meaning: str, bare: str) -> bool:
    return len(bare) > 3 and meaning.casefold().startswith(bare.casefold())


def _fields(last: str) -> Iterator[Choice]:
    minus, bare = ("-", last[1:]) if last.startswith("-") else ("", last)
    for name in dict.fromkeys([*SHOWN, *_MEANS]):
        if bare and name.startswith(bare.casefold()) and ":" not in bare:
            yield f"{minus}{name}:", _MEANS[name]


def _fitting(found: Iterable[Choice]) -> tuple[Choice, ...]:
    """Each once, as many as may be offered; what is too long to be taken is not offered."""
    once: dict[str, str] = {}
    for value, label in found:
        if 0 < _size(value) <= LONGEST:
            once.setdefault(value, _cut(label))
    return tuple(islice(once.items(), MOST))


def _size(text: str) -> int:
    """UTF-16 units, the strictest way to count."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def _cut(label: str) -> str:
    if _size(label) <= LONGEST:
        return label
    label = label[:LONGEST]
    while _size(label) > LONGEST - 1:
        label = label[:-1]
    return label.rstrip() + "…"
