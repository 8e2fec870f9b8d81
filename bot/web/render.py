"""Everything that becomes HTML: the templates, and the few words they need. Strangers' text is escaped by Jinja."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from hashlib import sha256
from importlib.resources import files
from itertools import groupby
from urllib.parse import quote, urlsplit

from jinja2 import Environment, PackageLoader, StrictUndefined

from bot import summary
from bot.model import Channel, Line, Paper, Post, Reason
from bot.public import owner
from bot.web import marked
from bot.web.seen import NAMES
from bot.web.visitor import BOT, called
from bot.web.words import LONGEST, UNSAID

FILES = {"style.css": "text/css", "page.js": "text/javascript", "mark.svg": "image/svg+xml"}
OPENS_THREAD = frozenset({"discuss", "thread"})
"""Verbs of buttons that a link to the thread's page does better: nothing to press, nothing changed by looking."""


def safe_url(url: str | None) -> str | None:
    """The address if it is a plain web address, else None: no `javascript:`, no names before an `@`, no spaces."""
    if not url or len(url) > 2000 or UNSAID.search(url) or any(c.isspace() for c in url):
        return None
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    plain = parts.scheme in ("http", "https") and parts.hostname and "@" not in parts.netloc and "\\" not in url
    return url if plain else None


def clip(text: str, most: int) -> str:
    """The text, cut at a word's end near `most` characters."""
    if len(text) <= most:
        return text
    cut = text[:most].rsplit(" ", 1)[0] if " " in text[most // 2 : most] else text[:most]
    return cut.rstrip(" ,;:.") + "…"


def people(authors: tuple[str, ...], most: int = 4) -> str:
    """`A, B, C et al.`: the first authors, and that there are more."""
    shown = [clip(name, 80) for name in authors[:most]]
    return ", ".join(shown) + (f" et al. ({len(authors)} authors)" if len(authors) > most else "")


def origin(source: str) -> str:
    """A source's address in a few words: a preset as it is, a host, a file's name."""
    if source.startswith("sample:"):
        return "sample"
    if source == "-":
        return "standard input"
    url = safe_url(source)
    return (urlsplit(url).hostname or source) if url else clip(source.replace("\\", "/").rsplit("/", 1)[-1], 60)


def number_of(paper: Paper) -> str:
    """What the paper is called by its number: `arXiv 2608.01234`, `doi 10.1101/…`, or nothing."""
    kind, _, rest = paper.id.partition(":")
    return f"{'arXiv' if kind == 'arxiv' else kind} {clip(rest, 60)}" if kind in ("arxiv", "doi") else ""


def day_name(day: date) -> str:
    return f"{day:%A}, {day.day} {day:%B} {day.year}"


def moment(at: datetime) -> str:
    return f"{at.day} {at:%b}, {at:%H:%M} UTC"


def blocks(lines: Iterable[Line]) -> list[tuple[str, list[Line]]]:
    """Neighbouring lines of a list, of code or of a quotation, put together."""
    return [(kind, list(group)) for kind, group in groupby(lines, key=lambda line: line.kind)]


def paper_path(id: str) -> str:
    return f"/papers/{quote(id.encode('utf-8', 'replace'), safe='')}"


def channel_path(channel: Channel, message: int | str | None = None) -> str:
    return f"/chat/{quote(channel.place, safe='')}" + (f"/{message}" if message is not None else "")


def channel_name(channel: Channel) -> str:
    """`#general` of these pages; another platform's by its ids."""
    return f"#{channel.place}" if channel.platform == "local" else str(channel)


def room_name(channel: Channel) -> str:
    """What a channel of these pages is called there."""
    return "Your own messages" if owner(channel) else f"#{channel.place}"


def room_path(channel: str | None) -> str | None:
    """The page of a local channel that is spoken of."""
    platform, _, place = (channel or "").partition(":")
    return channel_path(Channel(platform, place)) if platform == "local" and place else None


def follow_path(channel: Channel) -> str:
    """The page that tells what a channel follows."""
    return f"/channels/{quote(str(channel), safe=':')}"


def in_whole(text: str, reasons: Iterable[Reason], field: str) -> marked.Pieces:
    return marked.marked(text, marked.again(text, marked.places(reasons, field)))


def in_part(text: str, reasons: Iterable[Reason], field: str) -> marked.Pieces:
    return marked.excerpt(text, marked.again(text, marked.places(reasons, field)))


def elsewhere(reasons: Iterable[Reason]) -> list[Reason]:
    """The reasons that neither title nor abstract shows: a category, votes, a keyword."""
    said = {reason.term for reason in reasons if reason.field in ("title", "abstract")}
    return [reason for reason in reasons if reason.term not in said][:6]


PLATFORMS = {"local": "These pages", "email": "Mail"}
"""Platforms that are called otherwise than they are capitalized."""


def platform_name(platform: str) -> str:
    return PLATFORMS.get(platform, platform.capitalize())


FIELDS = {
    "keyword": "the keywords", "author": "the authors", "category": "the categories", "source": "the source",
    "submitter": "the submitter", "org": "the organization", "votes": "the votes", "comments": "the comments",
    "has": "what it has", "on": "the announcement", "top": "the day's order", "title": "the title",
    "abstract": "the abstract",
}  # fmt: skip


def pressable(post: Post) -> list[object]:
    """The post's buttons without the one that only opens its thread."""
    return [b for b in post.buttons if b.action.partition(":")[0] not in OPENS_THREAD]


@dataclass(frozen=True, slots=True)
class Look:
    """The templates and the files beside them, read once."""

    templates: Environment
    files: dict[str, bytes]

    def page(self, template: str, **values: object) -> str:
        return shown(self.templates.get_template(template).render(**values))

    def part(self, macro: str, *values: object) -> str:
        """One macro of parts.html, as a piece of a page that is already open."""
        return shown(str(getattr(self.templates.get_template("parts.html").module, macro)(*values)))


def shown(html: str) -> str:
    """The text as it may leave: whatever came in, it can be encoded and reads in the direction it is written."""
    return UNSAID.sub("", html)


@cache
def look() -> Look:
    """Read and compile everything once, so that no request has to."""
    held = {name: (files("bot.web") / "static" / name).read_bytes() for name in FILES}
    env = Environment(
        loader=PackageLoader("bot.web"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    env.filters |= {"safe_url": safe_url, "clip": clip, "people": people, "origin": origin, "number_of": number_of}
    env.filters |= {"day_name": day_name, "moment": moment, "blocks": blocks, "paper_path": paper_path}
    env.filters |= {"pressable": pressable, "channel_name": channel_name, "follow_path": follow_path}
    env.filters |= {"room_name": room_name, "room_path": room_path, "platform_name": platform_name}
    env.filters |= {"marked": in_whole, "excerpt": in_part, "elsewhere": elsewhere, "gist": summary.gist}
    env.globals["field_names"] = FIELDS
    env.globals["look_names"] = NAMES
    env.globals |= {"called": called, "channel_path": channel_path, "longest": LONGEST, "bot": BOT}
    env.globals["asset"] = {name: f"/static/{name}?{sha256(body).hexdigest()[:10]}" for name, body in held.items()}
    for name in env.list_templates():
        env.get_template(name)
    return Look(env, held)
