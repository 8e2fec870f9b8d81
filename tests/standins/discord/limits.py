"""What Discord refuses in a message, a thread or a command, by its documents; and what we never want to send.

https://docs.discord.com/developers/resources/message, …/components/reference, …/interactions/application-commands
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

Payload = dict[str, Any]


def units(text: str) -> int:
    """The strictest way to count: UTF-16."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def message(payload: Payload) -> list[str]:
    """What is wrong with a message; empty when Discord would take it."""
    return [*_texts(payload), *_mentions(payload), *_embeds(payload.get("embeds") or []), *_components(payload)]


def thread(payload: Payload) -> list[str]:
    """What is wrong with a new thread."""
    name, wrong = payload.get("name", ""), []
    if not 1 <= units(name) <= 100 or not name.strip():
        wrong.append(f"name: {units(name)} characters")
    if payload.get("auto_archive_duration") not in (None, 60, 1440, 4320, 10080):
        wrong.append("auto_archive_duration: not one of 60, 1440, 4320, 10080")
    return wrong + list(_unsendable("name", name))


def commands(payload: list[Payload]) -> list[str]:
    """What is wrong with a list of global commands."""
    return [problem for command in payload for problem in _command(command)]


def _command(command: Payload) -> Iterator[str]:
    if not re.fullmatch(r"[-_\w]{1,32}", command["name"]) or command["name"] != command["name"].lower():
        yield f"name {command['name']!r}"
    if not 1 <= len(command.get("description", "")) <= 100:
        yield f"description of {command['name']}"
    options = command.get("options") or []
    if len(options) > 25 or len({option["name"] for option in options}) < len(options):
        yield f"options of {command['name']}"
    for option in options:
        yield from _command(option)


def _texts(payload: Payload) -> Iterator[str]:
    content = payload.get("content") or ""
    if units(content) > 2000:
        yield f"content: {units(content)} characters"
    if not content.strip() and not payload.get("embeds"):
        yield "Cannot send an empty message"
    if len(str(payload.get("nonce", ""))) > 25:
        yield "nonce: more than 25 characters"
    yield from _unsendable("content", content)


def _mentions(payload: Payload) -> Iterator[str]:
    if payload.get("allowed_mentions", {}).get("parse") != []:
        yield "allowed_mentions: strangers' text could ping people"


def _embeds(embeds: list[Payload]) -> Iterator[str]:
    if len(embeds) > 10:
        yield "embeds: more than 10"
    if sum(units(e.get(part, "")) for e in embeds for part in ("title", "description")) > 6000:
        yield "embeds: more than 6000 characters together"
    for embed in embeds:
        for part, most in (("title", 256), ("description", 4096)):
            if part in embed and (units(embed[part]) > most or not embed[part].strip()):
                yield f"embeds.{part}: {units(embed[part])} characters"
            yield from _unsendable(part, embed.get(part, ""))
        if not embed.get("title") and not embed.get("description"):
            yield "embeds: one is empty"
        if "url" in embed:
            yield from _url(embed["url"], 2048)


def _components(payload: Payload) -> Iterator[str]:
    rows = payload.get("components") or []
    buttons = [button for row in rows for button in row["components"]]
    ids = [button["custom_id"] for button in buttons if "custom_id" in button]
    if len(rows) > 5 or any(row["type"] != 1 or not 1 <= len(row["components"]) <= 5 for row in rows):
        yield "components: five rows of one to five buttons"
    if len(set(ids)) < len(ids):
        yield "components: a custom_id is there twice"
    for button in buttons:
        yield from _button(button)


def _button(button: Payload) -> Iterator[str]:
    if not 1 <= units(button.get("label") or "") <= 80:
        yield f"label {button.get('label')!r}"
    if button["style"] == 5:
        yield from _url(button.get("url", ""), 512)
    elif not 1 <= units(button.get("custom_id", "")) <= 100 or "url" in button:
        yield f"custom_id {button.get('custom_id')!r}"


def _url(url: str, most: int) -> Iterator[str]:
    if not re.match(r"https?://[^/\s]", url) or len(url) > most:
        yield f"url: not a well formed URL ({url[:60]!r})"


def _unsendable(place: str, text: str) -> Iterator[str]:
    if re.search(r"[\x00-\x08\x0b-\x1f\ud800-\udfff\u202a-\u202e\u2066-\u2069]", text):
        yield f"{place}: characters that nobody can show"
