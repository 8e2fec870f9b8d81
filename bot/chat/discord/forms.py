"""Form → Discord's modal, what comes back of it, and what is kept of a form while somebody fills it in.

https://docs.discord.com/developers/components/reference (label, text input, string select)
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Final

from bot.chat.discord.markdown import clean, cut
from bot.chat.discord.menus import CUSTOM_ID, OPTION_LABEL, OPTIONS
from bot.chat.discord.sdk import discord
from bot.model import Field, Form

TITLE = 45
LABEL = 45
HINT = 100
VALUE = 4_000
MOST = 5
"""Fields of one modal."""

SHORT = 60
"""Characters of a value that one line shows; a longer one gets several lines."""

FORMS = 2_000
"""Forms that are remembered, the newest: a person has the message with its button before them."""

SENT: Final = "form|"
"""What a modal's own id begins with; the action follows."""
OPENED: Final = "open|"
"""What the id of a button begins with that opens a form which is remembered; the action follows."""


def modal(form: Form) -> discord.ui.Modal:
    """The form as Discord shows it; stopped at once, so that discord.py keeps no memory of it."""
    shown = discord.ui.Modal(title=_short(form.title, TITLE) or "Paper Round", custom_id=f"{SENT}{form.action}")
    for field in form.fields[:MOST]:
        shown.add_item(
            discord.ui.Label(
                text=_short(field.label, LABEL) or field.name[:LABEL],
                description=_short(field.hint, HINT) or None,
                component=_input(field),
            )
        )
    shown.stop()
    return shown


def filled(data: dict[str, Any]) -> tuple[tuple[str, str], ...]:
    """What was sent, by the fields' names, each without spaces around it."""
    return tuple(_given(data.get("components") or []))


def refilled(form: Form, fields: tuple[tuple[str, str], ...]) -> Form:
    """The form with what somebody has typed in the place of what it proposed."""
    typed = dict(fields)
    return replace(form, fields=tuple(replace(one, value=typed.get(one.name, one.value)) for one in form.fields))


def _given(components: list[Any]) -> Iterator[tuple[str, str]]:
    for one in components:
        inner = one.get("components") or ([one["component"]] if "component" in one else [])
        yield from _given(inner)
        if "custom_id" in one:
            picked = one.get("values") or []
            yield str(one["custom_id"]), str(one.get("value") or (picked[0] if picked else "")).strip()


def _input(field: Field) -> Any:
    if 0 < len(field.choices) <= OPTIONS:
        options = [
            discord.SelectOption(label=_short(label, OPTION_LABEL) or value, value=value, default=value == field.value)
            for value, label in field.choices
        ]
        return discord.ui.Select(
            custom_id=field.name[:CUSTOM_ID], options=options, required=field.needed, min_values=int(field.needed)
        )
    lines = len(field.value) > SHORT or "\n" in field.value
    return discord.ui.TextInput(
        custom_id=field.name[:CUSTOM_ID],
        style=discord.TextStyle.paragraph if lines else discord.TextStyle.short,
        default=field.value[: VALUE // 2] or None,  # characters count as two where they are emoji
        required=field.needed,
        max_length=VALUE,
    )


def _short(text: str, most: int) -> str:
    return cut(" ".join(clean(text).split()), most)


class Kept:
    """Forms that people may open, or open again with what they had typed.

    What was typed ends with the process; the form itself can be asked for again.
    """

    def __init__(self) -> None:
        self._forms: OrderedDict[tuple[int, str], Form] = OrderedDict()

    def keep(self, person: int, form: Form) -> None:
        """Remember it for this person."""
        self._forms[person, form.action] = form
        self._forms.move_to_end((person, form.action))
        while len(self._forms) > FORMS:
            self._forms.popitem(last=False)

    def of(self, person: int, action: str) -> Form | None:
        """The form of this action that this person was shown last."""
        return self._forms.get((person, action))
