"""What Slack and Discord would be sent for a post, as plain data, so that the local channel can show it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.model import Post
from bot.web.seen import Lay


def slack(post: Post) -> dict[str, Any]:
    """A message for `chat.postMessage`."""
    from bot.chat.slack.blocks import blocks, fallback  # with slack-sdk: half a second, once somebody looks

    return {"text": fallback(post), "blocks": blocks(post)}


def discord(post: Post) -> dict[str, Any]:
    """A message for Discord's channel endpoint; `opens` beside a button is what our adapter answers a press with."""
    from bot.chat.discord.embeds import show

    shown = show(post)
    embed = {"title": shown.title, "url": shown.url, "description": shown.description}
    told = {key: value for key, value in embed.items() if value} | {"color": shown.colour}
    sent: dict[str, Any] = {"content": shown.content} if shown.content else {"embeds": [told]}
    rows = [shown.buttons[at : at + 5] for at in range(0, len(shown.buttons), 5)]
    components = [{"type": 1, "components": [_button(one.label, one.action, one.style) for one in row]} for row in rows]
    for menu in shown.menus:
        options = [{"label": label, "value": action} for label, action in menu.options]
        select = {"type": 3, "custom_id": menu.id, "placeholder": menu.placeholder, "options": options}
        components.append({"type": 1, "components": [select]})
    return sent | {"components": components, "allowed_mentions": {"parse": []}}


_STYLES = {"primary": 1, "plain": 2, "danger": 4}


def _button(label: str, action: str, style: str) -> dict[str, Any]:
    from bot.chat.discord.menus import unfolded

    made = {"type": 2, "style": _STYLES[style], "label": label, "custom_id": action}
    opens = [(one.label, one.action) for one in unfolded(action)]
    return made | ({"opens": opens} if opens else {})


LOOKS: Mapping[str, Lay] = {"slack": slack, "discord": discord}
