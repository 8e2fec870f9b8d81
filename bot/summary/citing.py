"""A paper as BibTeX, whatever characters strangers put into its title."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from datetime import datetime

from bot.model import Paper
from bot.summary.words import one_line

_ESCAPED = str.maketrans(
    {
        "\\": r"\textbackslash{}", "{": r"\textbraceleft{}", "}": r"\textbraceright{}", "~": r"\textasciitilde{}",
        "^": r"\textasciicircum{}", "&": r"\&", "%": r"\%", "$": r"\$", "#": r"\#", "_": r"\_", '"': "''",
    }
)  # fmt: skip
"""BibTeX counts braces even where a backslash stands before them, so that they are named.
https://mirrors.ctan.org/biblio/bibtex/base/btxdoc.pdf"""

_ADDRESS = str.maketrans({"\\": "%5C", "{": "%7B", "}": "%7D", '"': "%22", " ": "%20"})
LONGEST = 1_000
PEOPLE = 300
"""Characters of a field, and names, that are written; of more authors BibTeX says `and others`."""

_SMALL = re.compile(r"an?|the|on|of|in|for|to|and|with|towards?|from|is|are|do|does|can|how|what|why")
_ARXIV = re.compile(r"arxiv:(\d\d)(\d\d)\.\d{4,5}")


def bibtex(paper: Paper) -> str:
    """One entry, `@misc`, under a key such as `liu2023llmfp4`; every field stands in balanced braces."""
    number = paper.id.removeprefix("arxiv:") if paper.id.startswith("arxiv:") else ""
    doi = paper.id.removeprefix("doi:") if paper.id.startswith("doi:") else ""
    fields = {
        "title": f"{{{_text(paper.title)}}}",  # twice in braces: capitals stay
        "author": " and ".join(_people(paper.authors)),
        "year": _year(paper),
        "eprint": _address(number),
        "archivePrefix": "arXiv" if number else "",
        "primaryClass": _text(paper.categories[0]) if number and paper.categories else "",
        "doi": _address(doi),
        "url": _address(paper.url or ""),
    }
    rows = [f"  {name:<13} = {{{value}}}" for name, value in fields.items() if value and value != "{}"]
    return "\n".join([f"@misc{{{_key(paper)},", ",\n".join(rows), "}"])


def _text(words: str) -> str:
    return one_line(_visible(words[:LONGEST])).translate(_ESCAPED)


def _visible(words: str) -> str:
    """Without control, format and private characters: they mean nothing in print."""
    return "".join(" " if c.isspace() else c for c in words if c.isspace() or unicodedata.category(c)[0] != "C")


def _people(authors: Sequence[str]) -> list[str]:
    named = [name for name in map(_person, authors[:PEOPLE]) if name]
    return [*named, "others"] if len(authors) > PEOPLE else named


def _person(name: str) -> str:
    """A name; one that BibTeX would read as two people, or turn around, is kept whole by braces."""
    text = _text(name)
    return f"{{{text}}}" if "," in text or " and " in f" {text.lower()} " else text


def _address(url: str) -> str:
    return one_line(_visible(url[:LONGEST])).translate(_ADDRESS)


def _key(paper: Paper) -> str:
    last = one_line(paper.authors[0][:LONGEST]).split(" ")[-1] if paper.authors else ""
    words = [_letters(word) for word in paper.title[:500].split()]
    telling = next((word for word in words if word and not _SMALL.fullmatch(word)), "")
    return (_letters(last) or "anon")[:30] + _year(paper) + telling[:30]


def _letters(word: str) -> str:
    """The ASCII letters and digits, small: `Ångström` → `angstrom`, `LLM-FP4:` → `llmfp4`."""
    folded = unicodedata.normalize("NFKD", word).encode("ascii", "ignore").decode()
    return "".join(filter(str.isalnum, folded)).lower()


def _year(paper: Paper) -> str:
    """The year its authors published it, else that of its arXiv number, else that it was announced."""
    when: datetime | None = paper.published
    if when is None and (number := _ARXIV.match(paper.id)):
        return f"20{number[1]}"
    when = when or paper.announced
    return str(when.year) if when else ""
