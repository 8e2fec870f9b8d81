"""The process that reads bodies: jobs come in on standard input, readings go out on standard output.

It is our own child and no stranger's: jobs are pickled, answers are in `passing`. It ends when its input does.
"""

from __future__ import annotations

import gc
import os
import pickle
import signal
import sys
from collections.abc import Iterator
from dataclasses import replace
from typing import IO

from bot import sources
from bot.cli.parsing.passing import Head, Piece, packed
from bot.errors import SourceFailed
from bot.model import Feed

BATCH = 100
"""Papers sent in one piece: about a millisecond of the event loop's time to take in."""


def main() -> None:
    """Answer one job after the other. `argv[1]` is how many bytes of memory may be used."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for our parent, who ends us
    _bounded(int(sys.argv[1]))
    jobs, answers = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever a library prints is not an answer
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)  # a body's thousands of new objects are no garbage yet
    while job := jobs.read(8):
        for answer in answered(*pickle.loads(jobs.read(int.from_bytes(job)))):  # noqa: S301  from our parent
            send(answers, answer)


def answered(body: bytes, feed: Feed, seen: bytes) -> Iterator[Head | Piece]:
    """The reading without its papers and how many pieces follow, then the papers; or the sentence why there is none."""
    try:
        reading = sources.read(body, feed, seen=seen)
    except SourceFailed as error:
        yield str(error)
        return
    except MemoryError:
        yield None
        return
    except Exception as error:  # noqa: BLE001  a stranger's bytes: whatever they break, it is one sentence
        yield f"{sources.mask(feed.address)} could not be read ({type(error).__name__}); it will be tried again."
        return
    pieces = [reading.papers[at : at + BATCH] for at in range(0, len(reading.papers), BATCH)]
    yield replace(reading, papers=()), len(pieces)
    yield from pieces


def send(answers: IO[bytes], answer: Head | Piece) -> None:
    """One answer, with its length before it."""
    made = packed(answer)
    answers.write(len(made).to_bytes(8) + made)
    answers.flush()


def _bounded(most: int) -> None:
    """A feed that needs more memory than this costs itself, not the machine. Windows cannot promise it."""
    if sys.platform != "win32":
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (most, most))


if __name__ == "__main__":
    main()
