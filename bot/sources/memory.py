"""What is remembered of a reading, so that the next one reads only what is new: marks of entries, packed into bytes.

A mark is made of digests: what the entry is written like, its link, its ids. About 45 bytes an entry.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

WIDTH = 8
"""Bytes of a digest: of a million entries, two are taken for one with a chance of one in forty million."""


@dataclass(frozen=True, slots=True)
class Mark:
    """An entry that may be left out next time: what could bind it to entries that are new then.

    `link` is empty when it has none; `alone`: no other entry of its reading had this link.
    """

    link: bytes
    alone: bool
    ids: frozenset[bytes]


def digest(text: str) -> bytes:
    """A short digest of any text."""
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=WIDTH).digest()


def digests(texts: Iterable[str]) -> frozenset[bytes]:
    """The digests of each."""
    return frozenset(digest(text) for text in texts)


def packed(head: bytes, marks: Mapping[bytes, Mark]) -> bytes:
    """The marks by their entries' digests, under the digest of what stands around the entries."""
    parts = [head]
    for key, mark in marks.items():
        parts += (key, bytes((mark.alone, bool(mark.link), len(mark.ids))), mark.link, *sorted(mark.ids))
    return b"".join(parts)


def unpacked(memory: bytes, head: bytes) -> dict[bytes, Mark]:
    """The marks again; none when they belong to another head."""
    marks: dict[bytes, Mark] = {}
    if memory[:WIDTH] != head:
        return marks
    at = WIDTH
    while at < len(memory):
        key, (alone, linked, count) = memory[at : at + WIDTH], memory[at + WIDTH : at + WIDTH + 3]
        at += WIDTH + 3
        words = [memory[i : i + WIDTH] for i in range(at, at + WIDTH * (linked + count), WIDTH)]
        marks[key] = Mark(words[0] if linked else b"", bool(alone), frozenset(words[linked:]))
        at += WIDTH * (linked + count)
    return marks
