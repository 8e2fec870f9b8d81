"""Feeds and papers, and what one reading of a feed said."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from bot.habits import Habits

Announce = Literal["new", "cross", "replace", "replace-cross"]
"""How arXiv announces a paper; every other source's papers are `new`."""


@dataclass(frozen=True, slots=True)
class Feed:
    """A source of papers.

    `address` is what the operator wrote and the feed's identity: an `https:` address, a file's path,
    `-` (standard input), `sample:`, or a preset such as `huggingface:daily`.
    `url` is what is read for it: the address itself, or what the preset stands for.
    """

    address: str
    url: str


@dataclass(frozen=True, slots=True)
class Bookmark:
    """What we remember of a feed between two polls.

    `etag` and `modified` are byte for byte one set from one 200. `digest` is the SHA-256 of the last body,
    `due` when the feed may be asked again, `failures` how many polls in a row have failed since `failing_since`.
    `moved_to` is where that 200 came from, if not from the feed's own address: it moved there for good, or it is
    arXiv's for several feeds' categories together.
    """

    address: str
    etag: str | None = None
    modified: str | None = None
    digest: str | None = None
    due: datetime | None = None
    failures: int = 0
    failing_since: datetime | None = None
    error: str | None = None
    moved_to: str | None = None
    baseline_at: datetime | None = None
    """When the feed was first read to its end; None until then, and nothing of it is posted before."""
    habits: Habits = field(default_factory=Habits)


@dataclass(frozen=True, slots=True)
class Signals:
    """What a community adds to a paper, and may change later. None means: the source does not say."""

    upvotes: int | None = None
    comments: int | None = None
    code_url: str | None = None
    keywords: tuple[str, ...] = ()
    submitter: str | None = None
    organization: str | None = None
    gist: str | None = None
    """The source's own summary in one or two sentences."""


@dataclass(frozen=True, slots=True)
class Original:
    """A paper's title and abstract as its feed gave them, TeX, HTML and all; empty where they are as we show them."""

    title: str = ""
    abstract: str = ""


@dataclass(frozen=True, slots=True)
class Paper:
    """A paper, as plain readable text (no TeX, no HTML, no line breaks in titles).

    `id` is without version: `arxiv:2608.01234`, `doi:10.1101/…`, `guid:<feed>#…` or `url:…`.
    `source` is the address of the feed that brought it, its keys hidden.
    `aliases` are further ids the same paper is known by. `announced` is when the source brought it,
    `published` when its authors did, `seen` when we first saw it (None before the store has it).
    """

    id: str
    title: str
    source: str
    version: int | None = None
    authors: tuple[str, ...] = ()
    abstract: str = ""
    url: str | None = None
    pdf_url: str | None = None
    categories: tuple[str, ...] = ()
    published: datetime | None = None
    announced: datetime | None = None
    announce: Announce = "new"
    aliases: tuple[str, ...] = ()
    signals: Signals = field(default_factory=Signals)
    seen: datetime | None = None
    original: Original = field(default_factory=Original)


@dataclass(frozen=True, slots=True)
class Reading:
    """What a source's bytes said: its papers in the source's order, and what had to be left out and why.

    `ttl` is how many seconds the feed's own body asks to be left alone (RSS `ttl`), if it does. `kind` is its format:
    `rss`, `atom`, `rdf`, `jsonfeed`, `arxiv`, `huggingface`, `sample`.
    """

    papers: tuple[Paper, ...]
    title: str = ""
    kind: str = ""
    odd: tuple[str, ...] = ()
    ttl: int | None = None
    unchanged: int = 0
    """Entries left out of `papers` because they stood there word for word when `seen` was made."""
    seen: bytes = b""
    """What to hand to the next reading of this feed, so that it reads only what is new; empty: it reads all."""
    skip_hours: tuple[int, ...] = ()
    """Hours of the day (GMT) in which the feed asks not to be read; `skip_days` are days of the week, in English."""
    skip_days: tuple[str, ...] = ()
    period: int | None = None
    """How many seconds its owner says lie between two updates; a hint only."""
