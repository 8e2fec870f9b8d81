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


def plain(markup: str) -> str:
    """One line of readable text: no HTML, no TeX, no invisible characters, single spaces.

    `48.4\\%` → `48.4%`, `$10^{-3}$` → `10⁻³`, `<b>x</b>` → `x`, `&amp;lt;` → `&lt;` (entities are decoded once),
    `Models(SSMs)` → `Models (SSMs)`, `2.5times` (Hugging Face drops backslashes) → `2.5×`. Never raises, takes linear
    time, reads `LONGEST` characters at most.
    """
    text = visible(markup[:LONGEST])
    if "<" in text or "]]>" in text:
        text = untagged(text)
    if "&" in text:
        text = visible(decoded(text))
    text = _GLUED.sub(" ", detexed(text))
    text = _ACRONYM.sub(" (", _TIMES.sub("×", text))
    return _STRAY.sub(r"\1", " ".join(visible(text).split()))


def shortened(text: str, longest: int) -> str:
    """At most `longest` characters, cut between words, with an ellipsis where something is missing."""
    if len(text) <= longest:
        return text
    cut = text[: longest - 1]
    return (cut.rsplit(" ", 1)[0] if " " in cut[longest // 2 :] else cut).rstrip(" ,.;:") + "…"
