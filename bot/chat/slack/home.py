"""A post → the App Home's view. Pure."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from bot.chat.slack.blocks import Sheet, blocks
from bot.model import Line, Post

FIRST, LAST = Sheet(60, 24_000), Sheet(40, 16_000)
"""What a person comes for, and the help below it: a Home holds 100 blocks."""


def home(post: Post) -> dict[str, Any]:
    """What can be pressed stands with what it is about, not below the closing help.

    https://docs.slack.dev/reference/views/home-tab-views
    """
    closing = blocks(Post(Line(()), post.closing), LAST) if post.closing else []
    return {"type": "home", "callback_id": "home", "blocks": [*blocks(replace(post, closing=()), FIRST), *closing]}
