"""What is new in a channel, told to everybody who looks at it: one reader of the store a place, many listeners.

Messages may be written by other processes on the same database, so the store is asked every half second while
anybody listens; words typed here nudge the reader, so that their writer need not wait.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

from bot.errors import StoreFailed
from bot.model import Channel, Message
from bot.ports import Store

log = logging.getLogger(__name__)

BACKLOG = 500
"""Messages a listener may lag behind by, twice over; then it is let go, and comes back by itself."""
MOST = 5000
"""Messages read at once: of a longer silence the newest."""

Place = tuple[Channel, int | None]
"""A channel, or a thread in it."""


class RulesNew:
    """The subscriptions have changed."""


@dataclass(frozen=True, slots=True)
class Rewritten:
    """A message says something else now; `turn` is how far a browser that has seen it is."""

    message: Message
    turn: int


News = Message | Rewritten | RulesNew
_Queue = asyncio.Queue[News | None]


@dataclass(eq=False, slots=True)
class _Reader:
    place: Place
    after: int
    queues: set[_Queue] = field(default_factory=set)
    nudged: asyncio.Event = field(default_factory=asyncio.Event)
    task: asyncio.Task[None] | None = None


class Live:
    """All places somebody looks at: `most` listeners in all, `each` of them a person.

    In seconds: `every` between two looks into the store, `beat` until a silent line says that it is still there.
    """

    def __init__(
        self, store: Store, *, every: float = 0.5, beat: float = 15.0, most: int = 100, each: int = 12
    ) -> None:
        self.beat = beat
        self.tick = min(1.0, beat)
        self._store = store
        self._every = every
        self._most = most
        self._each = each
        self._readers: dict[Place, _Reader] = {}
        self._people: dict[str, int] = {}
        self._closed = False

    @contextmanager
    def seat(self, person: str) -> Iterator[bool]:
        """A place to listen from while the block runs; False when all are taken, in all or by this person."""
        free = not self._closed and sum(self._people.values()) < self._most and self._people.get(person, 0) < self._each
        if not free:
            yield False
            return
        self._people[person] = self._people.get(person, 0) + 1
        try:
            yield True
        finally:
            self._people[person] -= 1
            if not self._people[person]:
                del self._people[person]

    async def news(self, place: Place, after: int, turn: int | None = None) -> AsyncGenerator[News | None]:
        """Messages with an id above `after`, each once and in order; those rewritten, from `turn` on; None each quiet
        `tick`.

        Ends when the page is closed down or this listener lags behind; asking again from the last id loses nothing.
        """
        queue: _Queue = asyncio.Queue(BACKLOG * 2)
        reader = self._join(place, after, queue)
        try:
            for missed in await self._read(place, after):
                after = missed.id
                yield missed
            for changed in (await self._rewritten(place, turn))[1]:
                yield changed
            while True:
                item = await _within(queue, self.tick)
                if isinstance(item, Message) and item.id <= after:
                    continue
                if item is _END:
                    return
                after = item.id if isinstance(item, Message) else after
                yield item if isinstance(item, Message | Rewritten | RulesNew) else None
        finally:
            self._leave(reader, queue)

    def nudge(self, place: Place) -> None:
        """Something was just said there."""
        if reader := self._readers.get(place):
            reader.nudged.set()

    async def close(self) -> None:
        """Let every listener go."""
        self._closed = True
        for reader in list(self._readers.values()):
            _let_go(reader)
            if reader.task:
                reader.task.cancel()
                with suppress(asyncio.CancelledError):
                    await reader.task

    def _join(self, place: Place, after: int, queue: _Queue) -> _Reader:
        reader = self._readers.get(place)
        if reader is None:
            reader = self._readers[place] = _Reader(place, after)
            reader.task = asyncio.create_task(self._watch(reader), name=f"live {place[0]}")
        reader.queues.add(queue)
        return reader

    def _leave(self, reader: _Reader, queue: _Queue) -> None:
        reader.queues.discard(queue)
        if not reader.queues and self._readers.get(reader.place) is reader:
            del self._readers[reader.place]
            if reader.task:
                reader.task.cancel()

    async def _watch(self, reader: _Reader) -> None:
        """Read what is new and hand it round, until nobody listens. A store in trouble is asked again next time."""
        version: int | None = None
        turn: int | None = None
        try:
            while True:
                with suppress(StoreFailed):
                    for message in await self._read(reader.place, reader.after):
                        reader.after = message.id
                        _hand(reader, message)
                    turn, changed = await self._rewritten(reader.place, turn)
                    for one in changed:
                        _hand(reader, one)
                    known, version = version, await self._store.version()
                    if known not in (None, version):
                        _hand(reader, RulesNew())
                with suppress(TimeoutError):
                    async with asyncio.timeout(self._every):
                        await reader.nudged.wait()
                reader.nudged.clear()
        except Exception:
            log.exception("The reader of %s stopped; its listeners come back by themselves.", reader.place[0])
        finally:
            _let_go(reader)
            if self._readers.get(reader.place) is reader:
                del self._readers[reader.place]

    async def _read(self, place: Place, after: int) -> list[Message]:
        channel, thread = place
        found = await self._store.messages(channel, thread=thread, after=after, limit=MOST)
        return [message for message in found if message.thread == thread]

    async def _rewritten(self, place: Place, turn: int | None) -> tuple[int, list[Rewritten]]:
        channel, thread = place
        last, found = await self._store.rewritten(channel, turn)
        shown = [one for one in found if one.thread == thread or one.id == thread]
        return last, [Rewritten(one, last) for one in shown]


class _End:
    """The listener's queue is closed."""


_END = _End()


async def _within(queue: _Queue, seconds: float) -> News | _End | None:
    """What comes next, or None if nothing does within so many seconds."""
    try:
        async with asyncio.timeout(seconds):
            return await queue.get() or _END
    except TimeoutError:
        return None


def _hand(reader: _Reader, item: News) -> None:
    for queue in list(reader.queues):
        try:
            queue.put_nowait(item)
        except asyncio.QueueFull:
            reader.queues.discard(queue)
            _drop(queue)


def _let_go(reader: _Reader) -> None:
    for queue in reader.queues:
        _drop(queue)


def _drop(queue: _Queue) -> None:
    """Empty the queue and end it: its listener asks again from the last message that reached it."""
    while not queue.empty():
        queue.get_nowait()
    queue.put_nowait(None)
