"""What a person types in Slack, and what they and their channel see for it."""

from __future__ import annotations

import asyncio

import pytest

from bot.model import Ask, Heard, Line, Post, Reply, Span
from tests.chat.slack_bot import GENERAL, echo, says, talking
from tests.standins.slack import spans


@pytest.mark.parametrize(
    ("command", "text", "verb", "words"),
    [
        ("/subscribe", "transformers quantization", "subscribe", "transformers quantization"),
        ("/unsubscribe", "all", "unsubscribe", "all"),
        ("/subscriptions", "", "subscriptions", ""),
        ("/papers", "", "help", ""),
        ("/papers", "subscribe graph  networks", "subscribe", "graph  networks"),
        ("/papers", "Search\tattention", "search", "attention"),
        ("/subscribe", "R&amp;D -survey", "subscribe", "R&D -survey"),
        ("/subscribe", "a &lt; b", "subscribe", "a < b"),
        ("/subscribe", "&amp;lt;", "subscribe", "&lt;"),
        ("/subscribe", "<https://arxiv.org/abs/2402.12345>", "subscribe", "https://arxiv.org/abs/2402.12345"),
        ("/subscribe", "see <http://arxiv.org|arxiv.org> now", "subscribe", "see arxiv.org now"),
        ("/subscribe", "<@U0ADA|ada> <#C1|general> <!here>", "subscribe", "@U0ADA #general @here"),
        ("/papers", "settings who:managers,<@U0ADA|ada l>", "settings", "who:managers,@U0ADA"),
        ("/papers", "feeds add <https://a.example/f?x=1&amp;y>", "feeds", "add https://a.example/f?x=1&y"),
        ("/subscribe", "“deep learning”", "subscribe", "“deep learning”"),
        ("/subscribe", "p <0.05 and >3", "subscribe", "p <0.05 and >3"),
    ],
)
async def test_a_command_is_heard_as_it_was_typed(command: str, text: str, verb: str, words: str) -> None:
    heard: list[Heard] = []

    async def answer(said: Heard) -> Reply:
        heard.append(said)
        return await echo(said)

    async with talking(answer) as (standin, _):
        await standin.command(command, text)
    assert heard == [Ask(GENERAL, "slack:U0ADA", verb, words, zone="Europe/Berlin")]


async def test_a_commands_answer_is_for_its_person_alone() -> None:
    async with talking() as (standin, _):
        seen = await standin.command("/subscriptions")
        assert seen.answers[0].only == "U0ADA"
        assert standin.public() == []


async def test_the_acknowledgement_goes_before_a_slow_answer() -> None:
    slow = asyncio.Event()

    async def ponder(heard: Heard) -> Reply:
        await slow.wait()
        return await echo(heard)

    async with talking(ponder) as (standin, _):
        seen = standin.type("/subscribe", "transformers")
        async with asyncio.timeout(3):
            await seen.acked.wait()
        assert seen.answers == []
        slow.set()
        await seen.answered()


async def test_the_acknowledgement_goes_before_the_quickest_answer() -> None:
    async with talking() as (standin, _):
        for _ in range(20):
            seen = await standin.command("/subscribe", "transformers")
            assert seen.acked.is_set()


async def test_a_slow_answer_holds_up_nobody_else() -> None:
    slow = asyncio.Event()

    async def ponder(heard: Heard) -> Reply:
        if isinstance(heard, Ask) and heard.words == "slow":
            await slow.wait()
        return await echo(heard)

    async with talking(ponder) as (standin, _):
        first = standin.type("/subscribe", "slow")
        await standin.command("/subscribe", "fast")
        assert first.answers == []
        slow.set()
        await first.answered()


async def test_the_channel_is_told_what_is_public_and_the_person_what_is_not() -> None:
    async def answer(heard: Heard) -> Reply:
        return Reply(says("Subscribed."), public=says("Ada subscribed this channel."))

    async with talking(answer) as (standin, _):
        seen = await standin.command("/subscribe", "transformers")
        await standin.until(2)
        assert [said.shown for said in standin.public()] == ["Ada subscribed this channel."]
        assert [said.shown for said in seen.answers] == ["Subscribed."]


@pytest.mark.parametrize("private", [True, False])
async def test_a_person_is_told_how_to_invite_a_bot_that_cannot_tell_the_channel(private: bool) -> None:
    async def answer(heard: Heard) -> Reply:
        return Reply(says("Subscribed."), public=says("Ada subscribed this channel."))

    async with talking(answer) as (standin, _):
        room = standin.rooms["C0GENERAL"]
        room.private, room.member = private, False
        standin.scopes.discard("chat:write.public")
        seen = await standin.command("/subscribe", "transformers")
        await seen.answered(2)
    assert "/invite @paper-round" in seen.answers[1].shown
    assert seen.answers[1].only == "U0ADA"


async def test_an_answer_that_points_to_a_thread_carries_its_link() -> None:
    async with talking() as (standin, chat):
        said = await chat.post(GENERAL, says("A paper"), "k")

        async def answer(heard: Heard) -> Reply:
            return Reply(says("Here it is."), thread=said)

        async with talking(answer) as (other, _):
            other.index |= standin.index
            seen = await other.command("/papers", "why")
    links = [
        span["url"] for block in seen.answers[0].blocks for span in block["elements"][0]["elements"] if "url" in span
    ]
    assert links == [f"https://lab.slack.com/archives/C0GENERAL/p{said.replace('.', '')}"]


async def test_an_answer_whose_thread_is_gone_says_so() -> None:
    async def answer(heard: Heard) -> Reply:
        return Reply(says("Here it is."), thread="1.0")

    async with talking(answer) as (standin, _):
        seen = await standin.command("/papers", "why")
    assert "was deleted" in seen.answers[0].shown


async def test_an_answer_whose_address_has_run_out_reaches_its_person_all_the_same() -> None:
    late = asyncio.Event()

    async def answer(heard: Heard) -> Reply:
        await late.wait()
        return Reply(says("At last."))

    async with talking(answer) as (standin, _):
        seen = standin.type("/subscribe", "transformers")
        await seen.acked.wait()
        seen.expired = True
        late.set()
        said = await standin.until(1)
    assert [(one.only, one.shown) for one in said] == [("U0ADA", "At last.")]


def subscribed(person: str) -> Post:
    """The line a channel reads when somebody subscribed it."""
    return Post(Line((Span(person.partition(":")[2], person=person), Span(" subscribed this channel."))))


async def test_people_are_named_and_nobody_is_pinged_for_it() -> None:
    async def answer(heard: Heard) -> Reply:
        return Reply(subscribed(heard.person), public=subscribed(heard.person))

    async with talking(answer) as (standin, _):
        seen = await standin.command("/subscribe", "transformers")
        await standin.until(2)
        assert [said.text for said in (*seen.answers, *standin.public())] == ["Ada subscribed this channel."] * 2
    assert {said.shown for said in standin.said} == {"Ada subscribed this channel."}
    assert {span["type"] for said in standin.said for span in spans(said.blocks)} == {"text"}


async def test_a_person_whom_slack_does_not_name_is_somebody() -> None:
    async def answer(heard: Heard) -> Reply:
        return Reply(says("Done."), public=subscribed(heard.person))

    async with talking(answer) as (standin, _):
        standin.scopes.discard("users:read")
        await standin.command("/subscribe", "transformers")
        await standin.until(2)
        assert [said.shown for said in standin.public()] == ["Somebody subscribed this channel."]


async def test_an_id_that_somebody_typed_is_no_person() -> None:
    async with talking() as (standin, _):
        seen = await standin.command("/subscribe", "slack:U0BOB")
        assert "|slack:U0BOB|" in seen.answers[0].shown
        assert {fields["user"] for method, fields in standin.calls if method == "users.info"} == {"U0ADA"}
