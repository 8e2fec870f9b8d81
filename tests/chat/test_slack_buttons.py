"""What happens when a person presses a button in Slack."""

from __future__ import annotations

import asyncio

from bot.model import Ask, Button, Entry, Heard, Line, Post, Press, Reply, Span
from tests.chat.slack_bot import GENERAL, echo, says, talking
from tests.standins.slack import Said, StandIn

ASKED = says("Subscribe?", buttons=(Button("Subscribe", "confirm:7", "primary"), Button("Cancel", "cancel:7")))


async def asked(standin: StandIn) -> Said:
    """The preview that a command brought."""
    return (await standin.command("/subscribe", "transformers")).answers[0]


async def test_a_press_is_heard_with_its_action() -> None:
    heard: list[Heard] = []

    async def answer(said: Heard) -> Reply:
        heard.append(said)
        return await echo(said)

    async with talking(answer) as (standin, chat):
        await chat.post(GENERAL, says("A paper", buttons=(Button("Discuss", "discuss:3"),)), "k")
        (message,) = standin.public()
        seen = await standin.press(message, "discuss:3", user="U0BOB")
    assert heard == [Press(GENERAL, "slack:U0BOB", "discuss:3")]
    assert [said.only for said in seen.answers] == ["U0BOB"]


async def test_a_replacing_answer_takes_the_place_of_what_was_pressed() -> None:
    async def answer(heard: Heard) -> Reply:
        if isinstance(heard, Ask):
            return Reply(ASKED)
        return Reply(says("Done."), public=says("Ada subscribed this channel."), replaces=True)

    async with talking(answer) as (standin, _):
        preview = await asked(standin)
        assert preview.buttons == {"Subscribe": "confirm:7", "Cancel": "cancel:7"}
        await standin.press(preview, "confirm:7")
        await standin.until(2)
        assert preview.shown == "Done."
        assert preview.buttons == {}
        assert [said.shown for said in standin.public()] == ["Ada subscribed this channel."]


async def test_an_answer_that_replaces_nothing_leaves_the_post_as_it_was() -> None:
    async with talking() as (standin, chat):
        await chat.post(GENERAL, says("A paper", buttons=(Button("Discuss", "discuss:3"),)), "k")
        (message,) = standin.public()
        seen = await standin.press(message, "discuss:3")
        assert message.shown == "A paper"
        assert seen.answers[0] is not message


async def test_a_press_in_a_thread_is_answered_in_the_thread() -> None:
    async with talking() as (standin, chat):
        parent = await chat.post(GENERAL, says("A paper"), "k")
        await chat.thread(GENERAL, parent, "A paper", says("Abstract", buttons=(Button("Save", "save:3"),)), "k|t")
        seen = await standin.press(standin.public()[1], "save:3")
        assert seen.answers[0].thread == parent


async def test_a_button_without_an_action_is_acknowledged_and_no_more() -> None:
    heard: list[Heard] = []

    async def answer(said: Heard) -> Reply:
        heard.append(said)
        return await echo(said)

    async with talking(answer) as (standin, chat):
        await chat.post(GENERAL, says("A paper", buttons=(Button("Read", "x:1"),)), "k")
        (message,) = standin.public()
        message.blocks[-1]["elements"][0]["value"] = ""  # as a button that only opens a page
        seen = standin.push(message, "")
        async with asyncio.timeout(5):
            await seen.acked.wait()
        await standin.command("/subscriptions")
    assert [said for said in heard if isinstance(said, Press)] == []


async def test_the_same_press_twice_is_two_presses() -> None:
    heard: list[Heard] = []

    async def answer(said: Heard) -> Reply:
        heard.append(said)
        return await echo(said)

    async with talking(answer) as (standin, chat):
        await chat.post(GENERAL, says("A paper", buttons=(Button("Discuss", "discuss:3"),)), "k")
        (message,) = standin.public()
        await standin.press(message, "discuss:3")
        await standin.press(message, "discuss:3")
    assert len(heard) == 2


LIST = Post(
    Line((Span("Monday"),)),
    entries=tuple(
        Entry(f"Paper {n}", (Line((Span(f"Paper {n}"),)),), Button("Discuss", f"discuss:{n}")) for n in (1, 2)
    ),
    buttons=(Button("Upvote", "vote:1"),),
    more=(Button("Why is this here?", "why:1"), Button("Not for us", "not:1")),
)


async def test_what_is_chosen_in_a_menu_is_a_press() -> None:
    heard: list[Heard] = []

    async def answer(said: Heard) -> Reply:
        heard.append(said)
        return await echo(said)

    async with talking(answer) as (standin, chat):
        await chat.post(GENERAL, LIST, "k")
        (message,) = standin.public()
        assert message.choices == {
            "Paper 1": "discuss:1", "Paper 2": "discuss:2", "Why is this here?": "why:1", "Not for us": "not:1"
        }  # fmt: skip
        for action in ("discuss:2", "why:1", "vote:1"):
            await standin.press(message, action, user="U0BOB")
    assert heard == [Press(GENERAL, "slack:U0BOB", action) for action in ("discuss:2", "why:1", "vote:1")]


async def test_a_menu_works_after_the_bot_was_started_again() -> None:
    async with talking() as (standin, chat):
        await chat.post(GENERAL, LIST, "k")
        (message,) = standin.public()
    async with talking() as (later, _):
        seen = await later.press(message, "discuss:1")
        assert [said.shown for said in seen.answers] == [f"discuss:1|slack:U0ADA|{GENERAL}"]


async def test_a_menu_that_nothing_was_chosen_in_is_acknowledged_and_no_more() -> None:
    heard: list[Heard] = []

    async def answer(said: Heard) -> Reply:
        heard.append(said)
        return await echo(said)

    async with talking(answer) as (standin, chat):
        await chat.post(GENERAL, LIST, "k")
        (message,) = standin.public()
        message.elements[0]["options"][0]["value"] = ""  # as a choice that is taken back
        seen = standin.push(message, "")
        async with asyncio.timeout(5):
            await seen.acked.wait()
        await standin.command("/subscriptions")
    assert [said for said in heard if isinstance(said, Press)] == []
