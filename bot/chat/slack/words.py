"""Slack's payloads → Ask and Press. Pure; a payload's values are words of a stranger, to be checked by whoever acts.

The channel's workspace is the one the bot is installed in, whatever a payload says: in a channel shared with another
company a press carries that company's.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from bot.model import Ask, Channel, Press

UMBRELLA = "papers"
"""`/papers subscribe …` is `/subscribe …`: another app in the workspace may own the short word."""
LINKS = 5
"""Links of one message that are looked at."""

_LINK = re.compile(r"<((?:https?://|mailto:|[@#!])[^<>\s|]*)(?:\|([^<>]*))?>")
"""How Slack writes links and mentions in what a person typed.
https://docs.slack.dev/messaging/formatting-message-text/#retrieving-messages
"""
_ADDRESS = re.compile(r"https?://[^\s<>|]+")


def asked(command: Mapping[str, Any], team: str) -> Ask:
    """A slash command's payload. https://docs.slack.dev/interactivity/implementing-slash-commands/"""
    verb, words = str(command["command"]).lstrip("/").lower(), typed(str(command.get("text") or ""))
    return spoken(channel(team, command["channel_id"]), f"slack:{command['user_id']}", verb, words)


def spoken(where: Channel, person: str, verb: str, words: str) -> Ask:
    """Words after a command; after `/papers` the first of them is the command."""
    if verb == UMBRELLA:
        verb, words = (*words.split(None, 1), "", "")[:2]
    return Ask(where, person, verb.lower() or "help", words.strip())


def pressed(body: Mapping[str, Any]) -> str:
    """The action of a button or a menu; nothing when it carries none of ours.

    https://docs.slack.dev/reference/interaction-payloads/block_actions-payload/
    """
    act = body["actions"][0]
    return str(act.get("value") or (act.get("selected_option") or {}).get("value") or "")


def press(body: Mapping[str, Any], team: str) -> Press | None:
    """A press in a message; None when it carries no action of ours or stands in no channel."""
    action = pressed(body)
    place = (body.get("channel") or {}).get("id") or (body.get("container") or {}).get("channel_id")
    return Press(channel(team, place), f"slack:{body['user']['id']}", action) if action and place else None


def pointed(body: Mapping[str, Any], team: str) -> Ask:
    """A message shortcut's payload: which paper is this about, and where is it discussed?

    https://docs.slack.dev/reference/interaction-payloads/shortcuts-interaction-payload/
    """
    message = body.get("message") or {}
    return Ask(
        channel(team, body["channel"]["id"]),
        f"slack:{body['user']['id']}",
        "find",
        " ".join(links(message)),
        message=str(message.get("thread_ts") or message.get("ts") or body.get("message_ts") or "") or None,
    )


def mentioned(event: Mapping[str, Any], team: str) -> Ask:
    """The bot's name in a message: in a thread a question for its paper, else words as after `/papers`.

    https://docs.slack.dev/reference/events/app_mention/
    """
    where, person = channel(team, event["channel"]), f"slack:{event['user']}"
    if event.get("thread_ts"):
        return Ask(where, person, "find", " ".join(links(event)), message=str(event["thread_ts"]))
    words = typed(re.sub(r"^\s*<@[A-Z0-9]+(?:\|[^<>]*)?>", "", str(event.get("text") or "")))
    return spoken(where, person, UMBRELLA, words)


def links(message: Mapping[str, Any]) -> list[str]:
    """The web addresses in a message, its text's and its blocks', each once."""
    found = _ADDRESS.findall(str(message.get("text") or "").replace("&amp;", "&"))
    return list(dict.fromkeys([*found, *_linked(message.get("blocks"))]))[:LINKS]


def _linked(thing: Any) -> Iterator[str]:
    """The links of rich text, however deep."""
    if isinstance(thing, list):
        for item in thing:
            yield from _linked(item)
    elif isinstance(thing, dict):
        if thing.get("type") == "link" and _ADDRESS.fullmatch(str(thing.get("url") or "")):
            yield str(thing["url"])
        yield from _linked(thing.get("elements"))


def channel(team: str, place: object) -> Channel:
    return Channel("slack", f"{team}/{place}")


def typed(text: str) -> str:
    """What a person typed, without what Slack made of it: links, `&amp;`; people are named by their ids (`@U1`)."""
    plain = _LINK.sub(_as_typed, text)
    return plain.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&").strip()


def _as_typed(link: re.Match[str]) -> str:
    target, label = link[1], link[2]
    if target[0] == "@":
        return target
    if target[0] in "#!":
        return ("@" if target[0] == "!" else target[0]) + (label or target[1:]).lstrip("@#")
    return label or target.removeprefix("mailto:")
