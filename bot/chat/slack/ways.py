"""Where words came from, and so how an answer finds its way back. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import msgspec

Kind = Literal["message", "view", "home", "link", "life"]
"""`message`: words or a press in a channel. `view`: a press in a modal or in the Home. `home`: the Home was opened.
`link`: a paper's link stands in a message. `life`: something became of a channel, and nobody waits."""


@dataclass(frozen=True, slots=True)
class Way:
    """The way back to who said something. `url` takes five answers in 30 minutes, `trigger` one view within 3 s.

    `parent` is the errand whose address is used, where this one came by a form that was opened for that. `view` is
    the modal that something was pressed in, `link` the address whose message is `message`.
    """

    kind: Kind
    place: str = ""
    user: str = ""
    url: str = ""
    trigger: str = ""
    thread: str | None = None
    parent: str = ""
    view: str = ""
    message: str = ""
    link: str = ""
    pressed: bool = False
    """Whether a message's button was pressed, so that an answer can take the message's place."""
    team: str = ""
    """The workspace that the payload says the person belongs to."""

    def packed(self) -> str:
        return msgspec.json.encode(self).decode()

    @staticmethod
    def unpacked(text: str) -> Way:
        return msgspec.json.decode(text, type=Way)


def of_words(body: Mapping[str, Any]) -> Way:
    """A slash command's way."""
    return Way("message", _text(body, "channel_id"), _text(body, "user_id"), *_door(body), team=_text(body, "team_id"))


def of_press(body: Mapping[str, Any]) -> Way:
    """A button's, a menu's, or a message shortcut's way."""
    container = body.get("container") or {}
    user, team = (_text(body.get("user") or {}, name) for name in ("id", "team_id"))
    if container.get("type") == "view":
        view = body.get("view") or {}
        modal = str(view.get("id") or "") if view.get("type") == "modal" else ""
        parent = str(view.get("private_metadata") or "")
        return Way("view", user=user, trigger=_text(body, "trigger_id"), view=modal, parent=parent, team=team)
    message = body.get("message") or {}
    thread = container.get("thread_ts") or message.get("thread_ts")
    place = str(container.get("channel_id") or (body.get("channel") or {}).get("id") or "")
    return Way("message", place, user, *_door(body), thread=thread, pressed="actions" in body, team=team)


def _door(body: Mapping[str, Any]) -> tuple[str, str]:
    return _text(body, "response_url"), _text(body, "trigger_id")


def _text(body: Mapping[str, Any], name: str) -> str:
    return str(body.get(name) or "")
