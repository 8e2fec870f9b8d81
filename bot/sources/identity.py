"""Who a paper is: arXiv id without version, else DOI, else the guid within its feed, else the link.

Every further id that was seen is an alias, so that the same paper from two feeds is one paper. A link is an alias only
where it belongs to one entry alone: a feed whose entries share a link (a changelog, a home page) must not collapse into
one paper, nor be silent for ever after its first post. So no link counts that is a site's front page, that is the
feed's own, that two entries of the reading share, or that is the only entry's and differs from its guid.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import parse_qsl, quote, unquote, urlencode, urljoin, urlsplit

from bot.model import Feed
from bot.sources.address import mask
from bot.sources.visible import visible

LONGEST = 500
"""Characters of an id; longer ones end in a digest of the whole."""

_NEW = r"\d{4}\.\d{4,5}"  # https://info.arxiv.org/help/arxiv_identifier.html
_OLD = r"[a-z]{2,8}(?:-[a-z]{2,4})?(?:\.[A-Z]{2})?/\d{7}"
_ARXIV = re.compile(
    rf"(?:^|oai:)arxiv(?:\.org)?:({_NEW}|{_OLD})(?:v(\d{{1,3}}))?(?!\d)"
    rf"|(?:^|//|\.)arxiv\.org/(?:abs|pdf|html|format|ps|e-print)/({_NEW}|{_OLD})(?:v(\d{{1,3}}))?(?!\d)"
    rf"|(?:^|//)(?:www\.)?(?:huggingface\.co|hf\.co)/papers/({_NEW})(?:v(\d{{1,3}}))?(?!\d)"
    rf"|\b10\.48550/arxiv\.({_NEW}|{_OLD})(?:v(\d{{1,3}}))?(?!\d)",
    re.IGNORECASE,
)
_BARE = re.compile(rf"({_NEW}|{_OLD})(?:v(\d{{1,3}}))?", re.IGNORECASE)
_DOI = re.compile(
    r"^(?:doi:\s*|info:doi/|https?://(?:dx\.|www\.)?doi\.org/|https?://[\w.-]{3,80}/doi/(?:abs/|full/|pdf/|epdf/)?)?(10\.\d{4,9}/\S{1,200})$",
    re.IGNORECASE,
)
_BIORXIV = re.compile(
    r"//(?:www\.|connect\.)?(?:bio|med)rxiv\.org/(?:content/(?:early/[\d/]+/)?(10\.\d{4,9}/[\w.]+?)|cgi/content/short/([\w.]+?))"
    r"(?:v(\d{1,3}))?(?:\.(?:full|short|abstract|article)[\w.-]*)?(?:[?#].*)?$"
)
_TRACKING = re.compile(r"utm_\w+|fbclid|gclid|mc_[ce]id|ref_?src|rss|source|cmp", re.IGNORECASE)

_SIMPLE = re.compile(r"https?://[a-z0-9][a-z0-9.-]*+(?::[0-9]{1,4})?(?:/[A-Za-z0-9._~+,/-]*+)?")
"""A link that comes out as it went in, whatever its base: most do."""


@dataclass(frozen=True, slots=True)
class Names:
    """All that an entry is called: `guid` by its feed, `link` a person's page, `others` DOIs and further links."""

    guid: str = ""
    link: str = ""
    others: tuple[str, ...] = ()
    words: str = ""
    """Its title: what tells it from its neighbours where a feed gives neither guid nor link of its own."""


@dataclass(frozen=True, slots=True)
class Identity:
    """A paper's id, its other ids, and the version that any of them carries."""

    id: str
    aliases: tuple[str, ...] = ()
    version: int | None = None


def arxiv_id(text: str) -> tuple[str, int | None] | None:
    """(`2608.01234`, version) from an id or address that is arXiv's, however it is written; None for any other."""
    found = _ARXIV.search(text[:2000])
    if not found:
        return None
    name, version = next((found[i], found[i + 1]) for i in (1, 3, 5, 7) if found[i])
    return _canonical(name), int(version) if version else None


def bare_arxiv_id(text: str) -> tuple[str, int | None] | None:
    """The same from an id that stands alone, `2608.01234v2`."""
    found = _BARE.fullmatch(text.strip()[:60])
    return (_canonical(found[1]), int(found[2]) if found[2] else None) if found else None


def _canonical(name: str) -> str:
    """`math.GT/0309136` and `math/0309136` are one paper; arXiv itself drops the subject class."""
    return re.sub(r"\.[a-z]{2}/", "/", name.lower())


def doi(text: str) -> tuple[str, int | None] | None:
    """(`10.1101/743294`, version) in lower case, from `doi:…`, a doi.org address, a bare DOI or a bioRxiv address."""
    text = unquote(text.strip()[:2000])
    if found := _BIORXIV.search(text):
        return (found[1] or f"10.1101/{found[2]}").lower(), int(found[3]) if found[3] else None
    found = _DOI.match(text)
    return (found[1].rstrip(".,;").lower(), None) if found else None


def web(link: str, base: str = "") -> str | None:
    """An absolute http(s) address fit to be shown and clicked, or None (`javascript:`, relative without a base, …).

    Nobody's name and password stand in it: those of the feed's address are ours, others hide which host it is.
    """
    if len(link) < 8000 and _SIMPLE.fullmatch(link):
        return link
    link = re.sub(r"\s", "", visible(link).strip()) if len(link) < 8000 else ""
    try:
        parts = urlsplit(urljoin(base.partition("?")[0], link) if base else link)
    except ValueError:
        return None
    fine = link and parts.scheme.lower() in ("http", "https") and parts.hostname
    whole = parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()
    return re.sub(r"[<>\"{}|\\^`]", lambda c: f"%{ord(c[0]):02X}", whole) if fine else None


@lru_cache(1024)  # each link of a reading is asked about four times
def normalised(link: str) -> str:
    """One form for one page: https, host in lower case, no fragment, no tracking keys, no slash at the end."""
    try:
        parts = urlsplit(link)
        port = f":{parts.port}" if parts.port not in (None, 80, 443) else ""
    except ValueError:
        return link
    pairs = [(k, v) for k, v in parse_qsl(parts.query, keep_blank_values=True) if not _TRACKING.fullmatch(k)]
    query = f"?{urlencode(pairs)}" if pairs else ""
    fragment = f"#{parts.fragment}" if parts.fragment.startswith(("!", "/")) else ""  # pages that live in the fragment
    return f"https://{(parts.hostname or '').removeprefix('www.')}{port}{parts.path.rstrip('/')}{query}{fragment}"


def _short(id: str) -> str:
    tidy = " ".join(visible(id).split())
    return tidy if len(tidy) <= LONGEST else f"{tidy[: LONGEST - 65]}~{hashlib.sha256(tidy.encode()).hexdigest()}"


_OURS = "paper-round:"
"""How another Paper Round's feed writes an id that is neither arXiv's nor a DOI."""


def uri(id: str) -> str:
    """A paper's id as an address (RFC 3986) that names it anywhere; `identity` reads every one of them back."""
    kind, _, rest = id.partition(":")
    if kind == "arxiv":
        return f"https://arxiv.org/abs/{quote(rest.encode('utf-8', 'replace'), safe='/.')}"
    if kind == "doi":
        return f"https://doi.org/{quote(rest.encode('utf-8', 'replace'), safe='/.:;()')}"
    return _OURS + quote(id.encode("utf-8", "replace"), safe="")


def _from_uri(guid: str) -> str | None:
    """The id that another Paper Round has written so."""
    named = unquote(guid.removeprefix(_OURS)) if guid.startswith(_OURS) else ""
    return named if named.startswith(("guid:", "url:")) else None


def _home(link: str) -> bool:
    parts = urlsplit(link)
    return parts.path.strip("/") == "" and not parts.query and not parts.fragment


def telling(entries: Iterable[Names], feed_link: str = "", *, total: int | None = None) -> frozenset[str]:
    """The normalised links that each belong to one entry alone, so that they may stand for it.

    `total` is how many entries there are, if not all of them are given.
    """
    entries = list(entries)
    links = Counter(normalised(e.link) for e in entries if e.link)
    own = normalised(feed_link) if feed_link else ""
    one = entries[0] if entries and (total or len(entries)) == 1 else Names()
    lone = one.guid and normalised(one.guid) != normalised(one.link)
    return frozenset(link for link, n in links.items() if n == 1 and link != own and not _home(link) and not lone)


def identity(names: Names, feed: Feed, telling: frozenset[str]) -> Identity | None:
    """The entry's id and aliases; None when nothing of it can be named."""
    ids: dict[str, None] = {}
    versions: list[int] = []
    texts: Sequence[str] = [t for t in (names.guid, names.link, *names.others) if t]
    for kind, reader in (("arxiv", arxiv_id), ("doi", doi)):
        for text in texts:
            if (found := reader(text)) and not (kind == "doi" and found[0].startswith("10.48550/arxiv.")):
                ids.setdefault(_short(f"{kind}:{found[0]}"))
                versions += [found[1]] if found[1] else []
    if ours := _from_uri(names.guid):
        ids.setdefault(_short(ours))
    elif names.guid and not (arxiv_id(names.guid) or doi(names.guid)):
        ids.setdefault(_short(f"guid:{mask(feed.address)}#{names.guid}"))
    if names.link and normalised(names.link) in telling and not (arxiv_id(names.link) or doi(names.link)):
        ids.setdefault(_short(f"url:{mask(normalised(names.link))}"))
    if not ids and names.words:
        ids[f"guid:{mask(feed.address)}#{hashlib.sha256(names.words.encode()).hexdigest()[:32]}"] = None
    if not ids:
        return None
    first, *rest = ids
    return Identity(first, tuple(rest), max(versions, default=None))


_TYPED = re.compile(r"https?://[^\s<>\"|]{4,2000}|\S{4,500}")


def mentioned(text: str) -> tuple[str, ...]:
    """The ids that a text names, by id, DOI or link, in the order they stand; at most five.

    >>> mentioned("see https://huggingface.co/papers/2608.01234, and 10.1101/743294")
    ('arxiv:2608.01234', 'doi:10.1101/743294')
    """
    found: dict[str, None] = {}
    for match in _TYPED.finditer(text[:10_000]):
        if (one := _mentioned(match.group().strip("<>()[],;\"'").rstrip("."))) is not None:
            found.setdefault(one)
    return tuple(found)[:5]


def _mentioned(word: str) -> str | None:
    bare = word.removeprefix("arXiv:").removeprefix("arxiv:")
    if number := arxiv_id(word) or bare_arxiv_id(bare):
        return f"arxiv:{number[0]}"
    if article := doi(word):
        return f"doi:{article[0]}"
    if word.startswith(("http://", "https://")):
        return _short(f"url:{mask(normalised(word))}")
    return word if word.startswith(("guid:", "url:")) else None
