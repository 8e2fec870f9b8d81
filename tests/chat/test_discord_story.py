"""The whole flow behind Discord over sockets: who may change what, forms, completion, threads, a server's life."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import pytest

from bot import flow
from bot.chat.discord.offering import FIND
from bot.flow import World
from bot.matching import Matcher
from bot.model import Feed, Heard, Options, Reply, Subscription
from tests.chat.discord_running import channel, running
from tests.fakes.store import FakeStore
from tests.flow.stage import FakeFetch, Hands, paper
from tests.standins.discord import Discord
from tests.standins.discord.world import EVERYDAY, FORUM, Place

FEED = Feed("https://feed.example/papers", "https://feed.example/papers")
OLD = paper("old", "Pruning language models", "We prune.")
NEW = paper("new", "Quantized transformers", "We quantize.", categories=("cs.CL",))


@dataclass
class Lab:
    """A server whose bot is the real one, with a store in memory."""

    discord: Discord
    world: World
    hands: Hands

    async def wants(self, place: Place, rule: str, options: Options) -> Subscription:
        wish = Subscription(channel(self.discord, place), rule, f"discord:{self.discord.ann.id}", options)
        return await self.world.store.subscribe(wish, self.hands.clock())

    async def morning(self) -> None:
        """The next day's paper is read and posted."""
        await self.hands.day(FEED, 1, self.world)
        await self.hands.deliver_all(self.world)


@asynccontextmanager
async def lab(*forums: str) -> AsyncIterator[Lab]:
    """The bot, after its feed was seen for the first time."""
    fetch = FakeFetch([[OLD], [OLD, NEW]])
    hands, worlds = Hands(fetch), list[World]()

    async def answer(heard: Heard) -> Reply:
        return await flow.answer(heard, worlds[0])

    async with Discord() as discord:
        for name in forums:
            discord.add_channel(name, FORUM)
        async with running(discord, answer) as chat:
            world = World(FakeStore(), hands.clock, fetch, fetch.read, {"discord": chat}, Matcher())
            worlds.append(world)
            await hands.day(FEED, 0, world)
            yield Lab(discord, world, hands)


async def test_a_manager_subscribes_and_takes_it_back() -> None:
    """Preview, button, public line with Undo; the options of the command are in the rule's line."""
    async with lab() as it:
        preview = await it.discord.command("subscribe", {"rule": "quantized", "mode": "instant"})
        assert preview.text.startswith("Subscribe this channel to quantized?")
        await it.discord.press(preview, preview.buttons["Subscribe"])
        (line,) = await it.discord.said()
        assert "quantized mode:instant" in line.text
        listed = await it.world.store.subscriptions(channel(it.discord))
        assert [(one.rule, one.options.mode) for one in listed] == [("quantized", "instant")]
        await it.discord.press(line, line.buttons["Undo"])
        assert await it.world.store.subscriptions(channel(it.discord)) == []


async def test_who_does_not_manage_the_channel_can_only_suggest() -> None:
    """They see the preview and can pass it on; a button that changes a rule refuses them, until the channel allows."""
    async with lab() as it:
        seen = await it.discord.command("subscribe", {"rule": "quantized"}, by=it.discord.bob)
        assert "You could pass this on: /subscribe quantized" in seen.text
        assert "Subscribe" not in seen.buttons
        await it.wants(it.discord.general, "quantized", Options("instant"))
        refused = await it.discord.command("unsubscribe", {"which": "all"}, by=it.discord.bob)
        assert "those who manage this channel" in refused.text
        assert len(await it.world.store.subscriptions(channel(it.discord))) == 1
        opened = await it.discord.command("papers settings", {"who": "anyone"})
        assert "everybody else has /papers subscribe" in opened.text
        await it.discord.command("unsubscribe", {"which": "all"}, by=it.discord.bob)
        assert await it.world.store.subscriptions(channel(it.discord)) == []


async def test_a_preview_is_edited_in_a_form() -> None:
    """What is wrong is told at once, what was typed is kept, and the preview follows what was sent."""
    async with lab() as it:
        preview = await it.discord.command("subscribe", {"rule": "quantized"})
        opened = await it.discord.begin_press(preview, preview.buttons["Edit…"])
        told = await it.discord.seen(await it.discord.send_form(opened, {"rule": "(pruning", "at": "25:00"}))
        assert "Nothing was changed" in told.text
        again = await it.discord.begin_press(told, told.buttons["Correct it"])
        inputs = [part["component"] for part in (await it.discord.form(again))["components"]]
        typed = {one["custom_id"]: one.get("value") for one in inputs}
        assert (typed["rule"], typed["at"]) == ("(pruning", "25:00")
        right = await it.discord.seen(await it.discord.send_form(again, {"rule": "pruning", "at": "8:30"}))
        assert right.text.startswith("Subscribe this channel to pruning?")
        assert "at 08:30" in right.text


async def test_ones_own_messages_get_papers_too() -> None:
    """Asked for in a channel, confirmed there, posted in direct messages; nobody in the channel hears of it."""
    async with lab() as it:
        given = {"rule": "quantized", "mode": "instant", "mine": True}
        preview = await it.discord.command("subscribe", given, by=it.discord.bob)
        assert preview.text.startswith("Subscribe yourself to quantized?")
        await it.discord.press(preview, preview.buttons["Subscribe"], it.discord.bob)
        await it.morning()
        assert it.discord.general.messages == []
        (post,) = [told for told in it.discord.private(it.discord.bob).messages if "Quantized" in told.text]
        seen = await it.discord.press(post, post.buttons["Discuss"], it.discord.bob)
        assert seen.buttons["Open the thread"].startswith("https://discord.com/channels/@me/")


async def test_ones_own_rules_are_offered_where_they_are_meant() -> None:
    """With `mine` given before, and not the channel's."""
    async with lab() as it:
        await it.wants(it.discord.general, "pruning", Options("instant"))
        preview = await it.discord.command("subscribe", {"rule": "quantized", "mine": True})
        await it.discord.press(preview, preview.buttons["Subscribe"])
        mine = await it.discord.complete("unsubscribe", "which", "", mine=True)
        assert [one["name"] for one in mine] == ["#2 quantized"]
        assert [one["name"] for one in await it.discord.complete("unsubscribe", "which", "")] == ["#1 pruning"]


async def test_another_channel_is_subscribed_from_here() -> None:
    """The preview says which, its button means it, and the line stands there."""
    async with lab("papers") as it:
        papers = next(place for place in it.discord.places.values() if place.name == "papers")
        given = {"rule": "quantized", "mode": "instant", "channel": papers.id}
        preview = await it.discord.command("subscribe", given)
        await it.discord.press(preview, preview.buttons["Subscribe"])
        await it.morning()
        (wish,) = await it.world.store.subscriptions(channel(it.discord, papers))
        assert wish.rule == "quantized"
        posts = [place for place in it.discord.places.values() if place.parent == papers.id]
        assert "Quantized transformers" in [post.name for post in posts]


async def test_completion_offers_rules_of_channels_one_can_see() -> None:
    """And the numbers of this channel's own."""
    async with lab("open", "secret") as it:
        for name, rule in (("open", "mamba"), ("secret", "takeover")):
            place = next(each for each in it.discord.places.values() if each.name == name)
            await it.wants(place, rule, Options())
            if name == "secret":
                place.closed_to.add(it.discord.ann.id)
                await it.discord.tell(place)
        one = await it.wants(it.discord.general, "quantized", Options())
        offered = [choice["value"] for choice in await it.discord.complete("subscribe", "rule", "")]
        assert offered == ["quantized", "mamba"]
        numbers = await it.discord.complete("unsubscribe", "which", "quant")
        assert numbers == [{"name": f"#{one.id} quantized", "value": str(one.id)}]
        fields = await it.discord.complete("subscribe", "rule", "mamba cat:cs.CL")
        assert fields == [{"name": "mamba cat:cs.CL ← Computation and Language", "value": "mamba cat:cs.CL"}]
        zones = await it.discord.complete("subscribe", "tz", "berl")
        assert zones[0]["value"] == "Europe/Berlin"


@pytest.mark.parametrize("later", [False, True], ids=["at once", "some minutes later"])
async def test_a_thread_that_was_deleted_is_opened_again(later: bool) -> None:
    """The gateway tells that it is gone; the next Discuss gets a new one, with its abstract, once.

    At once Discord still knows the nonce of the abstract that was deleted with the first thread.
    """
    async with lab() as it:
        await it.wants(it.discord.general, "quantized", Options("instant", start=0))
        await it.morning()
        (post,) = it.discord.general.messages
        seen = await it.discord.press(post, "discuss:1")
        thread = it.discord.places[int(seen.buttons["Open the thread"].rpartition("/")[2])]
        await it.discord.tell(thread, "THREAD_DELETE")
        if later:
            it.discord.forget_nonces()
        again = await it.discord.press(post, "discuss:1")
        fresh = it.discord.places[int(again.buttons["Open the thread"].rpartition("/")[2])]
        assert len([told for told in fresh.messages if "We quantize." in told.text]) == 1
        await it.discord.press(post, "discuss:1")
        assert len([told for told in fresh.messages if told.kind == 0]) == 1


async def test_a_new_server_hears_the_first_command() -> None:
    """And only one that has no subscription yet."""
    async with lab() as it:
        await it.discord.throw_out()
        await it.discord.invite()
        (greeting,) = await it.discord.said()
        assert "/subscribe" in greeting.text


async def test_the_time_zone_is_asked_for_once_a_server() -> None:
    """Said for one channel, it holds for the next ones that somebody subscribes; theirs is not asked for again."""
    async with lab("papers") as it:
        asked = await it.discord.command("subscribe", {"rule": "quantized"})
        assert (
            "Which time zone is yours? Say it once, with tz:Europe/Berlin or in Edit…; until then it is UTC."
            in asked.text
        )
        told = await it.discord.command("subscribe", {"rule": "quantized", "tz": "America/New York"})
        assert "Which time zone" not in told.text
        await it.discord.press(told, told.buttons["Subscribe"])
        papers = next(place for place in it.discord.places.values() if place.name == "papers")
        other = await it.discord.command("subscribe", {"rule": "pruning", "channel": papers.id})
        assert "at 09:00 (America/New_York)" in other.text
        await it.discord.press(other, other.buttons["Subscribe"])
        customs = await it.world.store.customs([channel(it.discord, papers)])
        assert customs[channel(it.discord, papers)].zone == "America/New_York"
        instant = await it.discord.command(
            "subscribe", {"rule": "x y", "mode": "instant", "mine": True}, by=it.discord.bob
        )
        assert "Which time zone" not in instant.text


async def test_an_upvote_is_answered_with_the_updated_post() -> None:
    """For all to see, after a restart too; the menu's answers are for whoever asked."""
    async with lab() as it:
        await it.wants(it.discord.general, "quantized", Options("instant", start=0))
        await it.morning()
        (post,) = it.discord.general.messages
        upvote = next(label for label in post.buttons if label.startswith("▲"))
        await it.discord.press(post, post.buttons[upvote], it.discord.bob)
        assert any(label.startswith("▲") and "1" in label for label in post.buttons), post.buttons
        menu = await it.discord.press(post, post.buttons["⋯"], it.discord.bob)
        assert {"Why is this here?", "Copy BibTeX"} <= set(menu.buttons)
        why = await it.discord.press(menu, menu.buttons["Why is this here?"], it.discord.bob)
        assert (why.hidden, "quantized" in why.text) == (True, True)
        found = await it.discord.menu(post, FIND, it.discord.bob)
        assert "Quantized transformers" in found.text


async def test_the_overview_calls_channels_by_their_names() -> None:
    """In its text by Discord's own mention, in its menu by the name that Discord told."""
    async with lab() as it:
        await it.wants(it.discord.general, "quantized", Options("instant"))
        seen = await it.discord.command("papers overview")
        assert f"<#{it.discord.general.id}>" in str(seen)
        assert f"#{it.discord.general.name}" in str(seen)
        assert str(channel(it.discord)) not in str(seen)


async def test_from_ones_own_messages_roles_are_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """Discord tells none there, and what it told of them elsewhere does not count for long: whoever lost a role, or
    left the server, sees and changes nothing any more."""
    monkeypatch.setattr("bot.chat.discord.seeing.FRESH", 0.3)
    async with lab() as it:
        rule, ann = await it.wants(it.discord.general, "quantized", Options("instant")), it.discord.ann
        mine = it.discord.private(ann)
        seen = await it.discord.command("papers overview", place=mine, by=ann)
        opened = await it.discord.choose(seen, f"go:{rule.id}", by=ann)
        assert "End all its rules" in opened.buttons
        ann.permissions = EVERYDAY
        await asyncio.sleep(0.35)
        refused = await it.discord.press(opened, opened.buttons["End all its rules"], by=ann)
        assert "those who manage this channel" in refused.text
        assert len(await it.world.store.subscriptions(channel(it.discord))) == 1
        it.discord.gone.add(ann.id)
        await asyncio.sleep(0.35)
        none = await it.discord.command("papers overview", place=mine, by=ann)
        assert "None of the channels that you can see" in none.text


async def test_from_one_channel_another_is_changed_by_who_manages_it() -> None:
    """Asked of what Discord told of roles: ann manages the server, bob may only look."""
    async with lab("papers") as it:
        there = next(place for place in it.discord.places.values() if place.name == "papers")
        rule = await it.wants(there, "quantized", Options("instant"))
        for person, may in ((it.discord.bob, False), (it.discord.ann, True)):
            seen = await it.discord.command("papers overview", by=person)
            opened = await it.discord.choose(seen, f"go:{rule.id}", by=person)
            assert ("End all its rules" in opened.buttons) is may
        await it.discord.press(opened, opened.buttons["End all its rules"])
        assert await it.world.store.subscriptions(channel(it.discord, there)) == []
