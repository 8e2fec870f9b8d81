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


def modal(payload: Payload) -> list[str]:
    """What is wrong with a form. https://docs.discord.com/developers/components/reference#label"""
    return list(_modal(payload))


def _modal(payload: Payload) -> Iterator[str]:
    parts = payload.get("components") or []
    if not 1 <= units(payload.get("title") or "") <= 45 or not 1 <= units(payload.get("custom_id") or "") <= 100:
        yield f"modal: title {payload.get('title')!r} or custom_id"
    if not 1 <= len(parts) <= 5:
        yield f"modal: {len(parts)} fields"
    ids = [part["component"]["custom_id"] for part in parts if part["type"] == 18]
    if len(ids) < len(parts) or len(set(ids)) < len(ids):
        yield "modal: something that is no label, or a custom_id twice"
    for part in parts:
        if not 1 <= units(part.get("label") or "") <= 45 or units(part.get("description") or "") > 100:
            yield f"modal: label {part.get('label')!r} or its description"
        inner = part["component"]
        if inner["type"] == 3:
            yield from _select(inner)
        elif inner["type"] != 4 or not 1 <= (inner.get("max_length") or 4000) <= 4000:
            yield "modal: neither a text input nor a select, or its max_length"
        elif units(inner.get("value") or "") > (inner.get("max_length") or 4000):
            yield "modal: a value longer than it may be"


def post(payload: Payload) -> list[str]:
    """What is wrong with a forum's new post."""
    most = ["applied_tags: more than 5"] if len(payload.get("applied_tags") or []) > 5 else []
    return [*thread(payload), *message(payload.get("message") or {}), *most]


def commands(payload: list[Payload]) -> list[str]:
    """What is wrong with a list of global commands."""
    return [f"/{command['name']}: {total} characters" for command in payload if (total := _total(command)) > 8000] + [
        problem for command in payload for problem in (_menu if command.get("type") in (2, 3) else _command)(command)
    ]


def _total(part: Payload) -> int:
    """https://docs.discord.com/developers/interactions/application-commands#create-global-application-command"""
    inner = [*(part.get("options") or []), *(part.get("choices") or [])]
    own = (str(part.get(name) or "") for name in ("name", "description", "value"))
    return sum(map(len, own)) + sum(map(_total, inner))


def choices(offered: list[Payload]) -> list[str]:
    """What is wrong with the choices of an option or an autocomplete."""
    wrong = ["choices: more than 25"] if len(offered) > 25 else []
    lengths = [(units(choice.get("name", "")), len(str(choice.get("value", "")))) for choice in offered]
    return wrong + [f"choices: {pair} characters" for pair in lengths if not all(1 <= each <= 100 for each in pair)]


def _menu(command: Payload) -> Iterator[str]:
    """An entry in the menu of a person or a message."""
    if not 1 <= len(command["name"]) <= 32 or command.get("description") or command.get("options"):
        yield f"name {command['name']!r} of a menu, its description, or options"


def _command(command: Payload) -> Iterator[str]:
    if not re.fullmatch(r"[-_\w]{1,32}", command["name"]) or command["name"] != command["name"].lower():
        yield f"name {command['name']!r}"
    if not 1 <= len(command.get("description", "")) <= 100:
        yield f"description of {command['name']}"
    options = command.get("options") or []
    if len(options) > 25 or len({option["name"] for option in options}) < len(options):
        yield f"options of {command['name']}"
    yield from choices(command.get("choices") or [])
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
    if sum(units(text) for embed in embeds for _, text, _ in _parts(embed)) > 6000:
        yield "embeds: more than 6000 characters together"
    for embed in embeds:
        if len(embed.get("fields") or []) > 25:
            yield "embeds.fields: more than 25"
        for part, text, most in _parts(embed):
            if units(text) > most or not text.strip():
                yield f"embeds.{part}: {units(text)} characters"
            yield from _unsendable(part, text)
        if not any(embed.get(part) for part in ("title", "description", "fields", "image", "footer", "author")):
            yield "embeds: one is empty"
        for url in (embed.get("url"), (embed.get("author") or {}).get("url"), (embed.get("image") or {}).get("url")):
            if url is not None:
                yield from _url(url, 2048)


def _parts(embed: Payload) -> Iterator[tuple[str, str, int]]:
    """Every text of an embed, what Discord calls it, and the most characters it takes."""
    yield from ((part, embed[part], most) for part, most in (("title", 256), ("description", 4096)) if part in embed)
    for field in embed.get("fields") or []:
        yield "fields.name", field.get("name") or "", 256
        yield "fields.value", field.get("value") or "", 1024
    for part, key, most in (("footer", "text", 2048), ("author", "name", 256)):
        if part in embed:
            yield part, embed[part].get(key) or "", most


def _components(payload: Payload) -> Iterator[str]:
    rows = payload.get("components") or []
    items = [item for row in rows for item in row["components"]]
    ids = [item["custom_id"] for item in items if "custom_id" in item]
    if len(rows) > 5 or any(row["type"] != 1 or not 1 <= len(row["components"]) <= 5 for row in rows):
        yield "components: five rows of one to five buttons"
    if any(item["type"] == 3 and len(row["components"]) > 1 for row in rows for item in row["components"]):
        yield "components: a select takes a row of its own"
    if len(set(ids)) < len(ids):
        yield "components: a custom_id is there twice"
    for item in items:
        yield from _select(item) if item["type"] == 3 else _button(item)


def _select(select: Payload) -> Iterator[str]:
    options = select.get("options") or []
    values = [option.get("value", "") for option in options]
    if not 1 <= len(options) <= 25:
        yield f"select: {len(options)} options"
    if len(set(values)) < len(values):
        yield "select: a value is there twice"
    if not 1 <= units(select.get("custom_id", "")) <= 100 or units(select.get("placeholder") or "") > 150:
        yield f"select: custom_id {select.get('custom_id')!r} or placeholder"
    for option in options:
        lengths = [units(option.get(part) or "") for part in ("label", "value")]
        if not all(1 <= length <= 100 for length in lengths) or units(option.get("description") or "") > 100:
            yield f"select: option {option}"


def _button(button: Payload) -> Iterator[str]:
    if button["type"] != 2 or not 1 <= units(button.get("label") or "") <= 80:
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
