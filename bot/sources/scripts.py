"""Superscripts and subscripts in Unicode, where all of it can be written so."""

from __future__ import annotations

_RAISED = str.maketrans("0123456789+-−=()n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾ⁿ")
_LOWERED = str.maketrans("0123456789+-−=()", "₀₁₂₃₄₅₆₇₈₉₊₋₋₌₍₎")


def _shifted(text: str, table: dict[int, int]) -> str | None:
    text = text.strip()
    return text.translate(table) if text and all(ord(c) in table for c in text) else None


def raised(text: str) -> str | None:
    """`-3` → `⁻³`; None when Unicode lacks a character."""
    return _shifted(text, _RAISED)


def lowered(text: str) -> str | None:
    """`2` → `₂`; None when Unicode lacks a character."""
    return _shifted(text, _LOWERED)
