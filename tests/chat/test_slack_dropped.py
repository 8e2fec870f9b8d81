"""The socket is dropped in the middle of each kind of work: the workspace looks as if nothing had happened."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest

from bot.chat.slack import people, rooms, submitting
from bot.model import Options
from tests.chat.slack_bot import GENERAL
from tests.chat.test_slack_whole import LINK, TITLE, Whole, whole
from tests.flow.stage import START
from tests.standins.slack import Said, StandIn, read
from tests.standins.slack.standin import values

Deed = Callable[[], Awaitable[object]]

ASKING = {"auth.test", "apps.connections.open", "users.info", "conversations.info", "conversations.history",
    "conversations.replies"}  # fmt: skip
"""Calls that change nothing, and may be made as often as it takes."""


@dataclass(frozen=True)
class Work:
    """What is got ready, what is then done, and the call that is under way when the socket drops."""

    ready: Callable[[Whole], Awaitable[Deed]]
    call: str
    past: int = 0


# ── what is done ──


async def command(at: Whole) -> Deed:
    return lambda: typed(at, "/papers", "subscriptions")


async def preview(at: Whole) -> Deed:
    return lambda: typed(at, "/subscribe", "transformers")


async def subscribe(at: Whole) -> Deed:
    offered = await shown(at)
    return lambda: pressed(at, offered, "Subscribe")


async def undo(at: Whole) -> Deed:
    offered = await shown(at)
    await pressed(at, offered, "Subscribe")
    (public,) = await at.standin.seen(at.standin.public)
    return lambda: pressed(at, public, "Undo")


async def edit(at: Whole) -> Deed:
    offered = await shown(at)

    async def deed() -> None:
        at.standin.push(offered, offered.buttons["Edit…"])
        await at.standin.seen(at.standin.modal)

    return deed


async def modal(at: Whole) -> Deed:
    offered = await shown(at)
    at.standin.push(offered, offered.buttons["Edit…"])
    view = await at.standin.seen(at.standin.modal)

    async def deed() -> None:
        at.standin.submit(view, values(view, {"Rule": "mamba"}))
        await at.standin.seen(lambda: "mamba" in offered.shown)

    return deed


async def mistake(at: Whole) -> Deed:
    """A form that comes back with what is wrong at its field."""
    offered = await shown(at)
    at.standin.push(offered, offered.buttons["Edit…"])
    view = await at.standin.seen(at.standin.modal)

    async def deed() -> None:
        sent = at.standin.submit(view, values(view, {"Rule": "(mamba"}))
        async with asyncio.timeout(20):
            await sent.acked.wait()
        payload = at.standin.sockets.responses[sent.envelope]
        assert payload is not None
        assert set(payload["errors"]) == {"0.rule"}

    return deed


async def post(at: Whole) -> Deed:
    return lambda: at.posted(1)


async def digest(at: Whole) -> Deed:
    """A digest whose lesser papers stand a line each in its thread."""
    wish = Options("daily", "09:00", "Europe/Berlin", "mon-sun", max=3)

    async def deed() -> None:
        await at.posted(*range(1, 8), options=wish, bundle="digest")
        at.hands.time += timedelta(seconds=2)  # a channel takes a message a second
        await at.deliver()

    return deed


async def upvote(at: Whole) -> Deed:
    card = await posted(at)
    return lambda: pressed(at, card, next(label for label in card.buttons if "pvote" in label))


async def discuss(at: Whole) -> Deed:
    card = await posted(at)
    return lambda: pressed(at, card, "Discuss")


async def save(at: Whole) -> Deed:
    card = await posted(at)

    async def deed() -> None:
        await at.standin.press(card, card.choices["Save for later"])
        await at.standin.until(1, "D0ADA")

    return deed


async def shortcut(at: Whole) -> Deed:
    card = await posted(at)
    return lambda: at.standin.point(card)


async def mention(at: Whole) -> Deed:
    card = await posted(at)

    async def deed() -> None:
        at.standin.mention("what is this?", thread=card.ts)
        await at.standin.seen(lambda: [one for one in at.standin.said if one.only])

    return deed


async def unfurl(at: Whole) -> Deed:
    await posted(at)

    async def deed() -> None:
        said = at.standin.share(LINK)
        assert TITLE in read(await at.standin.seen(lambda: said.unfurled.get(LINK)))

    return deed


async def opened_home(at: Whole) -> Deed:
    async def deed() -> None:
        at.standin.look_home()
        await at.standin.seen(lambda: at.standin.views.get("VU0ADA"))

    return deed


async def greeting(at: Whole) -> Deed:
    async def deed() -> None:
        joined = {"type": "member_joined_channel", "user": StandIn.bot_user, "channel": "C0GENERAL", "event_ts": "1.0"}
        at.standin.happen(joined)
        await at.standin.seen(at.standin.public)

    return deed


async def typed(at: Whole, name: str, words: str) -> None:
    await at.standin.command(name, words)


async def shown(at: Whole) -> Said:
    """A preview."""
    return (await at.standin.command("/subscribe", "transformers quantization")).answers[0]


async def pressed(at: Whole, message: Said, label: str) -> None:
    await at.standin.press(message, message.buttons[label])


async def posted(at: Whole) -> Said:
    """A paper's card."""
    return (await at.posted(1))[-1]


WORK: Mapping[str, Work] = {
    "a command that is answered": Work(command, "response_url"),
    "a preview that is being made": Work(preview, "users.info"),
    "a subscription": Work(subscribe, "response_url"),
    "a subscription's public line": Work(subscribe, "chat.postMessage"),
    "an undo": Work(undo, "response_url"),
    "a form that opens": Work(edit, "views.open"),
    "a form that is sent": Work(modal, "response_url"),
    "a form with a mistake": Work(mistake, "users.info"),
    "a paper's post": Work(post, "chat.postMessage"),
    "a digest": Work(digest, "chat.postMessage"),
    "the rest of a digest in its thread": Work(digest, "chat.postMessage", past=1),
    "an upvote": Work(upvote, "response_url"),
    "a thread's opening": Work(discuss, "chat.postMessage"),
    "a paper kept for later": Work(save, "chat.postMessage"),
    "the shortcut": Work(shortcut, "response_url"),
    "a mention in a thread": Work(mention, "chat.postEphemeral"),
    "a card under a link": Work(unfurl, "chat.unfurl"),
    "the Home": Work(opened_home, "views.publish"),
    "a greeting": Work(greeting, "chat.postMessage"),
}


# ── what is left behind ──


async def left(at: Whole) -> tuple[object, ...]:
    """All that people see, what the bot did for it, and what it remembers."""
    said = sorted((one.channel, one.only or "", bool(one.thread), one.shown, one.edits) for one in at.standin.said)
    under = [read(laid) for one in at.standin.said for laid in one.unfurled.values()]
    views = [read([block for block in one["blocks"] if block["type"] != "input"]) for one in at.standin.views.values()]
    calls = Counter(method for method, _ in at.standin.calls if method not in ASKING)
    rules = [(str(one.channel), one.id, one.rule) for one in await at.store.subscriptions()]
    votes = dict(await at.store.votes(START.date(), "slack"))
    saved = [one.id for one in await at.store.saved("slack:U0ADA", 10)]
    return said, under, views, rules, votes, saved, await at.store.pending(GENERAL), calls


async def undisturbed(_: Whole, __: Work, deed: Deed) -> None:
    await deed()


async def done(work: Work, home: Path, doing: Callable[[Whole, Work, Deed], Awaitable[None]]) -> tuple[object, ...]:
    """The work, done so; what it leaves behind."""
    standin = StandIn(history=True)
    standin.scopes |= {"links:read", "links:write"}
    async with whole(home, standin) as at:
        deed = await work.ready(at)
        await settled(at)
        at.chat._known.people._known.clear()  # asked again, so that there is a call in which the socket can drop
        await doing(at, work, deed)
        await settled(at)
        for _ in range(4):  # what was put off comes by itself
            at.hands.time += timedelta(minutes=10)
            await at.deliver()
        await standin.command("/papers", "help", user="U0BOB")  # whatever was sent before it is through
        await settled(at)
        assert await at.store.unfinished("slack") == []
        return await left(at)


async def dropped(at: Whole, work: Work, deed: Deed) -> None:
    """Its acknowledgement is lost, the socket breaks while the bot waits for Slack, and Slack sends it again."""
    sockets, held = at.standin.sockets, at.standin.hold(work.call, work.past)
    sockets.deaf, sockets.resend_after = True, 0.05
    doing = asyncio.ensure_future(deed())
    async with asyncio.timeout(20):
        await held.reached.wait()
    opened = sockets.opened
    sockets.cut()
    sockets.deaf = False
    await sockets.connected(opened=opened + 1)
    if work.call != "users.info":  # a form's acknowledgement waits for what is wrong with it
        await sockets.quiet()
    held.go_on.set()
    await doing
    await sockets.quiet()


@pytest.fixture(autouse=True)
def unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a busy machine a new connection may take longer than a person is made to wait: here nobody is in a hurry."""
    monkeypatch.setattr(people, "AT_MOST", 60.0)
    monkeypatch.setattr(rooms, "AT_MOST", 60.0)
    monkeypatch.setattr(submitting, "PATIENT", 60.0)


async def settled(at: Whole) -> None:
    """Wait until nobody is owed anything."""
    await at.standin.sockets.quiet()
    async with asyncio.timeout(10):
        while await at.store.unfinished("slack"):  # noqa: ASYNC110 — a store, which tells nobody when it changes
            await asyncio.sleep(0.01)


@pytest.mark.parametrize("name", WORK)
async def test_a_socket_dropped_in_the_middle_of_any_work_leaves_no_trace(
    name: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    whole = await done(WORK[name], tmp_path_factory.mktemp("whole"), undisturbed)
    assert await done(WORK[name], tmp_path_factory.mktemp("dropped"), dropped) == whole


# ── the answer of Slack's that is lost ──


async def lost(at: Whole, work: Work, deed: Deed, *, arrived: bool) -> None:
    """Slack's answer to the call never comes: it did what it was asked, or it did not, and nobody knows."""
    held = at.standin.hold(work.call, work.past)
    doing = asyncio.ensure_future(deed())
    async with asyncio.timeout(20):
        await held.reached.wait()
    at.standin.trouble(work.call, status=0, done=arrived)
    held.go_on.set()
    await doing
    if work.ready is discuss:  # who presses is told so, and presses once more
        assert at.standin.said[-1].shown.endswith("Please try it once more in a moment.")
        await deed()


SAID = [name for name, work in WORK.items() if work.call == "chat.postMessage" and name != "a paper kept for later"]
"""What a channel is told; a person's own messages with the bot cannot be looked at, and are told of instead."""


@pytest.mark.parametrize("arrived", [True, False])
@pytest.mark.parametrize("name", SAID)
async def test_an_answer_that_is_lost_in_the_middle_loses_and_doubles_nothing_that_a_channel_reads(
    name: str, arrived: bool, tmp_path_factory: pytest.TempPathFactory
) -> None:
    whole = await done(WORK[name], tmp_path_factory.mktemp("whole"), undisturbed)
    broken = await done(WORK[name], tmp_path_factory.mktemp("lost"), partial(lost, arrived=arrived))
    assert _public(broken) == _public(whole)
    assert broken[1:-1] == whole[1:-1]


def _public(left: tuple[object, ...]) -> list[object]:
    """What everybody reads."""
    assert isinstance(left[0], list)
    return [said for said in left[0] if not said[1]]
