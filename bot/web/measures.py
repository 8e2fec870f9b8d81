"""What the bot counts, in the words that Prometheus scrapes: https://prometheus.io/docs/practices/naming/

No channel, person, rule or paper is in any label; of the feeds only the operator's own are named, and their addresses
are masked: what a channel added for itself is counted together.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.gc_collector import GCCollector
from prometheus_client.process_collector import ProcessCollector

from bot import health
from bot.errors import Refused, TryLater, Unsure
from bot.model import Bookmark, Feed
from bot.ports import Store
from bot.ports.tally import Outcome, Step
from bot.sources import mask

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
"""https://prometheus.io/docs/instrumenting/exposition_formats/"""

OWN = "channels"
"""The label of all feeds that channels added for themselves."""

STATES = ("new", "fresh", "quiet", "stale", "slow", "blocked", "gone", "failing")

LAG = 0.25
"""Seconds between two looks at how late the event loop is."""


class Measures:
    """A registry of its own, so that two bots in one process (tests) do not share figures."""

    def __init__(self, feeds: Sequence[Feed] = ()) -> None:
        self._named = {feed.address: mask(feed.address) for feed in feeds}
        self.registry = CollectorRegistry()
        self._told: set[str] = set()
        """Platforms whose page tells of every answer that says to slow down."""
        self._counters()
        self._gauges()
        ProcessCollector(registry=self.registry)
        GCCollector(self.registry)

    def _counters(self) -> None:
        kept, source = self.registry, ["source"]
        self._polls = Counter(
            "paper_round_polls", "Polls of a source by outcome.", ["source", "outcome"], registry=kept
        )
        self._seen = Counter("paper_round_papers_seen", "Papers read in a source's answers.", source, registry=kept)
        self._new = Counter("paper_round_papers_new", "Papers never seen before.", source, registry=kept)
        self._matched = Counter(
            "paper_round_deliveries_planned", "Papers matched for a channel, to be posted.", source, registry=kept
        )
        self._said = Counter(
            "paper_round_platform_calls", "Calls to a platform by outcome.", ["platform", "step", "outcome"],
            registry=kept,
        )  # fmt: skip
        self._ended = Counter(
            "paper_round_deliveries_ended", "Papers by what became of them in a channel: posted, refused, given_up.",
            ["platform", "outcome"], registry=kept,
        )  # fmt: skip
        self._limited = Counter(
            "paper_round_rate_limited", "Times that we were told to slow down (HTTP 429).", ["by"], registry=kept
        )

    def _gauges(self) -> None:
        kept, platform = self.registry, ["platform"]
        self._waiting = Gauge(
            "paper_round_deliveries_waiting", "Deliveries that wait, by why: pending, held, in_doubt.",
            ["platform", "state"], registry=kept,
        )  # fmt: skip
        self._age = Gauge(
            "paper_round_queue_age_seconds", "How long the oldest due delivery has waited.", platform, registry=kept
        )
        self._noes = Gauge(
            "paper_round_platform_refusals", "Answers of the last ten minutes that said no; too many bar the address.",
            platform, registry=kept,
        )  # fmt: skip
        self._state = Gauge(
            "paper_round_source_state", "1 for the state a source is in.", ["source", "state"], registry=kept
        )
        self._late = Gauge(
            "paper_round_poll_lag_seconds", "How long a source's poll is overdue.", ["source"], registry=kept
        )
        self._heard = Gauge(
            "paper_round_source_last_new_timestamp_seconds", "When a source last held something new.", ["source"],
            registry=kept,
        )  # fmt: skip
        self._loop = Histogram(
            "paper_round_event_loop_lag_seconds", "How much later than asked for the event loop woke us.",
            buckets=(0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5), registry=kept,
        )  # fmt: skip

    # ── counted while it happens ──

    def polled(self, feed: Feed, *, read: int, new: int, planned: int) -> None:
        source = self._named.get(feed.address, OWN)
        self._polls.labels(source, "read" if read else "unchanged").inc()
        self._seen.labels(source).inc(read)
        self._new.labels(source).inc(new)
        self._matched.labels(source).inc(planned)

    def unread(self, feed: Feed, *, limited: bool) -> None:
        self._polls.labels(self._named.get(feed.address, OWN), "failed").inc()
        if limited:
            self._limited.labels("sources").inc()

    @contextmanager
    def saying(self, platform: str, step: Step) -> Iterator[None]:
        """How a call to a platform ends: ok, refused, in_doubt, later, or broken by a mistake."""
        outcome = "broken"
        try:
            yield
            outcome = "ok"
        except Unsure:
            outcome = "in_doubt"
            raise
        except TryLater as error:
            outcome = "later"
            if error.after is not None and platform not in self._told:
                self._limited.labels(platform).inc()
            raise
        except Refused:
            outcome = "refused"
            raise
        finally:
            self._said.labels(platform, step, outcome).inc()

    def ended(self, platform: str, outcome: Outcome, papers: int) -> None:
        self._ended.labels(platform, outcome).inc(papers)

    def watch_refusals(self, platform: str, count: Callable[[], int]) -> None:
        """Show how often a platform has said no of late, counted by whoever talks to it, when the page is asked for."""
        self._noes.labels(platform).set_function(count)

    def limits_of(self, platform: str) -> Callable[[], None]:
        """What counts that a platform said to slow down, for a page that sees every such answer itself."""
        self._told.add(platform)
        return self._limited.labels(platform).inc

    async def watch_loop(self) -> None:
        """Measure how late the event loop is, until cancelled."""
        loop = asyncio.get_running_loop()
        while True:
            due = loop.time() + LAG
            await asyncio.sleep(LAG)
            self._loop.observe(max(0.0, loop.time() - due))

    # ── looked up when somebody scrapes ──

    async def scraped(self, store: Store, feeds: Sequence[Feed], now: datetime) -> bytes:
        """The whole page: what was counted, and how queue and sources stand at this moment."""
        await self._queue(store, now)
        self._sources(await store.bookmarks(), feeds, now)
        return await asyncio.to_thread(generate_latest, self.registry)

    async def _queue(self, store: Store, now: datetime) -> None:
        waiting, doubts = await store.waiting(), await store.doubtful()
        self._waiting.clear()
        self._age.clear()
        for one in waiting:
            self._waiting.labels(one.platform, "pending").set(one.pending)
            self._waiting.labels(one.platform, "held").set(one.held)
            age = now - one.due if one.due else timedelta()
            self._age.labels(one.platform).set(max(0.0, age.total_seconds()))
        for doubt in doubts:
            self._waiting.labels(doubt.platform, "in_doubt").set(doubt.now)

    def _sources(self, known: Mapping[str, Bookmark], feeds: Sequence[Feed], now: datetime) -> None:
        for feed in feeds:
            source, bookmark = mask(feed.address), known.get(feed.address)
            self._named.setdefault(feed.address, source)
            told = health.told(feed, bookmark, now)
            for state in STATES:
                self._state.labels(source, state).set(state == told.state)
            due = bookmark.due if bookmark else None
            self._late.labels(source).set(max(0.0, (now - due).total_seconds()) if due else 0.0)
            if bookmark and bookmark.habits.advanced_at:
                self._heard.labels(source).set(bookmark.habits.advanced_at.timestamp())
