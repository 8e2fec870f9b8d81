"""Slack's payloads → Ask and Press. Pure; a payload's values are words of a stranger, to be checked by whoever acts."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from bot.model import Ask, Channel, Press

UMBRELLA = "papers"
"""`/papers subscribe …` is `/subscribe …`: another app in the workspace may own the short word."""

_LINK = re.compile(r"<((?:https?://|mailto:|[@#!])[^<>\s|]*)(?:\|([^<>]*))?>")
"""How Slack writes links and mentions in what a person typed.
https://docs.slack.dev/messaging/formatting-message-text/#retrieving-messages
"""


def asked(command: Mapping[str, Any]) -> Ask:
    """A slash command's payload. https://docs.slack.dev/interactivity/implementing-slash-commands/"""
    channel = Channel("slack", f"{command['team_id']}/{command['channel_id']}")
    verb = str(command["command"]).lstrip("/").lower()
    words = typed(str(command.get("text") or ""))
    if verb == UMBRELLA:
        verb, words = (*words.split(None, 1), "", "")[:2]
    return Ask(channel, f"slack:{command['user_id']}", verb.lower() or "help", words.strip())


def pressed(body: Mapping[str, Any]) -> Press | None:
    """A button's or a menu's payload; None when it carries no action of ours or stands in no channel.

    https://docs.slack.dev/reference/interaction-payloads/block_actions-payload/
    """
    act = body["actions"][0]
    value = act.get("value") or (act.get("selected_option") or {}).get("value")
    place = (body.get("channel") or {}).get("id") or (body.get("container") or {}).get("channel_id")
    team = (body.get("team") or {}).get("id") or body["user"].get("team_id")
    if not value or not place or not team:
        return None
    return Press(Channel("slack", f"{team}/{place}"), f"slack:{body['user']['id']}", str(value))


def typed(text: str) -> str:
    """What a person typed, without what Slack made of it: links, mentions, `&amp;`."""
    plain = _LINK.sub(_as_typed, text)
    return plain.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&").strip()


def _as_typed(link: re.Match[str]) -> str:
    target, label = link[1], link[2]
    if target[0] in "@#!":
        return ("@" if target[0] == "!" else target[0]) + (label or target[1:]).lstrip("@#")
    return label or target.removeprefix("mailto:")
