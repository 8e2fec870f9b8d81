"""Hugging Face's `/api/daily_papers`, in the fields of every year since 2024. https://huggingface.co/docs/hub/api"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bot.model import Signals
from bot.sources.dates import parsed
from bot.sources.gather import Entry, Sheet
from bot.sources.identity import Names, bare_arxiv_id, web
from bot.sources.people import people
from bot.sources.text import plain, shortened

Object = Mapping[str, Any]
KEYWORDS = 30
GIST = 600


def recognised(items: Sequence[object]) -> bool:
    """Whether a JSON list is one of daily papers: its objects hold a `paper` with an id."""
    return bool(items) and any(isinstance(i, Mapping) and isinstance(_part(i, "paper").get("id"), str) for i in items)


def _part(thing: Object, name: str) -> Object:
    found = thing.get(name)
    return found if isinstance(found, Mapping) else {}


def _text(thing: Object, *names: str) -> str:
    return next((v.strip() for n in names if isinstance(v := thing.get(n), str) and v.strip()), "")


def _count(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 10**9 else None


def _name(*people: Object) -> str | None:
    found = (plain(_text(person, "fullname", "name", "user")) for person in people)
    return next((shortened(name, 200) for name in found if name), None)


def _signals(item: Object, paper: Object) -> Signals:
    words = paper.get("ai_keywords")
    keywords = [plain(w) for w in words if isinstance(w, str)] if isinstance(words, list) else []
    return Signals(
        upvotes=_count(paper.get("upvotes")),
        comments=_count(item.get("numComments")),
        code_url=web(_text(paper, "githubRepo")),
        keywords=tuple(dict.fromkeys(k for k in keywords if k and len(k) <= 100))[:KEYWORDS],
        submitter=_name(_part(item, "submittedBy"), _part(paper, "submittedOnDailyBy")),
        organization=_name(_part(item, "organization"), _part(paper, "organization")),
        gist=shortened(plain(_text(paper, "ai_summary")), GIST) or None,
    )


def _entry(item: Object) -> Entry:
    paper = _part(item, "paper")
    number = _text(paper, "id")
    listed = paper.get("authors")
    names = (
        [_text(a, "name") for a in listed if isinstance(a, Mapping) and a.get("hidden") is not True]
        if isinstance(listed, list)
        else []
    )
    day = (
        parsed(paper.get("submittedOnDailyAt"))
        or parsed(item.get("submittedOnDailyAt"))
        or parsed(item.get("publishedAt"))
    )
    published = parsed(paper.get("publishedAt")) or parsed(item.get("publishedAt"))
    link = f"https://huggingface.co/papers/{number}" if number else ""
    return Entry(
        names=Names(f"arXiv:{number}" if bare_arxiv_id(number) else number, link),
        title=_text(paper, "title") or _text(item, "title"),
        abstract=_text(paper, "summary") or _text(item, "summary"),
        authors=people(plain(n) for n in names),
        published=published,
        announced=day or published,
        signals=_signals(item, paper),
    )


def sheet(items: Sequence[object], odd: tuple[str, ...] = ()) -> Sheet:
    """The papers of a day (or of the trending list), in the site's order."""
    objects = [i for i in items if isinstance(i, Mapping) and _part(i, "paper")]
    if len(objects) < len(items):
        odd = (*odd, f"{len(items) - len(objects)} of {len(items)} items hold no paper")
    return Sheet([_entry(i) for i in objects], "Hugging Face daily papers", "huggingface", odd=odd)
