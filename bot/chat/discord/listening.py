"""Commands typed, buttons pressed and forms sent in Discord → `Ask` and `Press`; the `Reply` → what the person sees.

Discord forgets an interaction after three seconds: what is slow is deferred, what changes something is deferred before
it is done, so that nothing happens for a person who would not see it, nor twice for two who hear it.
https://docs.discord.com/developers/interactions/receiving-and-responding
"""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, Final

from bot.chat.discord import answering, forms, offering, where
from bot.chat.discord.commands import Tree
from bot.chat.discord.menus import unfolded
from bot.chat.discord.offering import Choices
from bot.chat.discord.owing import Owing
from bot.chat.discord.resuming import Resuming, Voice
from bot.chat.discord.sdk import Interaction, app_commands, discord
from bot.chat.discord.seeing import People
from bot.chat.discord.where import Where
from bot.commands import changes, opener
from bot.errors import PlatformFailed
from bot.model import Ask, Change, Form, Press, Reply, Typing
from bot.ports import Answer

log = logging.getLogger("paper-round")

SELECT = 3
"""https://docs.discord.com/developers/components/reference#component-object-component-types"""

GRACE = 1.2
"""Seconds that an answer may take before Discord is told that it comes later: of three, and the network needs some."""
CHOOSING = 2.0
"""Seconds in which choices are wanted, of three."""
HEARD = 1_000
"""Interactions that are remembered, so that one that is told twice is done once."""

CHOOSE: Final = "What would you like to do with this paper?"
IN_A_SERVER = "This works in a server's channel: add the bot to your server and type the command there."
NOT_THERE = "That channel is gone, or you cannot see it any more. Nothing was changed."


class Ears:
    """Hears what people do, as soon as it has an `answer`."""

    def __init__(self, client: discord.Client, voice: Voice, owing: Owing, *, to_all: bool = False) -> None:
        self.client = client
        self.answer: Answer | None = None
        self.under_way: set[asyncio.Task[Any]] = set()
        self.people = People()
        self._voice = voice
        self._owing = owing
        self._kept = forms.Kept()
        self._resuming = Resuming(client, voice, owing, self._kept)
        self._owed: set[str] = set()
        """Interactions whose answers would be given after a restart."""
        self._heard: OrderedDict[int, None] = OrderedDict()
        self._resumed = False
        self._behind = False
        """Whether what is heard was said while the line was down: Discord may have given it up since."""
        self.tree = Tree(
            client,
            allowed_contexts=app_commands.AppCommandContext(guild=True, dm_channel=True, private_channel=False),
            allowed_installs=app_commands.AppInstallationType(guild=True, user=False),
        )
        offering.offer(self.tree, self, to_all=to_all)
        vars(client).update(  # discord.py looks handlers up by name
            tree=self.tree,
            on_interaction=self.on_interaction,
            on_disconnect=self.on_disconnect,
            on_resumed=self.on_caught_up,
            on_connect=self.on_caught_up,
        )

    async def on_disconnect(self) -> None:
        """The line is down; after it, what was missed is told first."""
        self._behind = True

    async def on_caught_up(self) -> None:
        """What is heard from now on is said now."""
        self._behind = False

    async def on_interaction(self, interaction: Interaction) -> None:
        """Presses on messages of any age, and forms: what they mean stands in the ids, so nothing is remembered."""
        data: dict[str, Any] = dict(interaction.data or {})
        pressed, picked = str(data.get("custom_id", "")), data.get("values") or []
        if interaction.type is discord.InteractionType.modal_submit:
            await self.press(interaction, pressed.removeprefix(forms.SENT), forms.filled(data))
        elif interaction.type is not discord.InteractionType.component:
            return
        elif data.get("component_type") == SELECT:
            await self.press(interaction, str(picked[0]) if picked else "")
        elif folded := unfolded(pressed):
            await answering.unfold(interaction, folded, CHOOSE)
        elif pressed.startswith(forms.OPENED):
            await self._reopen(interaction, pressed.removeprefix(forms.OPENED))
        else:
            await self.press(interaction, pressed)

    async def ask(
        self, interaction: Interaction, verb: str, words: str, *, target: Any = None, message: str | None = None
    ) -> None:
        """A command was typed."""
        place = where.target(interaction, target) if target is not None else where.of(interaction)
        if place is None:
            await answering.say(interaction, IN_A_SERVER if target is None else NOT_THERE)
            return
        heard = Ask(place.channel, _person(interaction), verb, words, place.standing, message=message)
        subscribing = verb == "subscribe"  # shows what it would mean, and changes nothing yet
        first = changes(heard) and not subscribing
        await self._turn(interaction, place, heard, subscribing=subscribing, first=first)

    async def press(self, interaction: Interaction, action: str, fields: tuple[tuple[str, str], ...] = ()) -> None:
        """A button was pressed, or a form was sent."""
        bare, number = where.split(action)
        place = where.pressed(interaction, number, self.people) if number else where.of(interaction)
        if place is None:
            await answering.say(interaction, NOT_THERE if number else IN_A_SERVER)
            return
        heard = Press(place.channel, _person(interaction), bare, place.standing, fields)
        await self._turn(interaction, place, heard, sent=action if fields else "", first=changes(heard))

    async def complete(self, interaction: Interaction, into: offering.Into, typed: str) -> Choices:
        """Choices for what is being typed; none where they would come too late."""
        self.people.meet(interaction.user)
        named = getattr(interaction.namespace, "channel", None)
        place = where.of(interaction)
        if place is None or self.answer is None:
            return []
        channel = place.channel
        if named is not None and interaction.guild_id:
            meant = where.pressed(interaction, str(named.id), self.people)
            if meant is None:  # they see no such channel: neither are its rules shown
                return []
            channel = meant.channel
        try:
            async with asyncio.timeout(CHOOSING):
                if getattr(interaction.namespace, "mine", False):
                    channel = await self._voice.inbox(_person(interaction))
                reply = await self.answer(Typing(channel, _person(interaction), into, typed))
        except (TimeoutError, PlatformFailed):
            return []
        return [app_commands.Choice(name=label, value=value) for value, label in reply.choices]

    async def changed(self, change: Change, key: str) -> None:
        """Something became of a channel; what is answered is said there."""
        if self.answer is None:
            return
        reply = await self.answer(change)
        if reply.public and key:
            try:
                await self._voice.post(change.channel, reply.public, key, doubt=True)
            except PlatformFailed as error:
                log.warning("%s could not be greeted: %s", change.channel, error)

    async def _turn(
        self,
        interaction: Interaction,
        place: Where,
        heard: Ask | Press,
        *,
        sent: str = "",
        subscribing: bool = False,
        first: bool = False,
    ) -> None:
        """Have it answered and show the answer: at once if it is there soon, after deferring if not.

        `first`: defer before anything is done. `sent` is the action of the form that was sent.
        """
        if interaction.id in self._heard or self.answer is None:
            return
        self._remember(interaction)
        with self._busy():
            late = first or self._behind
            if late and not (await answering.taken(interaction) and await self._owe(interaction, place, heard)):
                return
            work = asyncio.ensure_future(self.answer(heard))
            if not late and not await _soon(work) and await answering.taken(interaction):
                await self._owe(interaction, place, heard)
            reply = await work
            key = str(interaction.id)
            if key in self._owed:
                await self._owing.settle(key, reply)
            if reply.thread and not await self._is_there(place, reply.thread):
                reply = await self._once_more(place, heard, reply)
            form = await self._form(interaction, place, heard, reply, sent)
            if key in self._owed:
                await self._owing.shown(key)
            await self._show(interaction, place, reply, form, subscribing=subscribing)
            await self._aside(interaction, place, reply)
            if key in self._owed:
                await self._owing.finish(key)  # before it is nobody's: `resuming` gives what is nobody's
                self._owed.discard(key)

    async def _owe(self, interaction: Interaction, place: Where, heard: Ask | Press) -> bool:
        """What is deferred is owed; False where another process has heard it already."""
        edits = answering.edits(interaction)
        if not await self._owing.take(interaction, heard, edits=edits, elsewhere=place.elsewhere):
            return False
        self._owed.add(str(interaction.id))
        return True

    def take_up(self) -> None:
        """Answer what an earlier process owed, beside everything else; once."""
        if not self._resumed and self.answer is not None:
            self._resumed = True
            task = asyncio.ensure_future(self._resuming.all(self.answer, self._owed))
            self.under_way.add(task)
            task.add_done_callback(self.under_way.discard)

    async def _form(
        self, interaction: Interaction, place: Where, heard: Ask | Press, reply: Reply, sent: str
    ) -> Form | None:
        """The form that the answer wants opened: a new one, or the one that was sent, with what was typed in it."""
        person = interaction.user.id
        form = where.form(reply.form, place) if reply.form else None
        if reply.wrong and form is None and isinstance(heard, Press):
            before = self._kept.of(person, sent) or await self._anew(place, heard)
            form = forms.refilled(before, heard.fields) if before else None
        if form is not None:
            self._kept.keep(person, form)
        return form

    async def _anew(self, place: Where, sent: Press) -> Form | None:
        """The form that was sent, as it opens now: an earlier process had shown it."""
        opening = opener(sent.action)
        if opening is None or self.answer is None:
            return None
        form = (await self.answer(replace(sent, action=opening, fields=()))).form
        return where.form(form, place) if form else None

    async def _show(
        self, interaction: Interaction, place: Where, reply: Reply, form: Form | None, *, subscribing: bool
    ) -> None:
        """The form, or the private answer, with a way to the form where it cannot be opened."""
        if form is not None and not reply.wrong and answering.may_open(interaction):
            await answering.opened(interaction, form)
            return
        post = where.addressed(reply.post, place)
        if form is not None:
            post = answering.leading(post, form, again=bool(reply.wrong))
        if interaction.type is discord.InteractionType.application_command:
            post = where.noted(post, place, subscribing=subscribing)
        await answering.show(interaction, post, reply, place.channel)

    async def _aside(self, interaction: Interaction, place: Where, reply: Reply) -> None:
        """What is said to all, and what is told apart; each whether or not the private answer arrived."""
        key = f"interaction|{interaction.id}"
        try:
            if reply.public:
                await self._voice.post(place.channel, reply.public, key)
            if reply.told:
                await self._voice.tell(_person(interaction), reply.told, f"{key}|told")
        except PlatformFailed as error:
            await answering.also(interaction, str(error))

    async def _is_there(self, place: Where, thread: str) -> bool:
        try:
            return await self._voice.there(place.channel, thread)
        except PlatformFailed as error:
            log.info("a thread in %s could not be looked for: %s", place.channel, error)
            return True

    async def _once_more(self, place: Where, heard: Ask | Press, reply: Reply) -> Reply:
        """The thread that was answered with is gone and nobody had told us: forget it, and ask again."""
        if self.answer is None:
            return reply
        await self.answer(Change(place.channel, "unthreaded", thread=reply.thread or ""))
        return await self.answer(heard)

    async def _reopen(self, interaction: Interaction, action: str) -> None:
        """A form again, with what its person had typed; one of an earlier process as its button opens it now."""
        form = self._kept.of(interaction.user.id, action)
        if form is None:
            bare, at, number = action.partition(where.ELSEWHERE)
            await self.press(interaction, f"{opener(bare) or bare}{at}{number}")
            return
        with self._busy():
            await answering.opened(interaction, form)

    def _remember(self, interaction: Interaction) -> None:
        self.people.meet(interaction.user)
        self._heard[interaction.id] = None
        while len(self._heard) > HEARD:
            self._heard.popitem(last=False)

    @contextmanager
    def _busy(self) -> Iterator[None]:
        """Known as under way, so that closing waits for it."""
        task = asyncio.current_task()
        assert task
        self.under_way.add(task)
        try:
            yield
        finally:
            self.under_way.discard(task)


async def _soon(work: asyncio.Future[Any]) -> bool:
    done, _ = await asyncio.wait({work}, timeout=GRACE)
    return bool(done)


def _person(interaction: Interaction) -> str:
    return f"discord:{interaction.user.id}"
