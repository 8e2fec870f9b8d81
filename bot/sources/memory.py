"""What is remembered of a reading, so that the next one reads only what is new: marks of entries, packed into bytes.

A mark is made of digests: what the entry is written like, its link, its ids. About 40 bytes an entry.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

import msgspec

WIDTH = 8
"""Bytes of a digest: of a million entries, two are taken for one with a chance of one in forty million."""


class Mark(NamedTuple):
    """An entry that may be left out next time: what could bind it to entries that are new then.

    `link` is empty when it has none; `alone`: no other entry of its reading had this link. `size` is in characters;
    `spaces` is how often it speaks of namespaces.
    """

    link: bytes
    alone: bool
    ids: frozenset[bytes]
    size: int = 0
    spaces: int = 0


_READ = msgspec.msgpack.Decoder(dict[bytes, Mark])


def digest(text: str) -> bytes:
    """A short digest of any text."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()[:WIDTH]  # most processors have it built in


def keys_of(text: str) -> Callable[[int, int], bytes]:
    """The digest of each part of a text, by where it begins and ends, as `digest` makes it."""
    if not text.isascii():
        return lambda start, end: digest(text[start:end])
    whole, sha256 = memoryview(text.encode()), hashlib.sha256  # nothing is copied: a feed has hundreds of entries
    return lambda start, end: sha256(whole[start:end]).digest()[:WIDTH]


def digests(texts: Iterable[str]) -> frozenset[bytes]:
    """The digests of each."""
    return frozenset(digest(text) for text in texts)


def packed(head: bytes, marks: Mapping[bytes, Mark]) -> bytes:
    """The marks by their entries' digests in the document's order, under the digest of what stands around them."""
    return head + msgspec.msgpack.encode(marks)


def unpacked(memory: bytes) -> tuple[bytes, dict[bytes, Mark]]:
    """The head's digest, and the marks again."""
    return memory[:WIDTH], _READ.decode(memoryview(memory)[WIDTH:]) if memory else {}
