"""What a browser sees: papers by day, one paper, and the local channels as a chat. Reads the store, writes messages.

Everything works without JavaScript; the script only makes it live. The pages are loaded when they are first asked for:
a bot that serves Slack and Discord alone shows figures to programs, and needs no templates.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bot.web.pages import app
    from bot.web.port import Served, serve

__all__ = ["Served", "app", "serve"]

_WHERE = {"app": "bot.web.pages", "Served": "bot.web.port", "serve": "bot.web.port"}


def __getattr__(name: str) -> Any:
    if name not in _WHERE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_WHERE[name]), name)
