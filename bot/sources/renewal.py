"""An XML feed's text → Reading, of which only the entries are read that did not stand there last time.

`read(body, feed, seen=earlier.seen)` gives what `read(body, feed)` gives, less the papers of unchanged entries. Where
that cannot be promised, all is read. At least one entry is always read: it shows that entries stand where they may.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace

from bot.errors import SourceFailed
from bot.model import Feed, Paper, Reading
from bot.sources import arxiv
from bot.sources import feed as feeds
from bot.sources.feed import Parsed
from bot.sources.gather import Gathered, Sheet, gathered
from bot.sources.hints import skips
from bot.sources.memory import Mark, digest, packed, unpacked
from bot.sources.mending import mended
from bot.sources.prolog import Opening
from bot.sources.slices import Cut, cut, harmless, plain, sound
from bot.sources.wellformed import legal

NOTHING: Mapping[bytes, Mark] = {}


@dataclass(frozen=True, slots=True)
class Source:
    """What is asked: whose text, how it begins, how its address may be shown, what was seen last time."""

    feed: Feed
    opening: Opening
    shown: str
    seen: bytes = b""


def renewed(text: str, source: Source, most: int | None = None) -> Reading | None:
    """The papers of the entries that are new or changed since `source.seen`.

    None when more than `most` characters would have to be read for them (None: there is no such bound).
    """
    text = text[source.opening.at :]
    source = replace(source, opening=replace(source.opening, at=0))
    found = _renewed(text, source, most)
    if found is None:
        return None
    hours, days = skips(text)
    reading = replace(found, skip_hours=hours, skip_days=days)
    if reading.kind == "arxiv" and text.count("<entry>") + text.count("<item>") >= arxiv.FULL:
        full = f"arXiv ends its answers at {arxiv.FULL:,} entries, so some may be missing: name fewer categories"
        return replace(reading, odd=(*reading.odd, full))
    return reading


def _renewed(text: str, source: Source, most: int | None) -> Reading | None:
    if source.seen and (reading := _parted(text, source, *unpacked(source.seen), most)):
        return reading
    if most is not None and len(text) > most:
        return None
    text = legal(text)
    return _parted(text, source) or whole(page(parsed(text, source), source.feed), source.feed)


def _parted(
    text: str, source: Source, head: bytes = b"", known: Mapping[bytes, Mark] = NOTHING, most: int | None = None
) -> Reading | None:
    """The reading, entry by entry, of which `known` ones are left out; None where that could be another reading."""
    found = cut(text, known)
    if found is None:
        return None
    part = _Part(found, source)
    if head and head != part.key:
        return None
    left = {i: known[key] for i, key in enumerate(found.keys) if key in known and key not in part.twice}
    return part.reading(left, most) if left or not head else None


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
        self.keys = cut.keys
        self.twice = frozenset(key for key, times in Counter(self.keys).items() if times > 1)
        self.head = cut.head()
        self.key = digest(f"{source.feed.address}\n{source.feed.url}\n{self.head}")

    def reading(self, left: dict[int, Mark], most: int | None = None) -> Reading | None:
        """All papers but those of the entries `left`; None when some of them could read otherwise than they did.

        None also when the others have more than `most` characters.
        """
        kept = [i for i in range(len(self.keys)) if i == 0 or i not in left]
        others = {i: mark for i, mark in left.items() if i > 0}
        text = self.cut.keeping(kept) if others else self.cut.text
        if most is not None and len(text) > most:
            return None
        entries = [self.cut.entry(i) for i in kept]
        fine = sound(text) and plain(text, sum(mark.spaces for mark in others.values())) and text == legal(text)
        if not fine or not all(harmless(entry, self.head) for entry in entries):
            return None
        found = parsed(text, self.source)
        if len(found.entries) != len(kept) or not self._settled(found, text):
            return None
        sheet = page(found, self.source.feed)
        fresh = gathered(sheet.entries, self.source.feed, sheet.link, tuple(others.values()))
        if not fresh:
            return None
        written = zip(kept, entries, fresh.marks, strict=True)
        made = {i: mark._replace(size=len(e), spaces=e.count("xmlns")) for i, e, mark in written if mark}
        return self._finished(_reading(sheet, fresh), fresh.found[0], left, others | made)

    def _settled(self, found: Parsed, text: str) -> bool:
        """Whether the head alone tells if this is a feed of arXiv's, whichever entries are read."""
        if arxiv.recognised(replace(found, entries=())):
            return "arxiv" in self.head.lower()
        return arxiv.OAI not in text  # nor in entries left out, as it was not when they were read under this head

    def _finished(
        self, reading: Reading, first: Paper | None, left: Mapping[int, Mark], marks: Mapping[int, Mark]
    ) -> Reading:
        unchanged = len(left)
        if 0 in left and marks.get(0) == left[0]:
            reading = replace(reading, papers=tuple(paper for paper in reading.papers if paper is not first))
        elif 0 in left:
            unchanged -= 1
        kept = {key: marks[i] for i, key in enumerate(self.keys) if i in marks and key not in self.twice}
        alone = len(self.keys) == 1  # a lone entry's link is judged otherwise than one's among several
        return replace(reading, unchanged=unchanged, seen=b"" if alone else packed(self.key, kept))
