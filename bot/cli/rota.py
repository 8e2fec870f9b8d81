"""Which feeds are to be asked now: those due first come first, and of one host one at a time. Decides only."""

from __future__ import annotations

import heapq
from collections import deque
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from bot.fetch.lanes import lane_of
from bot.model import Feed
from bot.schedule import waits

SET_BACK = timedelta(minutes=1)
"""A clock that has gone back by more was set back; less is its usual correction."""

AT_ONCE = datetime.min.replace(tzinfo=UTC)


def host_of(feed: Feed) -> str:
    """Who is asked: a feed that takes its time holds up the others of its host, and nobody else's."""
    if not feed.url.startswith(("http:", "https:")):
        return feed.url
    try:
        return lane_of(urlsplit(feed.url).hostname or feed.url)
    except ValueError:
        return feed.url


class Rota:
    """Feeds and when each is due. Each step costs the same, however many feeds there are."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._due: dict[Feed, datetime | None] = {}
        self._heap: list[tuple[datetime, int, Feed]] = []
        self._parked: dict[str, deque[tuple[datetime, int, Feed]]] = {}
        self._busy: set[Feed] = set()
        self._hosts: set[str] = set()
        self._host: dict[Feed, str] = {}
        self._count = 0
        self._now = AT_ONCE

    def load(self, due: Mapping[Feed, datetime | None], now: datetime) -> None:
        """These feeds and no others from now on; what is under way stays so."""
        self._due = dict(due)
        self._host = {feed: host for feed, host in self._host.items() if feed in due or feed in self._busy}
        self._now = now
        self._parked.clear()
        idle = ((feed, when) for feed, when in self._due.items() if feed not in self._busy)
        self._heap = [(_moment(when, now), number, feed) for number, (feed, when) in enumerate(idle)]
        self._count = len(self._heap)
        heapq.heapify(self._heap)

    def take(self, now: datetime) -> list[Feed]:
        """The feeds to be asked now; each is under way until it is `done`."""
        if now < self._now - SET_BACK:
            self.load(self._due, now)
        self._now = now
        taken: list[Feed] = []
        while self._heap and len(self._busy) < self._most and self._heap[0][0] <= now:
            entry = heapq.heappop(self._heap)
            feed, host = entry[2], self._host_of(entry[2])
            if host in self._hosts:
                self._parked.setdefault(host, deque()).append(entry)
                continue
            self._busy.add(feed)
            self._hosts.add(host)
            taken.append(feed)
        return taken

    def done(self, feed: Feed, due: datetime | None, now: datetime) -> None:
        """It was asked, and is due again then, if it is still one of ours."""
        host = self._host_of(feed)
        self._busy.discard(feed)
        self._hosts.discard(host)
        if feed in self._due:
            self._due[feed] = due
            self._count += 1
            heapq.heappush(self._heap, (_moment(due, now), self._count, feed))
        if parked := self._parked.get(host):
            heapq.heappush(self._heap, parked.popleft())
        elif parked is not None:
            del self._parked[host]

    def _host_of(self, feed: Feed) -> str:
        if (host := self._host.get(feed)) is None:
            host = self._host[feed] = host_of(feed)
        return host


def _moment(due: datetime | None, now: datetime) -> datetime:
    """When it is to be asked; a time that cannot be believed is none."""
    if due is None:
        return AT_ONCE
    return due if waits(due, now) else min(due, now)
