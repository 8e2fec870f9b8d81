"""Addresses of sources: what a person writes → Feed, and what may be shown of an address. Reads nothing."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from urllib.parse import quote, unquote, urlsplit

from bot.errors import WordsWrong
from bot.model import Feed, Paper
from bot.sources.visible import visible

ARXIV = "https://rss.arxiv.org/atom/"  # https://info.arxiv.org/help/rss.html
HUGGING_FACE = "https://huggingface.co/api/daily_papers"  # https://huggingface.co/docs/hub/api
TRENDING = f"{HUGGING_FACE}?sort=trending"
BIORXIV = "https://connect.biorxiv.org/biorxiv_xml.php?subject="  # https://www.biorxiv.org/alertsrss

FORMS = (
    "arxiv:cs.CL+cs.LG, huggingface:daily, huggingface:trending, biorxiv:neuroscience, sample:, "
    "an https: address, a file's path, or -"
)
_CATEGORY = re.compile(r"[a-z]{2,8}(-[a-z]{2,8})?(\.[A-Za-z]{2}|\.[a-z]{2,5}(-[a-z]{2,5})?)?")
_SUBJECT = re.compile(r"[a-z]+([ _-][a-z]+)*")
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]+):")
_SECRET = re.compile(r"token|key|auth|secret|sign|^sig$|pass|pwd|session|credential|^code$|jwt|^hash$|^sid$")
_PAIR = re.compile(r"([^?&;#=]+)=([^&;#]*)")


def resolve(address: str) -> Feed:
    """Read an address or preset; `WordsWrong` says which forms there are. Whether a file exists is not asked here."""
    words = address.strip()
    if not words or visible(words) != words:
        raise WordsWrong(f"{mask(visible(words).strip())!r} names no source. Sources read {FORMS}.")
    scheme = found[1].lower() if (found := _SCHEME.match(words)) else ""
    if scheme in ("http", "https"):
        return Feed(words, _web(words))
    if scheme in _PRESETS:
        return _PRESETS[scheme](words)
    if words == "-" or scheme == "file":
        return Feed(words, words)
    if scheme or not re.search(r"[/\\.]", words):
        hint = f" If it is a file, write ./{words}." if not scheme else ""
        raise WordsWrong(f"{mask(words)!r} names no source. Sources read {FORMS}.{hint}")
    return Feed(words, words)


def _web(words: str) -> str:
    try:
        parts = urlsplit(words)
        usable = bool(parts.hostname) and (parts.port is None or parts.port > 0) and not re.search(r"[\s<>\"]", words)
    except ValueError:
        usable = False
    if not usable:
        raise WordsWrong(f"{mask(words)!r} is no web address; it should read like https://example.org/feed.xml.")
    return words


def _arxiv(words: str) -> Feed:
    wanted = [c for c in re.split(r"[+,\s]+", words.partition(":")[2].strip()) if c]
    wrong = next((c for c in wanted if not _CATEGORY.fullmatch(c)), None)
    if wrong is not None or not wanted:
        raise WordsWrong(f"{wrong or words!r} is no arXiv category; write arxiv:cs.CL or arxiv:cs.CL+cs.LG.")
    return Feed(words, ARXIV + "+".join(dict.fromkeys(wanted)))


_ALIASES = ("cs.NA math.NA", "cs.SY eess.SY", "cs.IT math.IT", "math.MP math-ph", "math.ST stat.TH", "econ.GN q-fin.EC")
"""Categories that are one under two names: https://arxiv.org/category_taxonomy"""
_SAME = {name: other for pair in _ALIASES for name, other in zip(pair.split(), reversed(pair.split()), strict=True)}


def joined(feeds: Iterable[Feed]) -> str:
    """The address at which arXiv answers for all categories of these feeds of its together."""
    return ARXIV + "+".join(sorted({category for feed in feeds for category in _categories(feed)}))


def part(feed: Feed, papers: Iterable[Paper]) -> tuple[Paper, ...]:
    """The papers of arXiv's that are in this feed's categories: what it would have brought by itself."""
    wanted = {name for category in _categories(feed) for name in (category, _SAME.get(category, category))}
    archives = tuple(f"{category}." for category in wanted)
    return tuple(
        p for p in papers if not p.categories or any(c in wanted or c.startswith(archives) for c in p.categories)
    )


def _categories(feed: Feed) -> list[str]:
    return feed.url.removeprefix(ARXIV).split("+")


def _hugging_face(words: str) -> Feed:
    wanted = words.partition(":")[2].strip().lower()
    urls = {"daily": HUGGING_FACE, "trending": TRENDING}
    if wanted not in urls:
        raise WordsWrong(f"{words!r} names no Hugging Face list; there are huggingface:daily and huggingface:trending.")
    return Feed(words, urls[wanted])


def _biorxiv(words: str) -> Feed:
    subject = words.partition(":")[2].strip().lower()
    if not _SUBJECT.fullmatch(subject):
        raise WordsWrong(f"{words!r} names no bioRxiv subject; write for example biorxiv:neuroscience or biorxiv:all.")
    return Feed(words, BIORXIV + quote(re.sub(r"[ -]", "_", subject)))


def _sample(words: str) -> Feed:
    if words.lower() != "sample:":
        raise WordsWrong(f"{words!r} names no source; the sample is written sample: with nothing after it.")
    return Feed("sample:", "sample:")


_PRESETS = {"arxiv": _arxiv, "huggingface": _hugging_face, "biorxiv": _biorxiv, "sample": _sample}


@lru_cache(1024)
def mask(address: str) -> str:
    """The address as it may be shown: names and passwords before `@`, and the values of secret-looking keys, as `…`.

    `https://me:pw@host/feed?token=abc&page=2` → `https://…@host/feed?token=…&page=2`. Masking twice changes nothing.
    """
    if not _SCHEME.match(address) or "//" not in address:
        return address
    scheme, _, rest = address.partition("//")
    end = min((i for i in (rest.find(c) for c in "/?#") if i >= 0), default=len(rest))
    host, path = rest[:end], rest[end:]
    if "@" in host:
        host = "…@" + host.rpartition("@")[2]
    query = min((i for i in (path.find(c) for c in "?#") if i >= 0), default=len(path))
    return f"{scheme}//{host}{path[:query]}{_PAIR.sub(_masked, path[query:])}"


def _masked(found: re.Match[str]) -> str:
    return f"{found[1]}=…" if found[2] and _SECRET.search(unquote(found[1]).lower()) else found[0]
