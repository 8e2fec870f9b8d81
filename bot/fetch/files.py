"""Feeds that are files or come in on standard input: read whole, each time, in a thread, with the cap of the others."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from urllib.parse import unquote, urlsplit

from bot.errors import SourceFailed
from bot.fetch.threads import in_thread
from bot.model import Bookmark
from bot.ports import Fetched

STDIN = 0
PIECE = 1024 * 1024


async def read_file(path: Path, bookmark: Bookmark, most: int) -> Fetched:
    """The file's bytes, always; `SourceFailed` when it is missing, a folder, not readable, or too big."""
    shown = printable(str(path))

    def work() -> Fetched:
        try:
            with path.open("rb") as file:
                body = file.read(most + 1)
        except (OSError, ValueError) as error:  # ValueError: NULs and lone surrogates in the name
            raise SourceFailed(_sentence(shown, error)) from error
        return fetched(body, bookmark, most, shown)

    return await in_thread(work)


async def read_stdin(read: Callable[[], bytes]) -> bytes:
    """What stands on standard input, to its end."""

    def work() -> bytes:
        try:
            return read()
        except (OSError, ValueError) as error:
            raise SourceFailed("Standard input cannot be read; give a file or an address instead of -.") from error

    return await in_thread(work)


def all_of_stdin(most: int) -> bytes:
    """Standard input up to its end, or one byte above `most`.

    Not through `sys.stdin`: its lock, held by a thread that still waits, would stop the program from ending.
    """
    pieces: list[bytes] = []
    left = most + 1
    while left and (piece := os.read(STDIN, min(PIECE, left))):
        pieces.append(piece)
        left -= len(piece)
    return b"".join(pieces)


def path_of(address: str, base: Path) -> Path:
    """The path an address means: `file:` URLs as RFC 8089 says, anything else as typed, from `base` if relative."""
    if not address.lower().startswith("file:"):
        return base / address
    parts = urlsplit(address)
    if parts.netloc not in ("", "localhost"):
        raise SourceFailed("A file: address can only name a file on this machine, such as file:///home/you/feed.xml.")
    return base / unquote(parts.path, errors="surrogateescape")


def printable(text: str) -> str:
    """A stranger's or a typed name, fit to stand in a sentence."""
    shown = "".join(c if c.isprintable() else "\ufffd" for c in text)
    return shown if len(shown) <= 200 else f"{shown[:199]}…"


def fetched(body: bytes, bookmark: Bookmark, most: int, shown: str) -> Fetched:
    """The bytes as an answer, with their SHA-256 in the bookmark; `SourceFailed` above `most` bytes. Takes a moment."""
    if len(body) > most:
        raise SourceFailed(f"{shown} holds more than {most / 2**20:.3g} MiB, which is more than a feed should.")
    return Fetched(body, replace(bookmark, digest=hashlib.sha256(body).hexdigest()))


def _sentence(shown: str, error: Exception) -> str:
    if isinstance(error, FileNotFoundError | NotADirectoryError):
        return f"There is no file {shown}."
    if isinstance(error, IsADirectoryError):
        return f"{shown} is a folder; name a feed's file in it."
    if isinstance(error, PermissionError):
        return f"{shown} may not be read by this user."
    if isinstance(error, OSError) and error.strerror:
        return f"{shown} cannot be read ({error.strerror})."
    return f"{shown} cannot be the name of a file."
