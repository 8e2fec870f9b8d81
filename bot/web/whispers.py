"""What one person alone is shown: an answer, perhaps with a form to fill in, and the way to a thread."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from bot.model import Channel, Field, Form, Post, Reply
from bot.web import words
from bot.web.render import channel_path

PREFIX = "f."
"""What the names of a form's own fields begin with, so that they meet none of ours."""
MOST, LONGEST = 5, 2000
"""Fields of a form, and characters of an answer that are taken."""


@dataclass(frozen=True, slots=True)
class Whisper:
    """An answer as the page shows it. `opened` is the button that opened `form`, `wrong` what is wrong, by field."""

    post: Post
    typed: str = ""
    form: Form | None = None
    opened: str = ""
    wrong: Mapping[str, str] | None = None
    path: str | None = None
    """Where its thread is read."""


def shown(reply: Reply, channel: Channel, *, typed: str = "", opened: str = "") -> Whisper:
    """The reply for the page."""
    thread = words.number(reply.thread) if reply.thread else None
    path = channel_path(channel, thread) if thread is not None else None
    return Whisper(reply.post, typed, reply.form, opened if reply.form else "", None, path)


def again(whisper: Whisper, reply: Reply, filled: tuple[tuple[str, str], ...]) -> Whisper:
    """The form once more as it was filled in, with what `reply` says is wrong at each field."""
    given = dict(filled)
    form = whisper.form
    if form is None:
        return whisper
    fields = tuple(replace(field, value=_value(field, given)) for field in form.fields)
    return replace(whisper, form=replace(form, fields=fields), wrong=dict(reply.wrong))


def _value(field: Field, given: Mapping[str, str]) -> str:
    return given.get(field.name, field.value)


def filled(fields: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """What was filled in, by the form's own names."""
    own = [(name.removeprefix(PREFIX), value) for name, value in fields.items() if name.startswith(PREFIX)]
    return tuple((name, words.typed(value)[:LONGEST]) for name, value in own[:MOST])
