"""Forms in Slack: opened in time, wrong at their fields, sent once, whatever becomes of triggers and sockets."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from bot.chat.slack import answering, forms
from bot.model import Ask, Button, Field, Form, Heard, Press, Reply
from tests.chat.slack_bot import GENERAL, says, slack, talking
from tests.standins.slack import Interaction, Said, StandIn, read
from tests.standins.slack.blockkit import view_faults

RULE = Field("rule", "Rule", "transformers", "Words side by side mean both.", needed=True)
WHEN = Field("mode", "When", "daily", choices=(("instant", "At once"), ("daily", "Once a day")))
FORM = Form("Edit the rule", "edited:7", (RULE, WHEN))
PREVIEW = says("Subscribe?", buttons=(Button("Subscribe", "confirm:7"), Button("Edit", "edit:7")))


class Bot:
    """Answers `/subscribe` with a preview, Edit with a form, and a form that says `wrong` with what is wrong."""

    def __init__(self, pause: float = 0.0, sent: float = 0.0) -> None:
        self.heard: list[Heard] = []
        self.pause, self.sent = pause, sent

    async def __call__(self, heard: Heard) -> Reply:
        self.heard.append(heard)
        if isinstance(heard, Ask):
            return Reply(PREVIEW)
        assert isinstance(heard, Press)
        if heard.action == "edit:7":
            await asyncio.sleep(self.pause)
            return Reply(says("Here is the form."), form=FORM)
        if heard.action == "edited:7":
            await asyncio.sleep(self.sent)
            rule = dict(heard.fields)["rule"]
            if rule == "wrong":
                return Reply(says("That is wrong."), wrong=(("rule", "There is no word like that."),))
            return Reply(says(f"Subscribe to {rule}?", buttons=PREVIEW.buttons), replaces=True)
        return Reply(says("Done."), public=says("Ada subscribed this channel."), replaces=True)

    @property
    def presses(self) -> list[tuple[str, tuple[tuple[str, str], ...]]]:
        return [(one.action, one.fields) for one in self.heard if isinstance(one, Press)]


async def edit(standin: StandIn) -> tuple[Said, Interaction, dict[str, Any]]:
    """The preview, the press on its Edit, and the modal that opened."""
    preview = (await standin.command("/subscribe", "transformers")).answers[0]
    pressed = standin.push(preview, "edit:7")
    return preview, pressed, await standin.seen(standin.modal)


def test_a_form_is_a_modal_that_slack_takes() -> None:
    long = Form("A title far longer than Slack takes", "a:1", (
        Field("a" * 300, "L" * 3000, "v" * 5000, "h" * 3000),
        Field("b", "", "x\ny", choices=(("", "none"), ("v" * 151, "long"), ("x", "y" * 100))),
        Field("c", "C", choices=tuple((str(n), str(n)) for n in range(101))),
    ), "Send it, whatever it may be")  # fmt: skip
    for form in (FORM, long):
        assert view_faults(forms.modal(form, "trigger.1", [says("Wrong").headline]), "modal") == []
    assert view_faults(forms.loading(""), "modal") == []
    assert view_faults(forms.showing(PREVIEW, ""), "modal") == []


async def test_a_form_opens_and_its_fields_come_back() -> None:
    bot = Bot()
    async with talking(bot) as (standin, _):
        preview, _, view = await edit(standin)
        assert view["title"]["text"] == "Edit the rule"
        shown = [(block["label"]["text"], block["optional"]) for block in view["blocks"]]
        assert shown == [("Rule", False), ("When", True)]
        assert await standin.fill(view, {"Rule": "mamba", "When": "At once"}) == {}
        await standin.seen(lambda: preview.shown == "Subscribe to mamba?")
        assert preview.buttons == {"Subscribe": "confirm:7", "Edit": "edit:7"}
    assert bot.presses == [("edit:7", ()), ("edited:7", (("rule", "mamba"), ("mode", "instant")))]


async def test_what_is_wrong_stands_at_its_field_and_the_form_stays() -> None:
    bot = Bot()
    async with talking(bot) as (standin, _):
        preview, _, view = await edit(standin)
        said = await standin.fill(view, {"Rule": "wrong"})
        assert said == {"response_action": "errors", "errors": {"0.rule": "There is no word like that."}}
        assert preview.shown == "Subscribe?"
        assert await standin.fill(view, {"Rule": "right"}) == {}
        await standin.seen(lambda: preview.shown == "Subscribe to right?")


def test_what_is_wrong_with_no_field_is_said_at_the_first() -> None:
    wrong = (("rule", "One."), ("nothing", "Two\nlines."), ("mode", "x" * 900))
    said = forms.errors(FORM, wrong)
    assert said["0.rule"] == "One. Two lines."
    assert len(said["1.mode"]) == 300


async def test_a_form_that_takes_its_time_is_opened_before_its_trigger_expires() -> None:
    bot = Bot(pause=answering.AHEAD + 0.3)
    async with talking(bot) as (standin, _):
        preview, pressed, view = await edit(standin)
        assert read(view["blocks"]) == "One moment …"
        standin.stale(pressed)
        full = await standin.seen(lambda: (now := standin.modal()) and now["callback_id"] == "form" and now)
        assert full["id"] == view["id"]
        await standin.fill(full, {"Rule": "mamba"})
        await standin.seen(lambda: preview.shown == "Subscribe to mamba?")


async def test_an_expired_trigger_offers_the_form_once_more() -> None:
    late = asyncio.Event()
    bot = Bot()

    async def answer(heard: Heard) -> Reply:
        if isinstance(heard, Press) and not late.is_set():
            await late.wait()
        return await bot(heard)

    async with talking(answer) as (standin, chat):
        preview = says("A paper", buttons=(Button("Change", "edit:7"),))
        await chat.post(GENERAL, preview, "k")
        pressed = standin.push(standin.public()[0], "edit:7")
        standin.stale(pressed)
        await pressed.acked.wait()
        late.set()
        (told,) = await pressed.answered()
        assert "within three seconds" in told.shown
        assert told.buttons == {"Open it": "edit:7"}
        standin.push(told, "edit:7")
        assert (await standin.seen(standin.modal))["callback_id"] == "form"


async def test_a_form_whose_answer_takes_its_time_comes_back_with_what_is_wrong() -> None:
    bot = Bot(sent=answering.PATIENT + 0.3)
    async with talking(bot) as (standin, _):
        preview, _, view = await edit(standin)
        said = await standin.fill(view, {"Rule": "wrong", "When": "At once"})
        assert said["response_action"] == "update"
        again = await standin.seen(lambda: (now := standin.modal()) and now["callback_id"] == "form" and now)
        assert read(again["blocks"][:1]) == "There is no word like that."
        assert again["blocks"][1]["element"]["initial_value"] == "wrong"
        bot.sent = 0.0
        assert await standin.fill(again, {"Rule": "right"}) == {}
        await standin.seen(lambda: preview.shown == "Subscribe to right?")
        assert ("edited:7", (("rule", "right"), ("mode", "instant"))) in bot.presses


async def test_a_form_sent_again_is_done_once_and_told_the_same() -> None:
    bot = Bot()
    async with talking(bot, ping=0.05) as (standin, _):
        _, _, view = await edit(standin)
        standin.sockets.deaf, standin.sockets.resend_after = True, 0.1
        filling = asyncio.create_task(standin.fill(view, {"Rule": "wrong"}))
        await standin.sockets.sent_again()
        standin.sockets.cut()  # in the middle of a modal
        standin.sockets.deaf = False
        said = await filling
        assert said == {"response_action": "errors", "errors": {"0.rule": "There is no word like that."}}
        assert [action for action, _ in bot.presses] == ["edit:7", "edited:7"]


async def test_a_form_is_its_persons_own_and_what_it_carries_is_not_trusted() -> None:
    bot = Bot()
    async with talking(bot) as (standin, _):
        _, _, view = await edit(standin)
        for forged in ({**view, "private_metadata": "nothing"}, view):
            said = await standin.fill(forged, {"Rule": "x"}, user="U0BOB" if forged is view else "U0ADA")
            assert "Nothing was changed" in read(said["view"]["blocks"])
        await asyncio.sleep(0.05)
        assert [action for action, _ in bot.presses] == ["edit:7"]


async def test_an_ask_may_be_answered_with_a_form() -> None:
    async def answer(heard: Heard) -> Reply:
        if isinstance(heard, Ask):
            return Reply(says("Settings"), form=FORM)
        return Reply(says(f"Kept: {dict(heard.fields)['rule']}") if isinstance(heard, Press) else says(""))

    async with talking(answer) as (standin, _):
        typed = standin.type("/papers", "settings")
        view = await standin.seen(standin.modal)
        assert await standin.fill(view, {"Rule": "kept"}) == {}
        assert [said.shown for said in await typed.answered()] == ["Kept: kept"]


@pytest.mark.parametrize("private", [True, False])
async def test_a_word_beside_the_answer_is_said_in_a_persons_own_messages(private: bool) -> None:
    async def answer(heard: Heard) -> Reply:
        return Reply(says("Saved."), told=says("A paper, saved"))

    async with talking(answer) as (standin, chat):
        standin.rooms["C0GENERAL"].private = private
        await chat.post(GENERAL, says("A paper", buttons=(Button("Save", "save:1"),)), "k")
        seen = await standin.press(standin.public()[0], "save:1")
        await standin.until(1, "D0ADA")
        assert [said.shown for said in standin.told()] == ["A paper, saved"]
        assert [said.shown for said in seen.answers] == ["Saved."]


async def test_who_takes_no_messages_is_told_so() -> None:
    async def answer(heard: Heard) -> Reply:
        return Reply(says("Saved."), told=says("A paper, saved"))

    async with talking(answer) as (standin, _):
        standin.scopes.discard("im:write")
        seen = standin.type("/papers", "save 1")
        answers = await seen.answered(2)
        assert answers[1].shown.startswith("That could not be sent to you.")
        assert "im:write" in answers[1].shown


async def saving(heard: Heard) -> Reply:
    return Reply(says("Saved."), told=says("A paper, saved"))


async def test_a_persons_message_waits_for_the_pause_that_slack_asks_for() -> None:
    async with talking(saving) as (standin, _):
        standin.slow_down(0.01)
        seen = standin.type("/papers", "save 1")
        await standin.until(1, "D0ADA")
        await standin.command("/papers", "save 2")
        await standin.until(2, "D0ADA")
        assert [said.shown for said in standin.told()] == ["A paper, saved", "A paper, saved"]  # one each
        assert [said.shown for said in seen.answers] == ["Saved."]


@pytest.mark.parametrize("arrived", [True, False])
async def test_of_a_persons_message_whose_answer_is_lost_they_are_told_that_it_is_not_known(arrived: bool) -> None:
    """Nobody can look there; said again, it might come twice."""
    async with talking(saving) as (standin, _):
        standin.trouble("chat.postMessage", status=0, done=arrived)
        answers = await standin.type("/papers", "save 1").answered(2)
        assert answers[1].shown.startswith("That may not have reached you.")
        assert len(standin.told()) == arrived


async def test_a_chat_that_only_posts_needs_no_errands() -> None:
    async with slack() as (standin, chat):
        await chat.post(GENERAL, says("A paper"), "k")
        assert len(standin.public()) == 1
