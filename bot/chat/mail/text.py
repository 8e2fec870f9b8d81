"""Post → plain text for a mail: paragraphs that a reader's window wraps (format=flowed), links written out. Pure."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator
from itertools import groupby
from urllib.parse import quote, urlsplit

from bot.model import Entry, Line, Post, Span

WIDTH = 72
"""Characters of a line, as https://www.rfc-editor.org/rfc/rfc3676#section-4.2 advises (78 at the most)."""
ADDRESS = 2_000
"""Characters of a link that is kept; what browsers and mail readers open."""

_UNSAID = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\u202a-\u202e\u2066-\u2069\ufeff]")
"""Control characters, lone surrogates, and what turns the direction of reading: never sent."""
_BREAKS = re.compile(r"[\s\u2028\u2029]+")


def clean(text: str) -> str:
    """The text without what must not be sent."""
    return _UNSAID.sub("", text)


def one_line(text: str) -> str:
    """On one line, and clean: fit for a header."""
    return _BREAKS.sub(" ", clean(text)).strip()


def web(url: str | None) -> str | None:
    """The address if a click on it can only open a web page, else None."""
    if not url or len(url) > ADDRESS or url != clean(url) or re.search(r"[\s<>\"\\^`{|}]", url):
        return None
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    return url if parts.scheme in ("http", "https") and parts.hostname and "@" not in parts.netloc else None


def plain(post: Post, base: str) -> str:
    """The whole post as text/plain; format=flowed (https://www.rfc-editor.org/rfc/rfc3676).

    A paper that leads nowhere itself leads to its page under `base`.
    """
    head = one_line(post.headline.text)
    parts = [f"{head}\n{'=' * min(len(head), WIDTH)}"] if head else []
    links = _links(post.headline)
    parts += ["\n".join(url for _, url in links)] if links else []
    parts += _paragraphs(post.lines)
    parts += ["\n".join(_entry(entry, n, base)) for n, entry in enumerate(post.entries, 1)]
    parts += _paragraphs(post.closing)
    return "\n\n".join(part for part in parts if part.strip()) + "\n"


def _paragraphs(lines: tuple[Line, ...]) -> Iterator[str]:
    """Paragraphs with air between them; a list's items stand close."""
    for kind, run in groupby(lines, key=lambda line: line.kind):
        told = [said for line in run if (said := _paragraph(line))]
        yield from ["\n".join(told)] if kind == "item" else told


def _entry(entry: Entry, number: int, base: str) -> Iterator[str]:
    """One paper of a list, numbered, its lines close together."""
    for at, line in enumerate(entry.lines):
        yield _paragraph(line, f"{number}. " if at == 0 else "")
    if entry.paper and not any(map(_links, entry.lines)):
        yield base + paper_path(entry.paper)


def paper_path(id: str) -> str:
    """Where the pages show a paper."""
    return f"/papers/{quote(id.encode('utf-8', 'replace'), safe='')}"


def _paragraph(line: Line, before: str = "") -> str:
    """A paragraph, and below it the addresses it leads to."""
    mark = "- " if line.kind == "item" and not before else ""
    if line.kind == "pre":
        return "\n".join(_stuffed(clean(row)) for row in line.text.split("\n"))
    text = one_line(line.text)
    if not text:
        return ""
    links = _links(line)
    named = len(links) > 1
    below = [f"{one_line(name)}: {url}" if named else url for name, url in links]
    return "\n".join([_flowed(before + mark + text, "> " if line.kind == "quote" else ""), *below])


def _links(line: Line) -> list[tuple[str, str]]:
    return [(span.text, url) for span in line.spans if (url := web(span.url))]


def _flowed(text: str, quote: str) -> str:
    """Soft line breaks: a space at a line's end says that the paragraph goes on."""
    rows = textwrap.wrap(text, WIDTH, break_long_words=False, break_on_hyphens=False)
    return " \n".join(quote + _stuffed(row) for row in rows)


def _stuffed(row: str) -> str:
    """A space before what flowed text, or an old mail server, would read as more than text."""
    return f" {row}" if row.startswith((" ", ">", "From ")) else row


def spans(line: Line) -> tuple[Span, ...]:
    """The line's spans, clean, with links that may be followed."""
    return tuple(Span(_BREAKS.sub(" ", clean(s.text)), s.style, web(s.url)) for s in line.spans)
