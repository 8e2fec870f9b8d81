"""Forms in Discord: opened, sent, refused with what was typed kept; commands with options; completion; menus."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from bot.chat.discord import forms
from bot.chat.discord.offering import FIND
from bot.chat.discord.words import subscribing
from bot.commands import subscribe
from bot.errors import WordsWrong
from bot.model import Ask, Button, Change, Channel, Field, Form, Heard, Line, Options, Post, Press, Reply, Span, Typing
from tests.chat.discord_running import Answers, channel, paper, running, sentence
from tests.standins.discord import Discord, limits
from tests.standins.discord.world import MANAGE_CHANNELS, Place

EDIT = Form(
    "Edit this subscription",
    "edited:7",
    (
        Field("rule", "Rule", "transformers", 'Words, "a phrase", OR, -without', needed=True),
        Field("mode", "When", "daily", choices=(("instant", "At once"), ("daily", "Once a day"))),
        Field("note", "Note"),
    ),
)
PREVIEW = Reply(sentence("Subscribe?", Button("Edit", "edit:7"), Button("Subscribe", "confirm:7")))


def editing(heard: Heard) -> Reply:
    """A preview, its form, and what comes of it."""
    if isinstance(heard, Ask):
        return PREVIEW
    assert isinstance(heard, Press)
    if heard.action == "edit:7":
        return Reply(sentence(""), form=EDIT)
    if "(" in dict(heard.fields)["rule"] and ")" not in dict(heard.fields)["rule"]:
        lines = (Line((Span("Rule: a parenthesis is not closed."),), "item"),)
        post = Post(sentence("That rule cannot be read.").headline, lines)
        return Reply(post, wrong=(("rule", "A parenthesis is not closed."),))
    return Reply(sentence(f"Subscribe to {dict(heard.fields)['rule']}?"), replaces=True)


async def test_a_form_opens_and_what_is_sent_comes_back_by_name() -> None:
    """A button opens it at once; sent, it replaces the private message that it was opened from."""
    answers = Answers(editing)
    async with Discord() as discord, running(discord, answers):
        preview = await discord.command("subscribe", {"rule": "transformers"})
        opened = await discord.begin_press(preview, "edit:7")
        shown = await discord.form(opened)
        assert (shown["title"], [part["label"] for part in shown["components"]]) == (
            "Edit this subscription",
            ["Rule", "When", "Note"],
        )
        assert shown["components"][0]["component"]["value"] == "transformers"
        sent = await discord.send_form(opened, {"rule": " mamba ", "mode": "instant"})
        seen = await discord.seen(sent)
        assert (seen.id, seen.text) == (preview.id, "Subscribe to mamba?")
        fields = (("rule", "mamba"), ("mode", "instant"), ("note", ""))
        assert answers.heard[-1] == Press(channel(discord), f"discord:{discord.ann.id}", "edited:7", "manager", fields)


async def test_what_is_wrong_is_told_and_what_was_typed_is_kept() -> None:
    """Discord cannot keep a form open: a button opens it again as it was left, as often as it takes."""
    async with Discord() as discord, running(discord, Answers(editing)):
        preview = await discord.command("subscribe", {"rule": "transformers"})
        opened = await discord.begin_press(preview, "edit:7")
        sent = await discord.send_form(opened, {"rule": "(mamba", "note": "for Tuesday"})
        told = await discord.seen(sent)
        assert told.text == "That rule cannot be read.\nRule: a parenthesis is not closed."
        assert told.hidden
        again = await discord.begin_press(told, told.buttons["Correct it"])
        values = [part["component"].get("value") for part in (await discord.form(again))["components"]]
        assert (values[0], values[2]) == ("(mamba", "for Tuesday")
        right = await discord.send_form(again, {"rule": "(mamba)"})
        assert (await discord.seen(right)).text == "Subscribe to (mamba)?"


async def test_a_form_of_an_earlier_life_opens_as_it_is_now() -> None:
    """What was typed is lost with the process; nothing else is."""
    async with Discord() as discord:
        async with running(discord, Answers(editing)):
            preview = await discord.command("subscribe", {"rule": "transformers"})
            sent = await discord.send_form(await discord.begin_press(preview, "edit:7"), {"rule": "(x"})
            told = await discord.seen(sent)
        async with running(discord, Answers(editing)):
            again = await discord.begin_press(told, told.buttons["Correct it"])
            shown = await discord.form(again)
            assert shown["components"][0]["component"]["value"] == "transformers"
            right = await discord.send_form(again, {"rule": "(x)"})
            assert (await discord.seen(right)).text == "Subscribe to (x)?"


@pytest.mark.parametrize("wrong", [False, True], ids=["right", "to be corrected"])
async def test_a_form_that_was_open_over_a_restart_is_answered(wrong: bool) -> None:
    """Its own id says what it is about; what is wrong comes back with all that was typed."""
    async with Discord() as discord:
        async with running(discord, Answers(editing)):
            preview = await discord.command("subscribe", {"rule": "transformers"})
            opened = await discord.begin_press(preview, "edit:7")
            await discord.form(opened)
        async with running(discord, Answers(editing)):
            sent = await discord.send_form(opened, {"rule": "(mamba" if wrong else "mamba", "note": "for Tuesday"})
            seen = await discord.seen(sent)
            if not wrong:
                assert (seen.id, seen.text) == (preview.id, "Subscribe to mamba?")
                return
            again = await discord.form(await discord.begin_press(seen, seen.buttons["Correct it"]))
            values = [part["component"].get("value") for part in again["components"]]
            assert (values[0], values[2]) == ("(mamba", "for Tuesday")


async def test_a_form_that_comes_too_late_waits_behind_a_button() -> None:
    """A form can only be the first answer: after that a message with a way to it has to do."""
    answers = Answers(editing)
    async with Discord() as discord, running(discord, answers):
        preview = await discord.command("subscribe", {"rule": "transformers"})
        answers.go.clear()
        pressed = await discord.begin_press(preview, "edit:7")
        await discord.until(lambda: pressed.deferred, "it was not deferred")
        answers.go.set()
        told = await discord.seen(pressed)
        opened = await discord.begin_press(told, told.buttons["Open the form"])
        assert (await discord.form(opened))["title"] == "Edit this subscription"


@pytest.mark.parametrize("text", ["t" * 300, "", " \n", "😀" * 90, "a\0\u202e"])
def test_a_form_fits_whatever_its_words_are(text: str) -> None:
    """Measured by the stand-in, which refuses what Discord does."""
    many = tuple((f"{n}", text) for n in range(25))
    fields = (
        Field("a", text, text * 9, text),
        Field("b", text, choices=many),
        *(Field(f"f{n}", text) for n in range(9)),
    )
    shown = forms.modal(Form(text, "edited:7", fields)).to_dict()
    assert limits.modal(dict(shown)) == []
    assert len(shown["components"]) == 5


async def test_a_socket_that_drops_while_a_form_is_filled_in_loses_nothing() -> None:
    """Sent while the line was down, heard once after the resume."""
    answers = Answers(editing)
    async with Discord() as discord, running(discord, answers):
        preview = await discord.command("subscribe", {"rule": "transformers"})
        opened = await discord.begin_press(preview, "edit:7")
        await discord.form(opened)
        await discord.gateway.drop()
        sent = await discord.send_form(opened, {"rule": "mamba"})
        assert (await discord.seen(sent)).text == "Subscribe to mamba?"
        assert (discord.gateway.resumed, sent.answered, len(answers.heard)) == (1, 1, 3)


# ── options ──


async def test_options_of_a_command_are_the_words_one_could_type() -> None:
    """The rule stays as it is, an open quote swallows nothing, and the words are read as they were meant."""
    answers = Answers(PREVIEW)
    async with Discord() as discord, running(discord, answers):
        given: dict[str, Any] = {"rule": 'mamba "state space', "mode": "daily", "at": "9:00", "tz": "America/New York"}
        await discord.command("subscribe", given | {"days": "mon, wed", "max": 5, "format": "card", "thread": "off"})
        (heard,) = answers.heard
        assert isinstance(heard, Ask)
        assert heard.words == (
            'mode:daily at:9:00 tz:America/New_York days:mon,wed max:5 format:card thread:off mamba "state space'
        )
    wanted = Options("daily", "09:00", "America/New_York", "mon,wed", "card", 5, "off")
    assert subscribe(heard.words.removesuffix('"state space')).options == wanted


def test_an_option_given_twice_is_told() -> None:
    """In the rule and beside it."""
    with pytest.raises(WordsWrong, match="mode: is given twice"):
        subscribe(subscribing("mamba mode:daily", {"mode": "instant"}))


async def test_another_channel_is_meant_with_the_rights_one_has_there() -> None:
    """The preview stands where it was asked for; its buttons, pressed here, are about the other channel."""
    answers = Answers(lambda heard: PREVIEW if isinstance(heard, Ask) else Reply(sentence("Done."), sentence("New!")))
    async with Discord() as discord:
        papers = discord.add_channel("papers")
        async with running(discord, answers):
            seen = await discord.command("subscribe", {"rule": "mamba", "channel": papers.id})
            assert seen.text == "Subscribe?\nThis is about #papers."
            assert seen.buttons["Subscribe"] == f"confirm:7@{papers.id}"
            await discord.press(seen, f"confirm:7@{papers.id}")
            assert [told.text for told in await discord.said(papers)] == ["New!"]
            ann = f"discord:{discord.ann.id}"
            assert answers.heard == [
                Ask(channel(discord, papers), ann, "subscribe", "mamba", "manager"),
                Press(channel(discord, papers), ann, "confirm:7", "manager"),
            ]


async def test_who_lost_another_channel_cannot_press_for_it() -> None:
    """Roles and channels change between a preview and its button."""
    answers = Answers(lambda heard: PREVIEW if isinstance(heard, Ask) else Reply(sentence("Done.")))
    async with Discord() as discord:
        papers = discord.add_channel("papers")
        async with running(discord, answers):
            seen = await discord.command("subscribe", {"rule": "mamba", "channel": papers.id})
            discord.ann.permissions &= ~MANAGE_CHANNELS
            await discord.press(seen, f"confirm:7@{papers.id}")
            assert answers.heard[-1] == Press(
                channel(discord, papers), f"discord:{discord.ann.id}", "confirm:7", "member"
            )
            papers.closed_to.add(discord.ann.id)
            await discord.tell(papers)
            await asyncio.sleep(0.05)
            assert "you cannot see it any more" in (await discord.press(seen, f"confirm:7@{papers.id}")).text
            assert len(answers.heard) == 2


async def test_a_channel_that_one_cannot_see_is_no_other_channel() -> None:
    """Discord's menus leave it out; who sends its number by other means is told nothing of it, while typing neither."""
    answers = Answers(PREVIEW)
    async with Discord() as discord:
        secret = discord.add_channel("secret")
        secret.closed_to.add(discord.ann.id)
        async with running(discord, answers):
            seen = await discord.command("subscribe", {"rule": "mamba", "channel": secret.id})
            assert "you cannot see it" in seen.text
            assert await discord.complete("subscribe", "rule", "ma", channel=secret.id) == []
            assert answers.heard == []


async def test_ones_own_messages_are_asked_for_with_an_option() -> None:
    """As `me` in words."""
    answers = Answers(PREVIEW)
    async with Discord() as discord, running(discord, answers):
        await discord.command("subscribe", {"rule": "mamba", "mode": "daily", "mine": True})
        await discord.command("subscriptions", {"mine": True})
        assert [heard.words for heard in answers.heard if isinstance(heard, Ask)] == ["me mode:daily mamba", "me"]


@pytest.mark.parametrize(
    ("lacks", "says"),
    [
        ({"embed"}, "Embed Links"),
        ({"history", "thread"}, "Read Message History, Create Public Threads and Send Messages in Threads"),
        ({"send"}, "Send Messages"),
        ({"see", "send"}, "View Channel and Send Messages"),
    ],
)
async def test_missing_permissions_are_named_when_somebody_subscribes(lacks: set[str], says: str) -> None:
    """Before the first post fails, in the words of Discord's settings."""
    async with Discord() as discord, running(discord, Answers(PREVIEW)):
        assert "lacks" not in (await discord.command("subscribe", {"rule": "x"})).text
        discord.general.lacks |= lacks
        seen = await discord.command("subscribe", {"rule": "x"})
        assert f"in the channel's settings, Permissions, allow it {says}, or posts" in seen.text
        assert "lacks" not in (await discord.command("subscriptions")).text


# ── completion and menus ──


async def test_what_is_being_typed_is_completed() -> None:
    """By what the flow offers, for the channel that is meant."""
    answers = Answers(Reply(sentence(""), choices=(("cat:cs.CL", "cat:cs.CL ← Computation and Language"),)))
    async with Discord() as discord, running(discord, answers):
        offered = await discord.complete("subscribe", "rule", "cat:cs.")
        assert offered == [{"name": "cat:cs.CL ← Computation and Language", "value": "cat:cs.CL"}]
        await discord.complete("unsubscribe", "which", "3")
        await discord.complete("papers feeds remove", "address", "https")
        ann = f"discord:{discord.ann.id}"
        assert answers.heard == [
            Typing(channel(discord), ann, "rule", "cat:cs."),
            Typing(channel(discord), ann, "subscription", "3"),
            Typing(channel(discord), ann, "feed", "https"),
        ]


async def test_choices_that_would_come_too_late_are_none(monkeypatch: pytest.MonkeyPatch) -> None:
    """A busy store keeps nobody waiting."""
    monkeypatch.setattr("bot.chat.discord.listening.CHOOSING", 0.05)
    answers = Answers(Reply(sentence(""), choices=(("a", "a"),)))
    answers.go.clear()
    async with Discord() as discord, running(discord, answers):
        assert await discord.complete("subscribe", "rule", "a") == []


async def test_a_messages_menu_finds_its_papers_thread() -> None:
    """The message itself is asked about; inside a thread, the paper that it belongs to."""
    answers = Answers(Reply(sentence("In its thread.")))
    async with Discord() as discord, running(discord, answers) as chat:
        number = await chat.post(channel(discord), paper(), "k1")
        (post,) = discord.general.messages
        assert (await discord.menu(post, FIND, discord.bob)).text.startswith("In its thread.")
        thread = discord.places[int(await chat.thread(channel(discord), number, "Q", sentence("More."), "k2"))]
        await discord.menu(discord.write(thread, "I like it"), FIND, discord.bob)
        bob = f"discord:{discord.bob.id}"
        assert answers.heard == [Ask(channel(discord), bob, "papers", "find", message=number)] * 2


async def test_a_thread_that_is_gone_is_opened_anew() -> None:
    """Nobody told us that it was deleted: Discord is asked before anybody is sent there."""

    def reply(heard: Heard) -> Reply:
        if isinstance(heard, Change):
            gone.append(heard.thread)
        return Reply(sentence("In its thread."), thread="43" if gone else "42")

    gone: list[str] = []
    async with Discord() as discord, running(discord, Answers(reply)) as chat:
        await chat.post(channel(discord), paper(), "k1")
        discord.places[43] = Place(43, "Quantized", discord.general.id)
        seen = await discord.press(discord.general.messages[0], "discuss:1")
        assert seen.buttons == {"Open the thread": f"https://discord.com/channels/{discord.guild}/43"}
        assert gone == ["42"]


async def test_people_see_what_their_roles_let_them_see() -> None:
    """As Discord tells it with what they type, or when it is asked; nobody sees another's own messages."""
    async with Discord() as discord:
        secret = discord.add_channel("secret")
        secret.closed_to.add(discord.bob.id)
        async with running(discord, Answers(PREVIEW)) as chat:
            every = [channel(discord), channel(discord, secret)]
            own = await chat.inbox(f"discord:{discord.ann.id}")
            discord.gone.add(discord.bob.id)
            assert await chat.visible(f"discord:{discord.bob.id}", every) == frozenset()
            discord.gone.clear()
            await discord.command("subscriptions")
            elsewhere = Channel("discord", "77/78")
            assert await chat.visible(f"discord:{discord.bob.id}", [*every, own, elsewhere]) == {channel(discord)}
            assert await chat.visible(f"discord:{discord.ann.id}", [*every, own]) == {*every, own}
