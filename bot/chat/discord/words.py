"""A command's options → the words that people type on any platform. Pure."""

from __future__ import annotations

from collections.abc import Mapping

PERSONAL = "me"
"""The first word of what is meant for the person's own messages."""


def subscribing(rule: str, options: Mapping[str, object], *, mine: bool = False) -> str:
    """`mode:daily at:09:00 rule`: the options first, where no quote that was left open can swallow them.

    >>> subscribing("mamba", {"mode": "daily", "at": "9:00", "max": None})
    'mode:daily at:9:00 mamba'
    """
    given = (f"{name}:{_word(name, value)}" for name, value in options.items() if value not in (None, ""))
    return " ".join([*([PERSONAL] if mine else []), *given, rule.strip()]).strip()


def _word(name: str, value: object) -> str:
    """One word: `New York` is `New_York`, `mon, wed` is `mon,wed`."""
    return ("_" if name == "tz" else "").join(str(value).split())
