"""Characters: keeps what a person can see, in one canonical form (NFC). Knows nothing of TeX or HTML."""

from __future__ import annotations

import re
import unicodedata

MARKS = 4
"""Combining marks that one letter may carry: Vietnamese needs two, Hebrew and phonetic script up to four."""

_GAPS = frozenset("\t\n\v\f\r\x1c\x1d\x1e\x1f\x85\u2028\u2029\u2800\u3164\u115f\u1160\uffa0")
_LOOSE = re.compile(rf"[^\w\s\x00-\u02ff]{{{MARKS + 1},}}")
_LIGATURES = range(0xFB00, 0xFB07)
_STYLED = range(0x1D400, 0x1D800)
_ODD = re.compile("[\u115f\u1160\u2800\u3164\uffa0\ufb00-\ufb06\U0001d400-\U0001d7ff]")
"""What `str.isprintable` lets pass and `_seen` changes: blanks that look like nothing, ligatures, styled letters."""
_JOINERS = "\u200c\u200d"  # Persian and Indic spelling and emoji families need them


def _seen(char: str) -> str:
    if char in _GAPS:
        return " "
    if char in _JOINERS:
        return char
    kind = unicodedata.category(char)
    if kind in ("Cc", "Cf", "Cs", "Co") or (ord(char) & 0xFFFE) == 0xFFFE or 0xFDD0 <= ord(char) <= 0xFDEF:
        return ""
    if kind in ("Zs", "Zl", "Zp"):
        return " "
    return unicodedata.normalize("NFKC", char) if ord(char) in _LIGATURES or ord(char) in _STYLED else char


class _Table(dict[int, str]):
    """What `str.translate` asks; remembers the first few thousand characters, which is all of ordinary text."""

    def __missing__(self, code: int) -> str:
        seen = _seen(chr(code))
        if len(self) < 4096:
            self[code] = seen
        return seen


_TABLE = _Table()


def _bounded(found: re.Match[str]) -> str:
    kept: list[str] = []
    marks = 0
    for char in found[0]:
        marks = marks + 1 if unicodedata.category(char) in ("Mn", "Me") else 0
        if marks <= MARKS:
            kept.append(char)
    return "".join(kept)


def visible(text: str) -> str:
    """Drop what cannot be seen: controls, NULs, lone surrogates, direction overrides, zero-width characters.

    Line breaks and odd spaces become spaces, ligatures and styled mathematical letters plain ones, floods of combining
    marks at most `MARKS` a letter (before NFC, whose reordering of marks takes quadratic time). Never raises; linear.
    """
    if not text.isprintable() or _ODD.search(text):  # most texts are as they should be, and are only looked at
        text = text.translate(_TABLE)
    if text.isascii():
        return text
    return unicodedata.normalize("NFC", _LOOSE.sub(_bounded, text))
