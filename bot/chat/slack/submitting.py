"""A form that was sent → its acknowledgement, which says what is wrong at its fields; and what follows."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from bot.chat.slack import forms
from bot.chat.slack.answering import PATIENT, Answers
from bot.chat.slack.api import Api
from bot.chat.slack.telling import SLACK
from bot.chat.slack.ways import Way
from bot.errors import PlatformFailed
from bot.model import Change, Errand, Form, Line, Post, Press, Reply, Span

Ack = dict[str, Any]
"""What goes along with the acknowledgement: `response_action` and its like.
https://docs.slack.dev/surfaces/modals/#response_actions"""

OLD = Post(
    Line((Span("This form is too old.", "strong"),)),
    (Line((Span("Nothing was changed. Close it, and type the command or press the button again."),)),),
)


@dataclass(frozen=True, slots=True)
class Sent:
    """A form that came back. `again`: it was sent before, and this is only its repetition."""

    errand: Errand
    way: Way
    form: Form
    again: bool = False


class Submissions:
    """Forms that come back. What one is about is read from the store, not from what came with it."""

    def __init__(self, api: Api, answers: Answers) -> None:
        self._api = api
        self._answers = answers

    async def submit(self, body: Mapping[str, Any]) -> Ack:
        """What to acknowledge it with, within `PATIENT` seconds; what takes longer is shown when it is there."""
        working = self._answers.start(self._work(body))
        await asyncio.wait({working}, timeout=PATIENT)
        if not working.done():
            self._answers.start(self._late(working, str((body.get("view") or {}).get("id") or "")))
            return _update(forms.loading(str((body.get("view") or {}).get("private_metadata") or "")))
        found = working.result()
        if found is None:
            return _update(forms.showing(OLD, ""))
        return self._outcome(*found)

    async def _work(self, body: Mapping[str, Any]) -> tuple[Sent, Reply] | None:
        """What was sent, and what the bot says to it; None for a form that nobody knows any more."""
        sent = await self._read(body)
        if sent is None:
            return None
        if sent.errand.reply is None and not sent.again:
            reply = await self._answers.think(sent.errand.heard, sent.way)
            await self._answers.errands.settle(SLACK, sent.errand.key, reply)
            return sent, reply
        return replace(sent, again=True), sent.errand.reply or Reply(Post(Line(())))

    async def _read(self, body: Mapping[str, Any]) -> Sent | None:
        view, person = body.get("view") or {}, f"slack:{(body.get('user') or {}).get('id')}"
        parent = await self._answers.errands.errand(SLACK, str(view.get("private_metadata") or ""))
        form = parent.reply.form if parent is not None and parent.reply is not None else None
        if parent is None or form is None or isinstance(parent.heard, Change) or parent.heard.person != person:
            return None
        press = Press(parent.heard.channel, person, form.action, fields=forms.fields(view, form))
        came = Way.unpacked(parent.way)
        opened = came.parent or parent.key  # a form after a form goes back where the first one was opened
        way = replace(came, parent=opened, trigger=str(body.get("trigger_id") or ""), view="")
        key = str(body.get("trigger_id") or f"{parent.key}:{view.get('hash')}")
        errand = Errand(key, press, self._answers.clock(), way.packed())
        if await self._answers.errands.take_on(errand):
            return Sent(errand, way, form)
        known = await self._answers.errands.errand(SLACK, key)
        return Sent(known or errand, way, form, again=True)

    def _outcome(self, sent: Sent, reply: Reply) -> Ack:
        """Errors at the fields; a form after the form; or the modal closes, and the rest goes its way."""
        if reply.wrong:
            self._answers.start(self._answers.errands.finish(SLACK, sent.errand.key))
            return {"response_action": "errors", "errors": forms.errors(sent.form, reply.wrong)}
        if reply.form is not None:
            return _update(forms.modal(reply.form, sent.errand.key))
        shown = _update(forms.showing(reply.post, sent.errand.key)) if sent.way.kind == "view" else {}
        if not sent.again:
            told = replace(sent.way, kind="home") if shown else sent.way
            self._answers.start(self._rest(sent, told, reply))
        return shown

    async def _rest(self, sent: Sent, way: Way, reply: Reply, view: str = "") -> None:
        if way.kind == "home":  # its answer stands in the modal already
            if reply.public is not None:
                await self._answers.teller.announce(sent.errand, sent.way, reply.public)
            await self._answers.errands.finish(SLACK, sent.errand.key)
            return
        await self._answers.teller.give(sent.errand, way, reply, view)

    async def _late(self, working: asyncio.Task[tuple[Sent, Reply] | None], view: str) -> None:
        """Too late for errors at the fields: the form comes back with them above it, or says what was done."""
        found = await working
        if found is None:
            await self._put(view, forms.showing(OLD, ""))
            return
        sent, reply = found
        press = sent.errand.heard
        if not reply.wrong or not isinstance(press, Press):
            await self._rest(sent, sent.way, reply, view)
            return
        above = tuple(Line((Span(sentence, "strong"),)) for _, sentence in reply.wrong)
        again = forms.modal(forms.refilled(sent.form, press.fields), sent.way.parent, above)
        await self._put(view, again)
        await self._answers.errands.finish(SLACK, sent.errand.key)

    async def _put(self, view: str, shown: forms.View) -> None:
        try:
            await self._api.put(view, shown)
        except PlatformFailed:  # the person closed it: they see the form again when they open it
            return


def _update(view: forms.View) -> Ack:
    return {"response_action": "update", "view": view}
