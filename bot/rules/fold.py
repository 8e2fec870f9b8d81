"""Text to words that can be compared: where they stand, what family they belong to, what capitals they carry.

The same functions read rules and papers, so what folds together on one side folds together on the other.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

import Stemmer

from bot.rules.spelling import GREEK, LETTERS, american, apart

WORD = re.compile(
    r"[0-9]+(?:\.[0-9]+)+"  # 4.5 is one number, and 2.5times a number and a word
    r"|[cC]\+\+|[CFcf]\#(?!\w)"  # languages whose names are not only letters
    r"|[^\W_]+(?:['’](?:s|t|re|ve|ll|d|m)(?![^\W_]))?"
)
"""One word of a text; whatever stands between words only separates them."""

PIECE = re.compile(WORD.pattern + r"|(?:[^\w\s]|_)+")
"""A word, or a run of signs between words."""

_UNSEEN = "\u00ad\u200b\u200c\u200d\u2060\ufeff\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
_COMBINING = "\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f"
_TEX = r"""(?P<tex>(?:\{\\|\\)(?:
            (?P<mark>["'`^~=.]|[uvHtcdbkr](?![A-Za-z]))\s*(?:\{\\?(?P<braced>[A-Za-z])\}|\\?(?P<bare>[A-Za-z]))\}?
          | (?P<name>ss|ae|AE|oe|OE|aa|AA|o|O|l|L|i|j|[a-z]{2,7})(?![A-Za-z])\}?[ ]?
        ))"""
_ACCENT = re.compile(_TEX, re.VERBOSE)
_MARKED = re.compile(f"[{_COMBINING}{_UNSEEN}]")
_ODD = re.compile(rf"{_TEX} | [^\W_]?[{_COMBINING}{_UNSEEN}]+", re.VERBOSE)
"""What is not the letters it stands for: TeX accents, marks apart from their letters, characters without a width."""
_MARKS = {
    '"': "\u0308", "'": "\u0301", "`": "\u0300", "^": "\u0302", "~": "\u0303", "=": "\u0304", ".": "\u0307",
    "u": "\u0306", "v": "\u030c", "H": "\u030b", "c": "\u0327", "d": "\u0323", "b": "\u0331", "k": "\u0328",
    "r": "\u030a", "t": "",
}  # fmt: skip
_NAMED = {
    "ss": "ß", "ae": "æ", "AE": "Æ", "oe": "œ", "OE": "Œ", "aa": "å", "AA": "Å", "o": "ø", "O": "Ø", "l": "ł",
    "L": "Ł", "i": "i", "j": "j",
} | {name: letter for letter, name in GREEK.items() if letter not in "ςϵϕµ"}  # fmt: skip
_CAPITALS = re.compile(r"[^\W\d_]*[A-Z][^\W\d_]*[A-Z][^\W\d_]*")
_BREAKS = frozenset(".,;:!?()[]|")
_HYPHENS = "-‐‑‒–−"
_STOPS = (
    "a all an and any are as at be by can for from has have her his i if in into is it its may no not of on or our "
    "so some such than that the their them they this to us was we were what when which who will with you your "
)
STOPS = frozenset(_STOPS.split())
"""Words that hold sentences together: `in formal` is never *informal*."""


LONGEST = 64
"""Letters of a word that count: longer ones are no words, and may be meant to keep us busy."""

Places = list[tuple[int, int]]
"""For each character of a cleaned text, the characters of the text as given that it came from."""


@dataclass(frozen=True, slots=True)
class Token:
    """A word of a text. `text[start:end]` is it as written, `low` folded, `family` stemmed, `caps` its capitals.

    `gap` says what stands before it: "" at the start or after punctuation, " " nothing or space, "-" a hyphen,
    "~" quotes, slashes and the like.
    """

    start: int
    end: int
    low: str
    family: str
    caps: str
    gap: str = ""


def tokens(text: str) -> tuple[Token, ...]:
    """The words of a text in order, with their places in the text as given."""
    plain, at = clean(text)
    return tuple(_tokens(plain, at))


def _tokens(plain: str, at: Places | None) -> Iterator[Token]:
    gap = ""
    for found in PIECE.finditer(plain):
        piece = found.group()
        kind = between(piece)
        if kind is not None:
            gap = kind if gap == " " else min(gap, kind, key=_LOOSEST.index)
            continue
        start, end = found.span()
        places = (at[start][0], at[end - 1][1]) if at else (start, end)
        yield Token(*places, *forms(piece), gap)
        gap = " "


_LOOSEST = ("", "~", "-", " ")


def between(piece: str) -> str | None:
    """What a run of signs between words does to them (see `Token.gap`); None for a word."""
    if piece[0].isalnum():
        return None
    if not piece.strip(_HYPHENS):
        return "-"
    return "" if any(c in _BREAKS for c in piece) else "~"


def folded(word: str) -> tuple[str, str, str]:
    """A word as written → (folded, family, capitals or "")."""
    if word[1:].islower() and word.isascii() and word.isalpha() and len(word) <= LONGEST:
        low, caps = word.lower(), ""  # most words: nothing to undo
    else:
        low, caps = _low(word)
    return low, _stem(american(low)), caps


def _low(word: str) -> tuple[str, str]:
    """Any word folded, the plural of an acronym as its singular, and its capitals."""
    low, caps = fold(word), capitals(word)
    return (low[:-1] if caps and low == caps.casefold() + "s" else low), caps


forms = lru_cache(maxsize=1 << 13)(folded)
"""`folded`, remembered: texts have few words. Some 3 MB; engines remember their papers' words themselves."""


def folded_all(words: Sequence[str]) -> tuple[list[str], list[str], list[str]]:
    """`folded` for many words, in fewer steps: each one's folded form, family, and capitals or ""."""
    lows, caps = [], [""] * len(words)
    for place, word in enumerate(words):
        if word[1:].islower() and word.isascii() and word.isalnum() and len(word) <= LONGEST:
            lows.append(word.lower())
        else:
            low, caps[place] = _low(word)
            lows.append(low)
    spelled = list(map(american, lows))
    stems = zip(map(apart, spelled), _ENGLISH.stemWords(spelled), strict=True)
    return lows, [own or stem for own, stem in stems], caps


def family(word: str) -> str:
    """The word family of a word as written: *Quantisation* and *quantized* are both `quantiz`."""
    return forms(word)[1]


def fold(word: str) -> str:
    """A word without case, accents, width, ligatures and possessive; no more of it than its beginning."""
    low = word[: 2 * LONGEST].casefold().replace("’", "'")
    if low.endswith("'s"):
        low = low[:-2]
    if not low.isascii():
        low = "".join(c for c in unicodedata.normalize("NFKD", low) if not unicodedata.combining(c))
        low = low.casefold().translate(LETTERS)
        low = GREEK.get(low, low)
    return low[:LONGEST]


def capitals(word: str) -> str:
    """The acronym a word may be, in capitals and singular (`LLMs` → `LLM`, `MoE` → `MOE`), or ""."""
    if word[1:].islower():
        return ""
    word = word.replace("’", "'").removesuffix("'s")
    if len(word) > LONGEST or not _CAPITALS.fullmatch(word):
        return ""
    if len(word) > 2 and word[-1] == "s" and word[-2].isupper():
        word = word[:-1]
    return word.upper()


_ENGLISH = Stemmer.Stemmer("english", 0)  # without a memory of its own: `forms` has one
"""Snowball's own C. It keeps the interpreter's lock while it works, so that threads may share it."""


def _stem(word: str) -> str:
    own = apart(word)
    if own is not None:
        return own
    stem: str = _ENGLISH.stemWord(word)
    return stem


def clean(text: str) -> tuple[str, Places | None]:
    """Text with TeX accents undone and letters composed, and where each character stood (None: where it stands)."""
    odd = _odd(text)
    if odd is None:
        return text, None
    plain: list[str] = []
    places: list[tuple[int, int]] = []
    at = 0
    for found in odd.finditer(text):
        start, end = found.span()
        piece = _undone(found)
        plain += [text[at:start], piece]
        places += [(n, n + 1) for n in range(at, start)]
        places += [(start, end)] * len(piece) if len(piece) < 2 else [(n, n + 1) for n in range(start, end)]
        at = end
    plain.append(text[at:])
    places += [(n, n + 1) for n in range(at, len(text))]
    return "".join(plain), places


def cleaned(text: str) -> str:
    """`clean` without the places."""
    odd = _odd(text)
    return text if odd is None else odd.sub(_undone, text)


def _odd(text: str) -> re.Pattern[str] | None:
    """What finds all that is odd in this text, the quickest that does; None where nothing can be."""
    if not text.isascii() and _MARKED.search(text):
        return _ODD
    return _ACCENT if "\\" in text else None


def _undone(found: re.Match[str]) -> str:
    """What an odd piece of text means: one letter, nothing, or what it is."""
    if found["tex"]:
        letter = _letter(found)
        return found.group() if letter is None else letter
    return "".join(c for c in unicodedata.normalize("NFC", found.group()) if c not in _UNSEEN)[:1]


def _letter(found: re.Match[str]) -> str | None:
    mark, base = found["mark"], found["braced"] or found["bare"]
    if mark is None:
        return _NAMED.get(found["name"])
    return unicodedata.normalize("NFC", base + _MARKS[mark])[:1]
