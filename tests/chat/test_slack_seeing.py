"""Which channels a person can see in Slack, as Slack says at that moment."""

from __future__ import annotations

import pytest

from bot.model import Channel
from tests.chat.slack_bot import GENERAL, slack
from tests.standins.slack import Person, Room

ROOM = "C0GENERAL"


async def test_a_person_sees_public_channels_and_their_own_private_ones() -> None:
    def at(place: str) -> Channel:
        return Channel("slack", f"T0LAB/{place}")

    async with slack() as (standin, chat):
        standin.rooms |= {
            "C0FAR": Room("C0FAR", people=set()),
            "C0OURS": Room("C0OURS", private=True, people={"U0ADA"}),
            "C0THEIRS": Room("C0THEIRS", private=True, people={"U0BOB"}),
            "C0HIDDEN": Room("C0HIDDEN", private=True, member=False, people={"U0ADA"}),
        }
        mine, other = await chat.inbox("slack:U0ADA"), await chat.inbox("slack:U0BOB")
        every = [*map(at, (ROOM, "C0FAR", "C0OURS", "C0THEIRS", "C0HIDDEN", "C0GONE")), mine, other]
        assert await chat.visible("slack:U0ADA", every) == {*map(at, (ROOM, "C0FAR", "C0OURS")), mine}
        standin.people["U0GUEST"] = Person("U0GUEST", "Gus", guest=True)
        standin.rooms["C0OURS"].people.add("U0GUEST")
        assert await chat.visible("slack:U0GUEST", every[:-2]) == {at("C0OURS")}
        assert await chat.visible("discord:1", every) == frozenset()
        standin.scopes -= {"channels:read", "groups:read"}
        assert await chat.visible("slack:U0BOB", every) == {other}


async def test_a_channel_made_private_is_hidden_at_once_from_those_who_are_not_in_it() -> None:
    """No event tells it to an app that does not read everybody's messages: Slack is asked each time."""
    async with slack() as (standin, chat):
        standin.rooms |= {f"C0R{n}": Room(f"C0R{n}", people=set()) for n in range(30)}
        for many in (1, 30):  # asked one by one, and as a list
            some = [Channel("slack", f"T0LAB/C0R{n}") for n in range(many)]
            standin.rooms["C0R0"].private = False
            assert await chat.visible("slack:U0ADA", some) == frozenset(some)
            standin.rooms["C0R0"].private = True
            assert await chat.visible("slack:U0ADA", some) == frozenset(some[1:])
            standin.rooms["C0R0"].people.add("U0ADA")
            assert await chat.visible("slack:U0ADA", some) == frozenset(some)
            standin.rooms["C0R0"].people.clear()


async def test_all_of_a_thousand_public_channels_are_seen_with_a_handful_of_questions() -> None:
    async with slack() as (standin, chat):
        standin.rooms |= {f"C0R{n}": Room(f"C0R{n}", people=set()) for n in range(2500)}
        every = [Channel("slack", f"T0LAB/{room}") for room in standin.rooms]
        assert await chat.visible("slack:U0ADA", every) == frozenset(every)
        asked = [method for method, _ in standin.calls if method.startswith("conversations.")]
        assert asked == ["conversations.list"] * 3
        few = [one for one in every if one.place.endswith("R7")]
        assert await chat.visible("slack:U0ADA", few) == frozenset(few)


@pytest.mark.parametrize("many", [3, 30])
async def test_what_slack_does_not_say_is_not_guessed_and_what_it_said_counts(many: int) -> None:
    async with slack() as (standin, chat):
        standin.rooms |= {f"C0R{n}": Room(f"C0R{n}", people=set()) for n in range(many)}
        every = [Channel("slack", f"T0LAB/C0R{n}") for n in range(many)]
        standin.slow_down(30, "conversations.info" if many == 3 else "conversations.list")
        assert len(await chat.visible("slack:U0ADA", [*every, GENERAL])) in range(1, many + 1)
        assert await chat.visible("slack:U0ADA", [*every, GENERAL]) == {*every, GENERAL}


async def test_a_person_of_many_channels_is_read_page_by_page() -> None:
    async with slack() as (standin, chat):
        standin.rooms |= {f"C0R{n}": Room(f"C0R{n}", private=True, people={"U0ADA"}) for n in range(450)}
        every = [Channel("slack", f"T0LAB/{room}") for room in standin.rooms]
        assert await chat.visible("slack:U0ADA", every) == frozenset(every)
        assert [method for method, _ in standin.calls].count("users.conversations") == 3
