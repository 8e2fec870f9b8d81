"""What was seen of each feed in its last body. Lost with the process: then each feed is read whole once."""

from __future__ import annotations

from collections import OrderedDict

MOST = 64 * 1024 * 1024
"""Bytes over all feeds: 10,000 feeds of a hundred entries take some 45 MB."""
EACH = 200
"""Bytes that an entry of this table takes beside its content, so that very many empty ones count too."""


class Memory:
    """By feed; the feeds longest not polled are forgotten first.

    A feed's marks go with the digest of the body they were made of, and serve only while the feed's bookmark names that
    digest: marks of a body whose papers could not be recorded are never used.
    """

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._size = 0
        self._kept: OrderedDict[str, tuple[str, bytes]] = OrderedDict()

    def recall(self, address: str, digest: str | None) -> bytes:
        """What was seen of this feed when its body had this digest; empty when that is not known."""
        kept = self._kept.get(address)
        return kept[1] if kept and kept[0] == digest else b""

    def keep(self, address: str, digest: str | None, seen: bytes) -> None:
        """Remember it in place of what was there."""
        if (old := self._kept.pop(address, None)) is not None:
            self._size -= len(old[1]) + EACH
        if digest is None or not seen or len(seen) > self._most // 4:
            return
        self._kept[address] = (digest, seen)
        self._size += len(seen) + EACH
        while self._size > self._most:
            self._size -= len(self._kept.popitem(last=False)[1][1]) + EACH
