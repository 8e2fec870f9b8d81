"""An XML feed's text → Reading, of which only the entries are read that did not stand there last time.

`read(body, feed, seen=earlier.seen)` gives what `read(body, feed)` gives, less the papers of unchanged entries. Where
that cannot be promised, all is read. At least one entry is always read: it shows that entries stand where they may.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace

from bot.errors import SourceFailed
from bot.model import Feed, Reading
from bot.sources import arxiv
from bot.sources import feed as feeds
from bot.sources.feed import Parsed
from bot.sources.gather import Gathered, Sheet, gathered
from bot.sources.hints import skips
from bot.sources.memory import Mark, digest, packed, unpacked
from bot.sources.mending import mended
from bot.sources.prolog import Opening
from bot.sources.slices import Cut, cut, harmless, sound
from bot.sources.wellformed import legal


@dataclass(frozen=True, slots=True)
class Source:
    """What is asked: whose text, how it begins, how its address may be shown, what was seen last time."""

    feed: Feed
    opening: Opening
    shown: str
    seen: bytes = b""


def renewed(text: str, source: Source) -> Reading:
    """The papers of the entries that are new or changed since `source.seen`."""
    text = legal(text[source.opening.at :])
    source = replace(source, opening=replace(source.opening, at=0))
    hours, days = skips(text)
    reading = replace(_renewed(text, source), skip_hours=hours, skip_days=days)
    if reading.kind == "arxiv" and text.count("<entry>") + text.count("<item>") >= arxiv.FULL:
        full = f"arXiv ends its answers at {arxiv.FULL:,} entries, so some may be missing: name fewer categories"
        return replace(reading, odd=(*reading.odd, full))
    return reading


def _renewed(text: str, source: Source) -> Reading:
    found = cut(text)
    if found:
        part = _Part(found, source)
        known = unpacked(source.seen, part.key)
        left = {i: known[key] for i, key in enumerate(part.keys) if key in known and part.times[key] == 1}
        for wanted in [left, {}] if left else [{}]:
            if reading := part.reading(wanted):
                return reading
    return whole(page(parsed(text, source), source.feed), source.feed)


def parsed(text: str, source: Source) -> Parsed:
    """The document by feedparser; `SourceFailed` when nothing of it can be mended."""
    document = mended(text, source.opening)
    if document.broken and not document.entries and not document.closed:
        raise SourceFailed(
            f"{source.shown} is cut off or damaged before its first whole entry; it will be tried again."
        )
    return feeds.parse(document, source.feed)


def page(found: Parsed, feed: Feed) -> Sheet:
    """Its entries, by the page for its dialect."""
    return arxiv.sheet(found, feed) if arxiv.recognised(found) else feeds.sheet(found, feed)


def whole(sheet: Sheet, feed: Feed) -> Reading:
    """All papers of a document."""
    all_of_it = gathered(sheet.entries, sheet.feed or feed, sheet.link)
    assert all_of_it  # nothing was left out that could disagree
    return _reading(sheet, all_of_it)


def _reading(sheet: Sheet, found: Gathered) -> Reading:
    return Reading(found.papers, sheet.title, sheet.kind, (*sheet.odd, *found.odd), sheet.ttl, period=sheet.period)


class _Part:
    """A document of which some entries need not be read."""

    def __init__(self, cut: Cut, source: Source) -> None:
        self.cut = cut
        self.source = source
        self.slices = cut.slices()
        self.keys = [digest(entry) for entry in self.slices]
        self.times = Counter(self.keys)
        self.head = cut.head()
        self.key = digest(f"{source.feed.address}\n{source.feed.url}\n{self.head}")

    def reading(self, left: dict[int, Mark]) -> Reading | None:
        """All papers but those of the entries `left`; None when some of them could read otherwise than they did."""
        kept = [i for i in range(len(self.keys)) if i == 0 or i not in left]
        others = {i: mark for i, mark in left.items() if i > 0}
        text = self.cut.keeping(kept) if others else self.cut.text
        if not sound(text) or not all(harmless(self.slices[i], self.head) for i in kept):
            return None
        found = parsed(text, self.source)
        if len(found.entries) != len(kept) or not self._settled(found):
            return None
        sheet = page(found, self.source.feed)
        fresh = gathered(sheet.entries, self.source.feed, sheet.link, tuple(others.values()))
        return self._finished(sheet, fresh, kept, left) if fresh else None

    def _settled(self, found: Parsed) -> bool:
        """Whether the head alone tells if this is a feed of arXiv's, whichever entries are read."""
        if arxiv.recognised(replace(found, entries=())):
            return "arxiv" in self.head.lower()
        return arxiv.OAI not in self.cut.text

    def _finished(self, sheet: Sheet, fresh: Gathered, kept: list[int], left: dict[int, Mark]) -> Reading:
        reading = _reading(sheet, fresh)
        unchanged = len(left)
        if 0 in left and fresh.marks[0] == left[0]:
            reading = replace(reading, papers=tuple(p for p in reading.papers if p is not fresh.found[0]))
        elif 0 in left:
            unchanged -= 1
        marks = {self.keys[i]: mark for i, mark in left.items() if i > 0}
        made = {self.keys[i]: mark for i, mark in zip(kept, fresh.marks, strict=True)}
        marks |= {key: mark for key, mark in made.items() if mark and self.times[key] == 1}
        alone = len(self.keys) == 1  # a lone entry's link is judged otherwise than one's among several
        return replace(reading, unchanged=unchanged, seen=b"" if alone else packed(self.key, marks))
