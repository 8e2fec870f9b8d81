"""Plain readable text from what feeds send: HTML, entities, TeX and half-converted mixtures of them.

The table of what real papers hold is the last section of the facts we keep; `tests/unit/test_text.py` is that table.
"""

from __future__ import annotations

import re

from bot.sources.tags import decoded, untagged
from bot.sources.tex import detexed
from bot.sources.visible import visible

LONGEST = 1_000_000
"""Characters that are read of one text; the longest abstracts of arXiv have about 2,000."""

_TIMES = re.compile(r"(?<=[0-9])times(?![a-z])")
_GLUED = re.compile(r"""(?<=[^\s(\[{<"'“‘/=|@+&?#%~_-])(?=https?://[A-Za-z0-9])""")
_ACRONYM = re.compile(r"(?<=[a-z]{3})\((?=[A-Z][A-Za-z]{0,20}[A-Z][A-Za-z]{0,20}\))")
_STRAY = re.compile(r" ([,.;])(?=\s|$)")
_NAME = re.compile(r"[A-Za-zÀ-ÖØ-öø-ɏ][A-Za-z.À-ÖØ-öø-ɏ]*+(?:[ -][A-Za-zÀ-ÖØ-öø-ɏ][A-Za-z.À-ÖØ-öø-ɏ]*+)*+")
"""Words with nothing in them that could be markup, as nearly all names of people are."""


def plain(markup: str) -> str:
    """One line of readable text: no HTML, no TeX, no invisible characters, single spaces.

    `48.4\\%` → `48.4%`, `$10^{-3}$` → `10⁻³`, `<b>x</b>` → `x`, `&amp;lt;` → `&lt;` (entities are decoded once),
    `Models(SSMs)` → `Models (SSMs)`, `2.5times` (Hugging Face drops backslashes) → `2.5×`. Never raises, takes linear
    time, reads `LONGEST` characters at most.
    """
    if _NAME.fullmatch(markup[:LONGEST]):
        return markup[:LONGEST]
    text = visible(markup[:LONGEST])
    if "<" in text or "]]>" in text:
        text = untagged(text)
    if "&" in text:
        text = visible(decoded(text))
    return _spaced(detexed(text))


def _spaced(text: str) -> str:
    """Words apart where they were glued, together where they were torn; each pattern only where it can be found."""
    if "http" in text:
        text = _GLUED.sub(" ", text)
    if "times" in text:
        text = _TIMES.sub("×", text)
    if "(" in text:
        text = _ACRONYM.sub(" (", text)
    text = " ".join(visible(text).split())
    return _STRAY.sub(r"\1", text) if " ," in text or " ." in text or " ;" in text else text


def shortened(text: str, longest: int) -> str:
    """At most `longest` characters, cut between words, with an ellipsis where something is missing."""
    if len(text) <= longest:
        return text
    cut = text[: longest - 1]
    return (cut.rsplit(" ", 1)[0] if " " in cut[longest // 2 :] else cut).rstrip(" ,.;:") + "…"
