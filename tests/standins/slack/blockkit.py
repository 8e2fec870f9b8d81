"""Block Kit as Slack's documents limit it: what of a message's blocks Slack would refuse, and where.

More than `slack_sdk.models` checks: the 50 blocks, fields, option values, unknown keys, a header's text type, repeated
ids, empty text, rich text inside out. https://docs.slack.dev/reference/block-kit
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from slack_sdk.errors import SlackObjectFormationError
from slack_sdk.models.blocks import Block

Json = dict[str, Any]


def faults(blocks: object) -> list[str]:
    """Sentences in the form of Slack's own `response_metadata.messages`; none when Slack would take the blocks."""
    reader = Reader()
    reader.blocks(blocks)
    return reader.found or _sdk_faults(blocks)


def _sdk_faults(blocks: Any) -> list[str]:
    """What Slack's own SDK would not build."""
    found = []
    for number, block in enumerate(blocks):
        try:
            made = Block.parse(block)
            if made is not None:
                made.validate_json()
        except SlackObjectFormationError as error:
            found.append(f"[ERROR] {error} [json-pointer:/blocks/{number}]")
    return found


def view_faults(view: object, kind: str) -> list[str]:
    """What of a modal or a Home Slack would refuse. https://docs.slack.dev/reference/views"""
    reader = Reader(view=True)
    if not isinstance(view, dict) or view.get("type") != kind:
        return [f"[ERROR] must be a {kind} [json-pointer:/view/type]"]
    reader.view(view, kind)
    return reader.found


def weight(blocks: object) -> int:
    """The strictest reading of the undocumented limit over all blocks: their JSON, in UTF-16 units."""
    return len(json.dumps(blocks, ensure_ascii=False).encode("utf-16-le", "surrogatepass")) // 2


class Reader:
    """Walks blocks and notes what is wrong."""

    def __init__(self, *, view: bool = False) -> None:
        self.found: list[str] = []
        self._ids: set[tuple[str, str]] = set()
        self._view = view

    def view(self, view: Json, kind: str) -> None:
        """A modal or a Home."""
        modal = "title submit close clear_on_close notify_on_close submit_disabled " if kind == "modal" else ""
        self.keys(view, f"{modal}blocks callback_id private_metadata external_id", "")
        if kind == "modal":
            self.text(view.get("title"), 24, "/title", kinds="plain_text")
        for name in view.keys() & {"submit", "close"}:
            self.text(view[name], 24, f"/{name}", kinds="plain_text")
        for name, most in (("callback_id", 255), ("external_id", 255), ("private_metadata", 3000)):
            if view.get(name):
                self.words(view[name], most, f"/{name}")
        self.blocks(view.get("blocks"))
        asks = any(isinstance(block, dict) and block.get("type") == "input" for block in view.get("blocks") or [])
        if asks and "submit" not in view:
            self.fault("a view with input blocks must have a submit", "/submit")

    def blocks(self, blocks: object) -> None:
        """All blocks of a message or a view."""
        if not isinstance(blocks, list):
            self.fault("must be an array", "/blocks")
            return
        most = 100 if self._view else 50
        if len(blocks) > most:
            self.fault(f"no more than {most} items allowed", "/blocks")
        for number, block in enumerate(blocks):
            self.block(block, f"/blocks/{number}")

    def block(self, block: Any, at: str) -> None:
        kind = block.get("type") if isinstance(block, dict) else None
        rule = _BLOCKS.get(str(kind))
        if rule is None or (kind == "input" and not self._view):
            self.fault(f"unsupported type: {kind}", at)
            return
        self.id(block, "block_id", "block", at)
        rule(self, block, at)

    # ── leaves ──

    def fault(self, what: str, at: str) -> None:
        self.found.append(f"[ERROR] {what} [json-pointer:{at}]")

    def keys(self, thing: Json, allowed: str, at: str) -> None:
        for key in sorted(thing.keys() - {"type", "block_id", *allowed.split()}):
            self.fault(f"additional property: {key}", f"{at}/{key}")

    def words(self, text: Any, limit: int, at: str) -> None:
        if not isinstance(text, str):
            self.fault("must provide a string", at)
        elif not text.strip():
            self.fault("must be more than 0 characters", at)
        elif len(text.encode("utf-16-le", "surrogatepass")) // 2 > limit:
            self.fault(f"must be less than {limit + 1} characters", at)
        elif any("\ud800" <= char <= "\udfff" or char == "\0" for char in text):
            self.fault("invalid character", at)

    def run(self, text: Any, at: str) -> None:
        """Text inside rich text, where white space alone is fine."""
        self.words(f"·{text}" if text and isinstance(text, str) else text, 3001, at)

    def id(self, thing: Json, name: str, scope: str, at: str) -> None:
        if name not in thing:
            return
        self.words(thing[name], 255, f"{at}/{name}")
        if (scope, thing[name]) in self._ids:
            self.fault(f"{name} {thing[name]!r} already exists", f"{at}/{name}")
        self._ids.add((scope, thing[name]))

    def items(self, thing: Json, name: str, most: int, at: str) -> list[tuple[Any, str]]:
        items = thing.get(name)
        if not isinstance(items, list) or not items:
            self.fault("must have at least 1 item", f"{at}/{name}")
            return []
        if len(items) > most:
            self.fault(f"no more than {most} items allowed", f"{at}/{name}")
        return [(item, f"{at}/{name}/{number}") for number, item in enumerate(items)]

    def text(self, thing: Any, limit: int, at: str, kinds: str = "plain_text mrkdwn") -> None:
        """A text object. https://docs.slack.dev/reference/block-kit/composition-objects/text-object"""
        if not isinstance(thing, dict) or thing.get("type") not in kinds.split():
            self.fault(f"must be a text object of {kinds}", at)
            return
        self.keys(thing, "text emoji" if thing["type"] == "plain_text" else "text verbatim", at)
        self.words(thing.get("text"), limit, f"{at}/text")

    def url(self, url: Any, at: str) -> None:
        self.words(url, 3000, at)
        parts = urlsplit(url) if isinstance(url, str) else urlsplit("")
        if parts.scheme not in ("http", "https", "mailto") or not (parts.hostname or parts.path):
            self.fault("invalid url", at)

    # ── blocks ──

    def section(self, block: Json, at: str) -> None:
        self.keys(block, "text fields accessory expand", at)
        if "text" not in block and "fields" not in block:
            self.fault("must define either text or fields", at)
        if "text" in block:
            self.text(block["text"], 3000, f"{at}/text")
        for field, place in self.items(block, "fields", 10, at) if "fields" in block else []:
            self.text(field, 2000, place)
        if "accessory" in block:
            self.element(block["accessory"], f"{at}/accessory")

    def header(self, block: Json, at: str) -> None:
        self.keys(block, "text level", at)
        self.text(block.get("text"), 150, f"{at}/text", kinds="plain_text")

    def divider(self, block: Json, at: str) -> None:
        self.keys(block, "", at)

    def image(self, block: Json, at: str) -> None:
        self.keys(block, "image_url alt_text title", at)
        self.url(block.get("image_url"), f"{at}/image_url")
        self.words(block.get("alt_text"), 2000, f"{at}/alt_text")

    def context(self, block: Json, at: str) -> None:
        self.keys(block, "elements", at)
        for item, place in self.items(block, "elements", 10, at):
            if isinstance(item, dict) and item.get("type") == "image":
                self.image(item, place)
            else:
                self.text(item, 2000, place)

    def actions(self, block: Json, at: str) -> None:
        self.keys(block, "elements", at)
        for item, place in self.items(block, "elements", 25, at):
            self.element(item, place)

    # ── elements ──

    def element(self, item: Any, at: str) -> None:
        kind = item.get("type") if isinstance(item, dict) else None
        rule = _ELEMENTS.get(str(kind))
        if rule is None:
            self.fault(f"unsupported type: {kind}", at)
            return
        self.id(item, "action_id", "action", at)
        rule(self, item, at)

    def button(self, item: Json, at: str) -> None:
        self.keys(item, "text action_id url value style confirm accessibility_label", at)
        self.text(item.get("text"), 75, f"{at}/text", kinds="plain_text")
        if "value" in item:
            self.words(item["value"], 2000, f"{at}/value")
        if "url" in item:
            self.url(item["url"], f"{at}/url")
        if item.get("style", "primary") not in ("primary", "danger"):
            self.fault("invalid style", f"{at}/style")
        if "accessibility_label" in item:
            self.words(item["accessibility_label"], 75, f"{at}/accessibility_label")
        if "confirm" in item:
            self.confirm(item["confirm"], f"{at}/confirm")

    def select(self, item: Json, at: str) -> None:
        self.keys(item, "placeholder action_id options initial_option confirm focus_on_load", at)
        self.hint(item, at)
        for option, place in self.items(item, "options", 100, at):
            self.option(option, place)
        if item.get("initial_option", item.get("options", [None])[0]) not in item.get("options", []):
            self.fault("must be one of the options", f"{at}/initial_option")

    def people(self, item: Json, at: str) -> None:
        self.keys(item, "placeholder action_id initial_user initial_users max_selected_items focus_on_load confirm", at)
        self.hint(item, at)

    def ticks(self, item: Json, at: str) -> None:
        """Checkboxes and radio buttons."""
        self.keys(item, "action_id options initial_option initial_options confirm focus_on_load", at)
        for option, place in self.items(item, "options", 10, at):
            self.option(option, place, kinds="plain_text mrkdwn")

    def overflow(self, item: Json, at: str) -> None:
        self.keys(item, "action_id options confirm", at)
        for option, place in self.items(item, "options", 5, at):
            self.option(option, place)

    def typing(self, item: Json, at: str) -> None:
        """A field to type in."""
        known = "action_id initial_value multiline min_length max_length placeholder focus_on_load"
        self.keys(item, f"{known} dispatch_action_config", at)
        self.hint(item, at)
        if item.get("initial_value"):
            self.words(item["initial_value"], 3000, f"{at}/initial_value")
        if not 1 <= item.get("max_length", 1) <= 3000:
            self.fault("must be between 1 and 3000", f"{at}/max_length")

    def hint(self, item: Json, at: str) -> None:
        if "placeholder" in item:
            self.text(item["placeholder"], 150, f"{at}/placeholder", kinds="plain_text")
        if "confirm" in item:
            self.confirm(item["confirm"], f"{at}/confirm")

    def confirm(self, asked: Json, at: str) -> None:
        """https://docs.slack.dev/reference/block-kit/composition-objects/confirmation-dialog-object"""
        self.keys(asked, "title text confirm deny style", at)
        for name, most in (("title", 100), ("text", 300), ("confirm", 30), ("deny", 30)):
            self.text(asked.get(name), most, f"{at}/{name}", kinds="plain_text")

    def option(self, option: Json, at: str, kinds: str = "plain_text") -> None:
        self.keys(option, "text value description url", at)
        self.text(option.get("text"), 75, f"{at}/text", kinds=kinds)
        self.words(option.get("value"), 150, f"{at}/value")
        if "description" in option:
            self.text(option["description"], 75, f"{at}/description", kinds=kinds)

    def input(self, block: Json, at: str) -> None:
        """https://docs.slack.dev/reference/block-kit/blocks/input-block"""
        self.keys(block, "label element hint optional dispatch_action", at)
        self.text(block.get("label"), 2000, f"{at}/label", kinds="plain_text")
        if "hint" in block:
            self.text(block["hint"], 2000, f"{at}/hint", kinds="plain_text")
        self.element(block.get("element"), f"{at}/element")

    # ── rich text ──

    def rich_text(self, block: Json, at: str) -> None:
        self.keys(block, "elements", at)
        for item, place in self.items(block, "elements", 1000, at):
            self.rich(item, place)

    def rich(self, item: Any, at: str) -> None:
        kind = item.get("type") if isinstance(item, dict) else None
        if kind == "rich_text_list":
            self.rich_list(item, at)
        elif kind in ("rich_text_section", "rich_text_quote", "rich_text_preformatted"):
            self.keys(item, "elements border" if kind != "rich_text_section" else "elements", at)
            for span, place in self.items(item, "elements", 1000, at):
                self.span(span, place, styled=kind != "rich_text_preformatted")
        else:
            self.fault(f"unsupported type: {kind}", at)

    def rich_list(self, item: Json, at: str) -> None:
        self.keys(item, "elements style indent offset border", at)
        if item.get("style") not in ("bullet", "ordered"):
            self.fault("invalid style", f"{at}/style")
        for section, place in self.items(item, "elements", 1000, at):
            if not isinstance(section, dict) or section.get("type") != "rich_text_section":
                self.fault("must be a rich_text_section", place)
            else:
                self.rich(section, place)

    def span(self, span: Any, at: str, *, styled: bool) -> None:
        allowed = _SPANS.get(str(span.get("type"))) if isinstance(span, dict) else None
        if allowed is None:
            self.fault("unsupported type", at)
            return
        self.keys(span, allowed + (" style" if styled else ""), at)
        if "text" in span or span["type"] == "text":
            self.run(span.get("text"), f"{at}/text")
        if span["type"] == "link":
            self.url(span.get("url"), f"{at}/url")
        for name, on in span.get("style", {}).items():
            if name not in ("bold", "italic", "strike", "code", "underline") or on is not True:
                self.fault("invalid style", f"{at}/style/{name}")


Rule = Callable[[Reader, Json, str], None]

_BLOCKS: dict[str, Rule] = {
    "actions": Reader.actions,
    "context": Reader.context,
    "divider": Reader.divider,
    "header": Reader.header,
    "image": Reader.image,
    "input": Reader.input,
    "rich_text": Reader.rich_text,
    "section": Reader.section,
}
_ELEMENTS: dict[str, Rule] = {
    "button": Reader.button,
    "checkboxes": Reader.ticks,
    "multi_users_select": Reader.people,
    "overflow": Reader.overflow,
    "plain_text_input": Reader.typing,
    "radio_buttons": Reader.ticks,
    "static_select": Reader.select,
    "users_select": Reader.people,
}
_SPANS = {
    "broadcast": "range",
    "channel": "channel_id",
    "emoji": "name unicode skin_tone",
    "link": "url text unsafe",
    "text": "text",
    "user": "user_id",
}
