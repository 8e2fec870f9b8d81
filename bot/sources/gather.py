"""Entries → papers: each gets its id, its words become plain, and two entries of one paper become one.

Entries that a reading leaves out still count: by their marks they share links and ids with those that are read.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import islice

from bot.model import Announce, Feed, Original, Paper, Signals
from bot.sources.address import mask
from bot.sources.identity import Names, identity, normalised, telling
from bot.sources.memory import Mark, digest, digests
from bot.sources.text import plain, shortened

ENTRIES = 100_000
TITLE = 500
ABSTRACT = 10_000
"""Characters that are kept; arXiv's abstracts have at most 1,920, but a blog's description may be all of its post."""
ORIGINAL = 20_000
"""Characters of the markup they are made of that are kept: TeX and HTML take up to twice their text."""
ALIASES = 50
"""Other ids that one paper may gather within a reading."""
MARKUP = 200_000
"""Characters of markup that are read for them."""

_RANK: tuple[Announce, ...] = ("new", "cross", "replace", "replace-cross")


@dataclass(frozen=True, slots=True)
class Entry:
    """What every dialect says of a paper: `title` and `abstract` still as markup, names and dates already read."""

    names: Names
    title: str = ""
    abstract: str = ""
    authors: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    published: datetime | None = None
    announced: datetime | None = None
    announce: Announce = "new"
    version: int | None = None
    pdf_url: str | None = None
    signals: Signals = field(default_factory=Signals)


@dataclass(frozen=True, slots=True)
class Sheet:
    """A whole document as its dialect's page read it. `link` is the feed's own; `feed` stands in for the one asked."""

    entries: Sequence[Entry]
    title: str
    kind: str
    link: str = ""
    odd: tuple[str, ...] = ()
    ttl: int | None = None
    feed: Feed | None = None
    period: int | None = None


@dataclass(frozen=True, slots=True)
class Gathered:
    """The papers in the feed's order, and what had to be left out or put together.

    `found` and `marks` go by entry: its own paper if it is one, and its mark if it may be left out next time.
    """

    papers: tuple[Paper, ...]
    odd: tuple[str, ...]
    found: tuple[Paper | None, ...] = ()
    marks: tuple[Mark | None, ...] = ()


def gathered(entries: Iterable[Entry], feed: Feed, feed_link: str = "", others: Sequence[Mark] = ()) -> Gathered | None:
    """The papers of these entries, beside `others` that were left out; None when one of those is not as it was."""
    entries = list(islice(entries, ENTRIES))
    links = [digest(normalised(e.names.link)) if e.names.link else b"" for e in entries]
    bearers = Counter(link for link in (*links, *(o.link for o in others)) if link)
    if any(other.link and other.alone != (bearers[other.link] == 1) for other in others):
        return None
    unique = telling((e.names for e in entries), feed_link, total=len(entries) + len(others))
    shared = {normalised(e.names.link) for e, link in zip(entries, links, strict=True) if bearers[link] > 1}
    found = tuple(_paper(e, feed, unique - shared) for e in entries)
    ids = [digests((p.id, *p.aliases)) if p else frozenset[bytes]() for p in found]
    known = frozenset[bytes]().union(*(other.ids for other in others))
    if any(not known.isdisjoint(each) for each in ids):
        return None
    claimed = Counter(one for each in ids for one in each)
    marks = [
        Mark(link, bearers[link] == 1, own) if own and all(claimed[one] == 1 for one in own) else None
        for link, own in zip(links, ids, strict=True)
    ]
    papers = merged(paper for paper in found if paper)
    return Gathered(papers, _odd(found, papers), found, tuple(marks))


def _odd(found: Sequence[Paper | None], papers: Sequence[Paper]) -> tuple[str, ...]:
    odd = []
    there = sum(paper is not None for paper in found)
    if there < len(found):
        odd.append(f"{_entries(len(found) - there)} with neither title, text nor link left out")
    if len(papers) < there:
        odd.append(f"{_entries(there - len(papers))} put together with another of the same paper")
    return tuple(odd)


def _entries(count: int) -> str:
    return f"{count} {'entry' if count == 1 else 'entries'}"


def _paper(entry: Entry, feed: Feed, unique: frozenset[str]) -> Paper | None:
    plain_title = shortened(plain(entry.title[:MARKUP]), TITLE)
    abstract = shortened(plain(entry.abstract[:MARKUP]), ABSTRACT)
    title = plain_title or shortened(abstract, 100) or entry.names.link or shortened(plain(entry.names.guid), 100)
    who = identity(replace(entry.names, words=title), feed, unique) if title else None
    if not who:
        return None
    arxiv = who.id.removeprefix("arxiv:") if who.id.startswith("arxiv:") else ""
    return Paper(
        id=who.id,
        title=title,
        source=mask(feed.address),
        version=entry.version or who.version,
        authors=entry.authors,
        abstract=abstract,
        url=f"https://arxiv.org/abs/{arxiv}" if arxiv else entry.names.link or None,
        pdf_url=f"https://arxiv.org/pdf/{arxiv}" if arxiv else entry.pdf_url,
        categories=entry.categories,
        published=entry.published,
        announced=entry.announced,
        announce=entry.announce,
        aliases=who.aliases,
        signals=entry.signals,
        original=Original(_markup(entry.title, plain_title), _markup(entry.abstract, abstract)),
    )


def _markup(markup: str, text: str) -> str:
    """What the feed gave, where it is not what we made of it; a blog's whole post is cut."""
    return "" if markup == text else markup[:ORIGINAL]


def merged(papers: Iterable[Paper]) -> tuple[Paper, ...]:
    """One paper for each set of papers that share an id or alias, where the first of them stood."""
    kept: list[Paper | None] = []
    where: dict[str, int] = {}
    for paper in papers:
        ids = (paper.id, *paper.aliases)
        places = sorted({where[i] for i in ids if i in where})
        if places:
            paper = _joined([p for at in places if (p := kept[at])], paper)
        place = places[0] if places else len(kept)
        if not places:
            kept.append(paper)
        for at in places[1:]:
            kept[at] = None
        kept[place] = paper
        where |= dict.fromkeys((paper.id, *paper.aliases), place)
    return tuple(paper for paper in kept if paper)


def _joined(earlier: list[Paper], paper: Paper) -> Paper:
    for other in reversed(earlier):
        paper = joined(other, paper)
    return paper


def joined(first: Paper, second: Paper) -> Paper:
    """One paper out of two accounts of it: the better id, the newer version's words, the facts of both."""
    newer, older = (second, first) if (second.version or 0) > (first.version or 0) else (first, second)
    best = min((first, second), key=lambda p: ("arxiv:", "doi:", "guid:", "url:").index(p.id[: p.id.index(":") + 1]))
    ids = dict.fromkeys((first.id, *first.aliases, second.id, *second.aliases))
    return replace(
        newer,
        id=best.id,
        authors=newer.authors or older.authors,
        abstract=newer.abstract or older.abstract,
        url=best.url or newer.url or older.url,
        pdf_url=best.pdf_url or newer.pdf_url or older.pdf_url,
        categories=tuple(dict.fromkeys((*first.categories, *second.categories))),
        published=min((d for d in (first.published, second.published) if d), default=None),
        announced=min((d for d in (first.announced, second.announced) if d), default=None),
        announce=min(first.announce, second.announce, key=_RANK.index),
        aliases=tuple(i for i in ids if i != best.id)[:ALIASES],
        signals=newer.signals if newer.signals != Signals() else older.signals,
        original=Original(newer.original.title, (newer if newer.abstract else older).original.abstract),
    )
