"""A body, piece by piece: decompressed here, so that 15 MiB are counted after decompression and a bomb stops early."""

from __future__ import annotations

import asyncio
import hashlib
import zlib
from collections.abc import Iterator

from bot.errors import SourceFailed
from bot.fetch.wire import Response

PIECE = 256 * 1024
"""Bytes decompressed in one go: about a millisecond of the event loop's time."""

MEMBERS = 1000
"""Gzip files glued into one body (RFC 1952, 2.2 allows it): a thousand empty ones are no feed."""

PRESSED = ("br", "zstd", "deflate", "compress")


async def read(response: Response, host: str, most: int) -> tuple[bytes, str]:
    """The body and its SHA-256. `SourceFailed` when it is above `most` bytes, not readable, or broken off."""
    unpack = _unpack(response.headers.get("Content-Encoding", ""), host)
    pieces: list[bytes] = []
    digest = hashlib.sha256()
    received = size = 0
    async for chunk in response.content.iter_any():
        received += len(chunk)
        for piece in unpack.feed(chunk):
            size += len(piece)
            if max(size, received) > most:
                raise too_big(host, most)
            digest.update(piece)
            pieces.append(piece)
            if len(piece) >= PIECE:
                await asyncio.sleep(0)  # others' turn
    unpack.end()
    return b"".join(pieces), digest.hexdigest()


def too_big(host: str, most: int) -> SourceFailed:
    return SourceFailed(f"{host} sent more than {most / 2**20:.3g} MiB, which is more than a feed should hold.")


def _unpack(coding: str, host: str) -> _Plain | _Gzip:
    coding = coding.strip().lower()
    if coding in ("gzip", "x-gzip"):
        return _Gzip(host)
    if any(word in coding for word in ("gzip", *PRESSED)):
        raise SourceFailed(f"{host} packed its answer in a way that nobody asked for (only gzip was).")
    return _Plain()  # "identity", or a word that is no coding at all, such as "utf-8"


class _Plain:
    def feed(self, chunk: bytes) -> Iterator[bytes]:
        yield chunk

    def end(self) -> None:
        """Complete whenever the connection says so."""


class _Gzip:
    def __init__(self, host: str) -> None:
        self._host = host
        self._members = 0
        self._begun = False
        self._stream = self._next()

    def feed(self, chunk: bytes) -> Iterator[bytes]:
        """What is in the chunk, in pieces of at most `PIECE` bytes, unpacked only as far as they are taken."""
        while chunk:
            if self._stream.eof:
                if not chunk.startswith(b"\x1f"):  # padding behind the end
                    return
                self._stream = self._next()
            self._begun = True
            try:
                yield self._stream.decompress(chunk, PIECE)
            except zlib.error as error:
                raise SourceFailed(f"{self._host} sent a packed answer that cannot be unpacked.") from error
            chunk = self._stream.unused_data if self._stream.eof else self._stream.unconsumed_tail

    def end(self) -> None:
        if self._begun and not self._stream.eof:
            raise SourceFailed(f"{self._host} broke off in the middle of its answer.")

    def _next(self) -> zlib._Decompress:
        self._members += 1
        if self._members > MEMBERS:
            raise SourceFailed(f"{self._host} sent a packed answer that cannot be unpacked.")
        return zlib.decompressobj(16 + zlib.MAX_WBITS)
