"""What can be pressed → Block Kit's buttons and menus. Pure.

A post's own buttons stand in a row, what is seldom wanted in an overflow menu beside them. A list's papers have no room
for a button each, so those are gathered in one menu by the papers' names.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from bot.chat.slack.text import cut, one_line, size
from bot.model import Button, Entry

Element = dict[str, Any]

ACTIONS = 25
"""Elements in an actions block. https://docs.slack.dev/reference/block-kit/blocks/actions-block"""
LABEL, VALUE, ID = 75, 2000, 255
"""A button's text, value and action_id. https://docs.slack.dev/reference/block-kit/block-elements/button-element"""
OPTION, CHOICE = 75, 150
"""An option's text and value. https://docs.slack.dev/reference/block-kit/composition-objects/option-object"""
OPTIONS = 100
"""Options of a select. https://docs.slack.dev/reference/block-kit/block-elements/select-menu-element"""
SELDOM = 5
"""Options of an overflow menu. https://docs.slack.dev/reference/block-kit/block-elements/overflow-menu-element"""


def actions(entries: Sequence[Entry], buttons: Sequence[Button], more: Sequence[Button], name: int) -> list[Element]:
    """The actions blocks. `name` is how many characters of a paper's name its menu shows.

    `ValueError` when an action is longer than Slack carries back: it cannot be cut.
    """
    elements = [*_choices(entries, name), *map(_button, buttons), *_seldom(more)]
    for number, element in enumerate(elements):
        element["action_id"] = f"{number}.{element['action_id']}"[:ID]  # ids are unique in a message
    return [{"type": "actions", "elements": elements[at : at + ACTIONS]} for at in range(0, len(elements), ACTIONS)]


def _choices(entries: Sequence[Entry], name: int) -> Iterator[Element]:
    """The papers' buttons, a menu for each hundred."""
    pressed = [(entry.name, entry.button) for entry in entries if entry.button]
    alike = {button.label for _, button in pressed}
    for at in range(0, len(pressed), OPTIONS):
        part = pressed[at : at + OPTIONS]
        words = [(called if len(alike) == 1 else f"{button.label}: {called}", button) for called, button in part]
        hint = f"{part[0][1].label}…" if len(alike) == 1 else "Choose…"
        yield {
            "type": "static_select",
            "action_id": "choose",
            "placeholder": _plain(hint, hint),
            "options": [_option(text, button, min(name, OPTION)) for text, button in words],
        }


def _seldom(more: Sequence[Button]) -> Iterator[Element]:
    """Menus of five; one that would hold a single option is a button."""
    for at in range(0, len(more), SELDOM):
        part = more[at : at + SELDOM]
        if len(part) == 1:
            yield _button(part[0])
        else:
            options = [_option(button.label, button, OPTION) for button in part]
            yield {"type": "overflow", "action_id": "more", "options": options}


def _button(button: Button) -> Element:
    made = {
        "type": "button",
        "action_id": button.action,
        "text": _plain(button.label, button.action),
        "value": _carried(button, VALUE),
    }
    return made if button.style == "plain" else made | {"style": button.style}


def _option(text: str, button: Button, room: int) -> Element:
    return {"text": _plain(text, button.action, room), "value": _carried(button, CHOICE)}


def _carried(button: Button, most: int) -> str:
    if not 0 < size(button.action) <= most:
        raise ValueError(f"an action has 1 to {most:,} characters here")
    return button.action


def _plain(text: str, otherwise: str, room: int = LABEL) -> Element:
    return {"type": "plain_text", "text": cut(one_line(text).strip() or otherwise, room), "emoji": False}
