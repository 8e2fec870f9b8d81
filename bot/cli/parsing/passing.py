"""What a reading process hands to its parent, as bytes and back. It is our own child and no stranger's.

MessagePack takes a tenth of pickle's time; half of a surrogate pair, which JSON lets through, is pickled.
"""

from __future__ import annotations

import pickle
from typing import Any

import msgspec

from bot.model import Paper, Reading

PLAIN, PICKLED = b"m", b"p"
"""The first byte says which."""

Head = tuple[Reading, int] | str | None
"""A reading without its papers and in how many pieces they follow; or why there is none, None: for want of memory."""
Piece = tuple[Paper, ...]

_HEAD = msgspec.msgpack.Decoder(Head)
_PIECE = msgspec.msgpack.Decoder(Piece)


def packed(answer: Head | Piece) -> bytes:
    """One answer."""
    try:
        return PLAIN + msgspec.msgpack.encode(answer)
    except UnicodeEncodeError:
        return PICKLED + pickle.dumps(answer, pickle.HIGHEST_PROTOCOL)


def head(answer: bytes) -> Head:
    """What `packed` made of the first answer to a job."""
    return _unpacked(answer, _HEAD)  # type: ignore[no-any-return]  # pickle cannot know, msgspec has seen to it


def piece(answer: bytes) -> Piece:
    """What `packed` made of papers."""
    return _unpacked(answer, _PIECE)  # type: ignore[no-any-return]  # as above


def _unpacked(answer: bytes, plain: msgspec.msgpack.Decoder[Any]) -> Any:
    rest = memoryview(answer)[1:]
    return plain.decode(rest) if answer[:1] == PLAIN else pickle.loads(rest)  # noqa: S301  from our own child
