"""Commands and buttons in Discord: the real discord.py over sockets, against our stand-in."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from bot.chat.discord.offering import FIND
from bot.commands import VERBS
from bot.model import Ask, Button, Channel, Heard, Line, Post, Press, Reply, Span
from tests.chat.discord_running import Answers, channel, digest, paper, running, sentence
from tests.standins.discord import Discord
from tests.standins.discord.world import Place

PREVIEW = Reply(
    sentence("Subscribe to transformers?", Button("Subscribe", "confirm:7", "primary"), Button("No", "cancel:7"))
)


@pytest.mark.parametrize(
    ("typed", "options", "verb", "words"),
    [
        ("subscribe", {"rule": "transformers -survey mode:daily"}, "subscribe", "transformers -survey mode:daily"),
        ("unsubscribe", {"which": "3"}, "unsubscribe", "3"),
        ("subscriptions", {}, "subscriptions", ""),
        ("papers help", {}, "papers", "help"),
        ("papers search", {"rule": "diffusion"}, "papers", "search diffusion"),
        ("papers top", {"span": "14d"}, "papers", "top 14d"),
        ("papers settings", {}, "papers", "settings"),
        ("papers settings", {"at": "08:30"}, "papers", "settings at:08:30"),
        (
            "papers settings",
            {"mode": "daily", "tz": "Europe/Berlin", "max": 5, "empty": "say", "who": "managers, <@9>"},
            "papers",
            "settings mode:daily tz:Europe/Berlin max:5 empty:say who:managers,<@9>",
        ),
        ("papers subscribe", {"rule": "mamba", "max": 3}, "subscribe", "max:3 mamba"),
        ("papers unsubscribe", {"which": "all", "mine": True}, "unsubscribe", "me all"),
        ("papers change", {"which": "3", "rule": "mamba -vision"}, "papers", "change 3 mamba -vision"),
        ("papers test", {"which": "3"}, "papers", "test 3"),
        ("papers why", {"paper": "2405.04324"}, "papers", "why 2405.04324"),
        ("papers find", {"paper": "mamba"}, "papers", "find mamba"),
        ("papers saved", {}, "papers", "saved"),
        ("papers status", {}, "papers", "status"),
        ("papers overview", {}, "papers", "overview"),
        ("papers export", {}, "papers", "export"),
        ("papers address", {}, "papers", "address"),
        ("papers address", {"end": True}, "papers", "address end"),
        ("papers pause", {"span": "3d"}, "papers", "pause 3d"),
        ("papers resume", {}, "papers", "resume"),
        ("papers feeds list", {}, "papers", "feeds"),
        ("papers feeds add", {"address": "https://a.example/"}, "papers", "feeds add https://a.example/"),
        ("papers feeds remove", {"address": "https://a.example/"}, "papers", "feeds remove https://a.example/"),
    ],
)
async def test_a_command_is_heard_and_answered_to_its_person_alone(
    typed: str, options: dict[str, Any], verb: str, words: str
) -> None:
    """Each command hands its words on; the answer is ephemeral, and the channel stays quiet."""
    answers = Answers(Reply(sentence("Here you are.")))
    async with Discord() as discord, running(discord, answers):
        seen = await discord.command(typed, options)
        assert (seen.text, seen.hidden, discord.general.messages) == ("Here you are.", True, [])
        assert answers.heard == [Ask(channel(discord), f"discord:{discord.ann.id}", verb, words, "manager")]


async def test_a_press_replaces_the_preview_and_tells_the_channel() -> None:
    """The private preview becomes the answer without buttons; the public part is one message in the channel."""

    def reply(heard: Heard) -> Reply:
        if isinstance(heard, Ask):
            return PREVIEW
        return Reply(sentence("Done."), public=sentence("Ann subscribed."), replaces=True)

    answers = Answers(reply)
    async with Discord() as discord, running(discord, answers):
        preview = await discord.command("subscribe", {"rule": "transformers"})
        assert preview.buttons == {"Subscribe": "confirm:7", "No": "cancel:7"}
        seen = await discord.press(preview, "confirm:7")
        assert (seen.id, seen.text, seen.buttons) == (preview.id, "Done.", {})
        assert [told.text for told in await discord.said()] == ["Ann subscribed."]
        assert answers.heard[1] == Press(channel(discord), f"discord:{discord.ann.id}", "confirm:7", "manager")


async def test_buttons_of_an_earlier_life_still_work() -> None:
    """A press on a post made before a restart is answered privately; the post stays as it is."""
    answers = Answers(Reply(sentence("In its thread."), thread="42"))
    async with Discord() as discord:
        async with running(discord, answers) as chat:
            await chat.post(channel(discord), paper(), "k1")
        async with running(discord, answers):
            (post,) = discord.general.messages
            before = post.text
            discord.places[42] = Place(42, "Quantized", discord.general.id)
            seen = await discord.press(post, "discuss:1")
            assert (seen.text, seen.hidden, post.text) == ("In its thread.", True, before)
            assert seen.buttons == {"Open the thread": f"https://discord.com/channels/{discord.guild}/42"}


async def test_a_paper_picked_from_an_old_list_is_pressed() -> None:
    """A digest's menu works after a restart: the option is the action, the answer is its person's alone."""
    answers = Answers(Reply(sentence("In its thread."), thread="42"))
    async with Discord() as discord:
        async with running(discord, answers) as chat:
            await chat.post(channel(discord), digest(7), "k1")
        async with running(discord, answers):
            (post,) = discord.general.messages
            assert post.options == {f"Paper {n}: a name": f"discuss:{n}" for n in range(1, 8)}
            discord.places[42] = Place(42, "Paper 5", discord.general.id)
            seen = await discord.choose(post, "discuss:5", discord.bob)
            assert (seen.text, seen.hidden) == ("In its thread.", True)
            assert answers.heard == [Press(channel(discord), f"discord:{discord.bob.id}", "discuss:5")]


async def test_what_is_seldom_wanted_stands_behind_one_button() -> None:
    """It shows its buttons to whoever presses it, after a restart too, and each of them is a press like any other."""
    more = (Button("Why is it here?", "why:7"), Button("Not for us", "not:7"), Button("BibTeX", "bibtex:7"))
    answers = Answers(Reply(sentence("Because of a rule.")))
    async with Discord() as discord:
        async with running(discord, answers) as chat:
            post = Post(Line((Span("A paper"),)), buttons=(Button("Discuss", "discuss:7"),), paper="arxiv:1", more=more)
            await chat.post(channel(discord), post, "k1")
        async with running(discord, answers):
            (told,) = discord.general.messages
            assert list(told.buttons) == ["Discuss", "⋯"]
            menu = await discord.press(told, told.buttons["⋯"], discord.bob)
            assert (menu.hidden, menu.buttons) == (True, {button.label: button.action for button in more})
            assert answers.heard == []
            seen = await discord.press(menu, "why:7", discord.bob)
            assert (seen.text, seen.hidden) == ("Because of a rule.", True)
            assert answers.heard == [Press(channel(discord), f"discord:{discord.bob.id}", "why:7")]


async def test_a_private_answer_never_takes_the_place_of_a_public_post() -> None:
    """What a channel reads is only replaced by a post about its paper."""
    answers = Answers(lambda heard: Reply(sentence("That button is used up."), replaces=True))
    async with Discord() as discord, running(discord, answers) as chat:
        await chat.post(channel(discord), paper("Kept"), "k1")
        (post,) = discord.general.messages
        seen = await discord.press(post, "discuss:1")
        assert (seen.hidden, seen.text, post.text) == (True, "That button is used up.", "Kept")


async def test_an_answer_that_replaces_nothing_stands_below() -> None:
    """The preview stays, with its buttons, for the next press."""
    answers = Answers(lambda heard: PREVIEW if isinstance(heard, Ask) else Reply(sentence("Not yet.")))
    async with Discord() as discord, running(discord, answers):
        preview = await discord.command("subscribe", {"rule": "transformers"})
        seen = await discord.press(preview, "confirm:7")
        assert (seen.text, seen.hidden, seen.id != preview.id) == ("Not yet.", True, True)
        assert (preview.text, len(preview.buttons)) == ("Subscribe to transformers?", 2)


async def test_a_press_can_bring_the_post_up_to_date() -> None:
    """A post about a paper takes the place of the one whose button was pressed, for all to see."""
    answers = Answers(lambda heard: Reply(paper("Quantized transformers", "one vote"), replaces=True))
    async with Discord() as discord, running(discord, answers) as chat:
        await chat.post(channel(discord), paper(), "k1")
        (post,) = discord.general.messages
        seen = await discord.press(post, "discuss:1")
        assert (seen.id, seen.text) == (post.id, "Quantized transformers\none vote")


async def test_inside_a_thread_the_channel_is_meant_and_named() -> None:
    """A command in a thread is about the channel it hangs from, and the answer says so."""
    answers = Answers(Reply(sentence("Nothing yet.")))
    async with Discord() as discord, running(discord, answers) as chat:
        message = await chat.post(channel(discord), paper(), "k1")
        thread = await chat.thread(channel(discord), message, "Quantized", sentence("The abstract."), "k2")
        seen = await discord.command("subscriptions", place=discord.places[int(thread)])
        assert answers.heard == [Ask(channel(discord), f"discord:{discord.ann.id}", "subscriptions", "", "manager")]
        assert seen.text.startswith("Nothing yet.\nYou are in a thread: this is about #general")


async def test_in_direct_messages_a_person_looks_after_their_own() -> None:
    """What is typed to the bot alone is about the person's own messages, and nobody else manages those."""
    answers = Answers(Reply(sentence("Yours."), public=sentence("You subscribed.")))
    async with Discord() as discord, running(discord, answers):
        mine = discord.private(discord.bob)
        seen = await discord.command("subscribe", {"rule": "x"}, place=mine, by=discord.bob)
        own = Channel("discord", f"@me/{mine.id}")
        assert answers.heard == [Ask(own, f"discord:{discord.bob.id}", "subscribe", "x", "manager")]
        assert seen.text == "Yours."
        assert [told.text for told in await discord.said(mine)] == ["You subscribed."]


@pytest.mark.parametrize(("permissions", "standing"), [(0, "member"), (1 << 4, "manager"), (1 << 5, "manager")])
async def test_who_manages_the_channel_or_the_server_is_a_manager(permissions: int, standing: str) -> None:
    """Told with each command and each press, as Discord tells it then: whoever lost it since is a member again."""
    answers = Answers(lambda heard: PREVIEW if isinstance(heard, Ask) else Reply(sentence("Yes.")))
    async with Discord() as discord, running(discord, answers):
        discord.bob.permissions |= permissions
        preview = await discord.command("papers settings", {"at": "08:30"}, by=discord.bob)
        discord.bob.permissions &= ~permissions
        await discord.press(preview, "confirm:7", discord.bob)
        asked, pressed = answers.heard
        assert isinstance(asked, Ask)
        assert isinstance(pressed, Press)
        assert (asked.standing, pressed.standing) == (standing, "member")


async def test_a_public_line_that_is_refused_is_told_to_the_person() -> None:
    """The subscription stands, but its person hears what the bot may not do, and what to allow it."""
    answers = Answers(lambda heard: Reply(sentence("Done."), public=sentence("Ann subscribed.")))
    async with Discord() as discord, running(discord, answers):
        discord.general.lacks.add("send")
        talk = await discord.begin_command("subscriptions")
        seen = await discord.seen(talk, 2)
        assert (talk.shown[0].text, seen.hidden) == ("Done.", True)
        assert "allow it View Channel, Send Messages and Embed Links" in seen.text


async def test_commands_are_told_to_discord_only_when_they_changed() -> None:
    """The first start registers them; the second finds them as they are, though Discord lists them its own way."""
    answers = Answers(PREVIEW)
    async with Discord() as discord:
        async with running(discord, answers):
            assert discord.published == 1
        async with running(discord, answers):
            assert discord.published == 1
        discord.commands[0]["description"] = "What it was last year"
        async with running(discord, answers):
            assert discord.published == 2


async def test_only_managers_are_offered_what_changes_a_channel() -> None:
    """Discord's default: Manage Channels for subscribing and unsubscribing, unless the config leaves it to anyone."""
    async with Discord() as discord:
        async with running(discord, Answers(PREVIEW)):
            offered = {command["name"]: command["default_member_permissions"] for command in discord.commands}
        everybody = {"subscriptions": None, "papers": None, FIND: None}
        assert offered == {"subscribe": "16", "unsubscribe": "16"} | everybody
        async with running(discord, Answers(PREVIEW), to_all=True):
            offered = {command["name"]: command["default_member_permissions"] for command in discord.commands}
        assert offered == {"subscribe": None, "unsubscribe": None} | everybody
        assert discord.published == 2


async def test_every_command_that_the_help_names_can_be_typed() -> None:
    """The same commands as elsewhere, and each as `/papers …` too, for whom Discord does not show the short one."""
    async with Discord() as discord, running(discord, Answers(PREVIEW)):
        papers = next(command for command in discord.commands if command["name"] == "papers")
        typed = {f"/{command['name']}" for command in discord.commands} | {
            f"/papers {one['name']}" for one in papers["options"]
        }
        assert set(VERBS) <= typed
        assert {"/papers subscribe", "/papers unsubscribe"} <= typed


async def test_an_old_command_is_answered_with_a_sentence() -> None:
    """Discord's apps show a removed command for a while."""
    async with Discord() as discord, running(discord, Answers(PREVIEW)):
        discord.commands.append({"id": "8", "name": "digest", "description": "old", "options": []})
        assert "updated" in (await discord.command("digest")).text


async def test_what_would_change_something_is_left_alone_when_its_time_is_over() -> None:
    """Nothing is changed that its person would not see; the next command works."""
    answers = Answers(Reply(sentence("Here.")))
    async with Discord() as discord, running(discord, answers):
        discord.refuse(404, 10062, "POST /interactions")
        await discord.begin_command("unsubscribe", {"which": "all"})
        assert (await discord.command("papers help")).text == "Here."
        assert [heard.words for heard in answers.heard if isinstance(heard, Ask)] == ["help"]


async def test_what_another_process_has_answered_is_not_done_again() -> None:
    """40060: the press belongs to whoever acknowledged it first."""
    answers = Answers(lambda heard: PREVIEW if isinstance(heard, Ask) else Reply(sentence("Done.")))
    async with Discord() as discord, running(discord, answers):
        preview = await discord.command("subscribe", {"rule": "x"})
        discord.refuse(400, 40060, "POST /interactions")
        await discord.begin_press(preview, "confirm:7")
        assert (await discord.command("papers help")).text == "Subscribe to transformers?"
        assert [type(heard) for heard in answers.heard] == [Ask, Ask]


async def test_a_command_that_comes_late_is_asked_about_before_it_is_done() -> None:
    """What was typed while the line was down may be given up: deferred first, and nothing done for nobody."""
    answers = Answers(Reply(sentence("Here.")))
    async with Discord() as discord, running(discord, answers):
        await discord.gateway.drop()
        talk = await discord.begin_command("subscriptions")
        assert (await discord.seen(talk)).text == "Here."
        assert talk.deferred
        discord.refuse(404, 10062, "POST /interactions")
        await discord.gateway.drop()
        await discord.begin_command("papers status")
        now = await discord.begin_command("papers help")
        await discord.seen(now)
        assert [heard.words for heard in answers.heard if isinstance(heard, Ask)] == ["", "help"]


async def test_a_quick_answer_is_given_at_once_and_a_slow_one_deferred() -> None:
    """Nobody sees "thinking…" without a reason."""
    answers = Answers(Reply(sentence("Here.")))
    async with Discord() as discord, running(discord, answers):
        quick = await discord.begin_command("subscriptions")
        assert (await discord.seen(quick)).text == "Here."
        answers.go.clear()
        slow = await discord.begin_command("papers help")
        await discord.until(lambda: slow.deferred, "it was not deferred")
        answers.go.set()
        assert (await discord.seen(slow)).text == "Here."
        assert (quick.deferred, slow.deferred, slow.answered) == (False, True, 1)


async def test_an_interaction_heard_twice_is_answered_once() -> None:
    """Another process of the bot, or a replay: who comes second finds it acknowledged (40060) and stops."""
    answers = Answers(Reply(sentence("Here."), public=sentence("Once.")))
    async with Discord() as discord, running(discord, answers):
        await discord.command("subscriptions")
        await discord.repeat()
        await discord.command("papers help")
        assert [heard.verb for heard in answers.heard if isinstance(heard, Ask)] == ["subscriptions", "papers"]
        assert [told.text for told in await discord.said(count=2)] == ["Once."] * 2


async def test_a_gateway_that_drops_in_the_middle_loses_and_doubles_nothing() -> None:
    """The answer under way arrives; a command typed while the line was down is heard after the resume."""
    answers = Answers(Reply(sentence("Here.")))
    async with Discord() as discord, running(discord, answers):
        answers.go.clear()
        talk = await discord.begin_command("subscriptions")
        await answers.asked.wait()
        await discord.gateway.drop()
        missed = await discord.begin_command("papers help")
        answers.go.set()
        assert (await discord.seen(talk)).text == "Here."
        assert (await discord.seen(missed)).text == "Here."
        assert (len(answers.heard), talk.answered, discord.gateway.resumed) == (2, 1, 1)


async def test_a_session_that_discord_forgot_is_begun_anew() -> None:
    """INVALID_SESSION after a drop: the bot identifies again and hears the next command."""
    answers = Answers(Reply(sentence("Here.")))
    async with Discord() as discord, running(discord, answers):
        discord.gateway.forgetful = True
        await discord.gateway.drop()
        await discord.listening(2)
        assert (await discord.command("subscriptions")).text == "Here."
        assert len(discord.gateway.intents) == 2


async def test_no_privileged_intent_is_asked_for() -> None:
    """The bot neither reads messages nor watches members."""
    async with Discord() as discord, running(discord, Answers(PREVIEW)):
        assert discord.gateway.intents == [1]


async def test_closing_lets_an_answer_under_way_arrive() -> None:
    """Whoever pressed just before a restart sees the outcome, and so does the channel."""
    answers = Answers(Reply(sentence("Here."), public=sentence("For all.")))
    answers.go.clear()
    async with Discord() as discord:
        async with running(discord, answers):
            talk = await discord.begin_command("subscriptions")
            await answers.asked.wait()
            asyncio.get_running_loop().call_later(0.05, answers.go.set)
        assert (await discord.seen(talk)).text == "Here."
        assert [told.text for told in discord.general.messages] == ["For all."]


async def test_the_channel_hears_even_if_the_person_cannot() -> None:
    """A private answer that gets lost takes nothing else with it."""
    answers = Answers(Reply(sentence("Here."), public=sentence("For all.")))
    async with Discord() as discord, running(discord, answers):
        discord.refuse(404, 10015, "PATCH /webhooks")
        await discord.begin_command("subscriptions")
        assert [told.text for told in await discord.said()] == ["For all."]
