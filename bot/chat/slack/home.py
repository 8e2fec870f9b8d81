"""A post → the App Home's view. Pure."""

from __future__ import annotations

from typing import Any

from bot.chat.slack.blocks import VIEW, blocks
from bot.model import Post


def home(post: Post) -> dict[str, Any]:
    """https://docs.slack.dev/reference/views/home-tab-views"""
    return {"type": "home", "callback_id": "home", "blocks": blocks(post, VIEW)}
