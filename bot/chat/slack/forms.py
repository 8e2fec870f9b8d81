"""Form → modal, and a modal that was sent → its fields. Pure.

A modal carries the key of the errand it was opened for and nothing else: what it is about, for whom and where, is read
from the store when it comes back.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from bot.chat.slack.blocks import VIEW, blocks
from bot.chat.slack.menus import CHOICE, OPTION, OPTIONS
from bot.chat.slack.text import clean, cut, one_line, size
from bot.model import Field, Form, Line, Post, Span

View = dict[str, Any]

TITLE = 24
"""A modal's title, submit and close. https://docs.slack.dev/reference/views/modal-views"""
LABEL, HINT, WRONG = 2000, 2000, 300
"""An input block's label and hint; what is said at a field, of which the documents give no figure."""
VALUE = 3000
"""https://docs.slack.dev/reference/block-kit/block-elements/plain-text-input-element"""
LONG = 60
"""Characters of a value that gets several lines."""
FORM, SHOWN = "form", "shown"
"""The `callback_id` of a form, and of a modal that only shows something."""


def modal(form: Form, key: str, above: Sequence[Line] = ()) -> View:
    """The form as a modal; `above` it what is wrong with it, where that cannot be said at its fields."""
    said = blocks(Post(Line(()), tuple(above)), VIEW) if above else []
    asked = [_input(field, number) for number, field in enumerate(form.fields)]
    return _view(form.title, [*said, *asked], FORM, key) | {"submit": _plain(form.send, TITLE)}


def loading(key: str, title: str = "Paper Round") -> View:
    """Shown at once where an answer takes its time: a trigger is good for three seconds."""
    return _view(title, blocks(Post(Line((Span("One moment …"),))), VIEW), SHOWN, key)


def showing(post: Post, key: str, title: str = "Paper Round") -> View:
    """A modal that says something; what stands in it can be pressed."""
    return _view(title, blocks(post, VIEW), SHOWN, key)


def refilled(form: Form, fields: Iterable[tuple[str, str]]) -> Form:
    """The form with what a person had filled in."""
    given = dict(fields)
    changed = (
        Field(one.name, one.label, given.get(one.name, one.value), one.hint, one.choices, one.needed)
        for one in form.fields
    )
    return Form(form.title, form.action, tuple(changed), form.send)


def fields(view: Mapping[str, Any], form: Form) -> tuple[tuple[str, str], ...]:
    """What a person filled in, by the form's own names; what the form did not ask for is left out.

    https://docs.slack.dev/reference/interaction-payloads/view-interactions-payload/
    """
    state = (view.get("state") or {}).get("values") or {}
    named = ((field, _id(field, number)) for number, field in enumerate(form.fields))
    return tuple((field.name, _given((state.get(block) or {}).get(block))) for field, block in named)


def errors(form: Form, wrong: Iterable[tuple[str, str]]) -> dict[str, str]:
    """What is wrong, at its fields; what is about none of them at the first."""
    ids = {field.name: _id(field, number) for number, field in enumerate(form.fields)}
    said: dict[str, list[str]] = {}
    for name, sentence in wrong:
        said.setdefault(ids.get(name, next(iter(ids.values()), "0")), []).append(one_line(sentence).strip())
    return {block: cut(" ".join(sentences) or "This cannot be used.", WRONG) for block, sentences in said.items()}


def _view(title: str, laid: list[View], callback: str, key: str) -> View:
    return {
        "type": "modal",
        "title": _plain(title, TITLE),
        "close": _plain("Cancel" if callback == FORM else "Close", TITLE),
        "callback_id": callback,
        "private_metadata": key,
        "blocks": laid,
    }


def _input(field: Field, number: int) -> View:
    """https://docs.slack.dev/reference/block-kit/blocks/input-block"""
    hint = {"hint": _plain(field.hint, HINT)} if field.hint.strip() else {}
    element = _choose(field) if 0 < len(field.choices) <= OPTIONS else _type(field)
    return {
        "type": "input",
        "block_id": _id(field, number),
        "label": _plain(field.label, LABEL, field.name),
        "element": element | {"action_id": _id(field, number)},
        "optional": not field.needed,
        **hint,
    }


def _type(field: Field) -> View:
    value = clean(field.value).encode("utf-16-le")[: 2 * VALUE].decode("utf-16-le", "ignore")
    made: View = {"type": "plain_text_input", "multiline": len(value) > LONG or "\n" in value, "max_length": VALUE}
    return made | {"initial_value": value} if value.strip() else made


def _choose(field: Field) -> View:
    options = {value: _option(value, label) for value, label in field.choices if 0 < size(value) <= CHOICE}
    made: View = {"type": "static_select", "options": list(options.values())}
    return made | {"initial_option": options[field.value]} if field.value in options else made


def _option(value: str, label: str) -> View:
    return {"text": _plain(label, OPTION, value), "value": value}


def _given(state: object) -> str:
    """What a field holds. Nothing filled in is nothing, not the word null."""
    if not isinstance(state, dict):
        return ""
    chosen = state.get("selected_option") or {}
    return str(state.get("value") or chosen.get("value") or "")


def _id(field: Field, number: int) -> str:
    return f"{number}.{field.name}"[:255]


def _plain(text: str, room: int, otherwise: str = "…") -> View:
    return {"type": "plain_text", "text": cut(one_line(text).strip() or otherwise or "…", room), "emoji": False}
