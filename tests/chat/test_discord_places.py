"""Forums, announcement channels, threads that cannot be had: where a post stands, and how it is found again."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.chat.discord import forums
from bot.errors import ChannelLost, MessageGone, TryLater, Unsure
from bot.model import Ask, Channel, Post, Reply
from tests.chat.discord_running import Answers, channel, digest, logged_in, paper, running, sentence
from tests.standins.discord import Discord
from tests.standins.discord.world import FORUM, NEWS, Place

TAGS = {"Transformers": False, "cs.CL": False, "Machine Learning": False, "Robotics": False, "Mods only": True}
FILED = replace(paper(), topics=("quantization transformers", "cs.CL", "cs.LG"))


def forum(discord: Discord, *, required: bool = False, tags: dict[str, bool] = TAGS) -> Place:
    place = discord.add_channel("papers", FORUM)
    place.tags, place.tag_required = tags, required
    return place


def posts(discord: Discord, place: Place) -> list[Place]:
    return [one for one in discord.places.values() if one.parent == place.id]


@pytest.mark.parametrize("live", [True, False], ids=["told by the gateway", "asked once"])
async def test_a_forum_gets_a_post_a_paper_with_its_tags(live: bool) -> None:
    """Named by the title, tagged by rules and categories; pressed and discussed in itself, edited where it stands."""
    async with Discord() as discord:
        place = forum(discord)
        opened = running(discord, Answers(Reply(sentence("Yes.")))) if live else logged_in(discord)
        async with opened as chat:
            here = channel(discord, place)
            message = await chat.post(here, FILED, "k1")
            (post,) = posts(discord, place)
            assert (post.name, str(post.id), post.messages[0].buttons) == (
                "Quantized transformers",
                message,
                {"Discuss": "discuss:1"},
            )
            names = {number: name for name, number in place.tag_ids().items()}
            assert [names[tag] for tag in post.applied] == ["Transformers", "cs.CL", "Machine Learning"]
            for _ in range(2):
                assert await chat.thread(here, message, "Quantized", sentence("The abstract."), "k2") == message
                discord.forget_nonces()
            await chat.reply(here, message, sentence("A new version."), "k3")
            await chat.edit(here, message, paper("Quantized transformers", "one vote"))
            assert [told.text for told in post.messages] == [
                "Quantized transformers\none vote",
                "The abstract.",
                "A new version.",
            ]
            assert await chat.link(here, message) == f"https://discord.com/channels/{discord.guild}/{message}"


async def test_a_digest_is_one_post_of_a_forum() -> None:
    """Its other parts and the rest stand in it; each of them can be edited."""
    async with Discord() as discord, logged_in(discord) as chat:
        place = forum(discord)
        here = channel(discord, place)
        first = await chat.post(here, digest(5, "Papers of Monday"), "d1")
        second = await chat.post(here, replace(digest(3, "Papers of Monday (2 of 2)"), after=first), "d2")
        assert await chat.thread(here, first, "The others", sentence("Rest 1."), "d3") == first
        await chat.reply(here, first, sentence("Rest 2."), "d4")
        (post,) = posts(discord, place)
        assert post.name == "Papers of Monday"
        await chat.edit(here, second, sentence("Part two, edited."))
        assert [told.text for told in post.messages][1:] == ["Part two, edited.", "Rest 1.", "Rest 2."]


@pytest.mark.parametrize("asleep", [False, True])
async def test_in_doubt_a_forums_post_is_looked_for(asleep: bool) -> None:
    """Discord takes no nonce for these: a lost answer is an Unsure, and then ours is found by name and looks."""
    async with Discord() as discord, logged_in(discord) as chat:
        place = forum(discord)
        discord.lose_answer(f"POST /channels/{place.id}/threads")
        with pytest.raises(Unsure):
            await chat.post(channel(discord, place), FILED, "k1")
        (post,) = posts(discord, place)
        post.archived = asleep
        assert await chat.post(channel(discord, place), FILED, "k1", doubt=True) == str(post.id)
        other = replace(FILED, buttons=())
        assert await chat.post(channel(discord, place), other, "k2", doubt=True) != str(post.id)
        assert len(posts(discord, place)) == 2


async def test_a_forum_that_wants_a_tag_gets_one() -> None:
    """One for anything, else the first that the bot may use; without any, the remedy is told."""
    async with Discord() as discord, logged_in(discord) as chat:
        plain = forum(discord, required=True, tags={"Mods": True, "Robotics": False, "Papers": False})
        first = forum(discord, required=True, tags={"Mods": True, "Robotics": False})
        none = forum(discord, required=True, tags={})
        for place, tag in ((plain, "Papers"), (first, "Robotics")):
            await chat.post(channel(discord, place), FILED, "k1")
            assert posts(discord, place)[0].applied == [place.tag_ids()[tag]]
        with pytest.raises(ChannelLost, match="add one in its settings"):
            await chat.post(channel(discord, none), FILED, "k1")


@pytest.mark.parametrize(
    ("topics", "names"),
    [
        ((), ()),
        (("mamba",), ()),
        (("Transformers -robotics",), ("Transformers",)),
        (("cs.RO",), ("Robotics",)),
        (("transformers robotics", "cs.CL"), ("Transformers", "Robotics", "cs.CL")),
        (("mods only",), ()),
    ],
)
def test_a_tag_is_meant_by_rules_and_categories(topics: tuple[str, ...], names: tuple[str, ...]) -> None:
    """By all its words in a rule that does not exclude them, by a category's code or name."""
    kind = forums.Kind("forum", tuple(forums.Tag(n, name, kept) for n, (name, kept) in enumerate(TAGS.items())))
    assert tuple(kind.tags[number].name for number in forums.tags(kind, topics)) == names


def test_five_tags_are_the_most() -> None:
    """The closest topics first."""
    kind = forums.Kind("forum", tuple(forums.Tag(n, f"t{n}") for n in range(9)))
    assert forums.tags(kind, tuple(f"t{n}" for n in reversed(range(9)))) == (8, 7, 6, 5, 4)


async def test_a_command_in_a_forums_post_means_the_forum() -> None:
    """And says so."""
    answers = Answers(Reply(sentence("Nothing yet.")))
    async with Discord() as discord:
        place = forum(discord)
        async with running(discord, answers) as chat:
            message = await chat.post(channel(discord, place), FILED, "k1")
            seen = await discord.command("subscriptions", place=discord.places[int(message)])
            assert seen.text.endswith("You are in a post: this is about #papers, the forum it stands in.")
            ann = f"discord:{discord.ann.id}"
            assert answers.heard == [Ask(channel(discord, place), ann, "subscriptions", "", "manager")]


async def test_a_forum_out_of_threads_is_tried_later() -> None:
    """There is nowhere else to put it."""
    async with Discord() as discord, logged_in(discord) as chat:
        discord.threads_left = 0
        with pytest.raises(TryLater, match="archive some"):
            await chat.post(channel(discord, forum(discord)), FILED, "k1")


async def test_a_post_that_was_deleted_is_gone_and_the_forum_is_not() -> None:
    """So that the next discussion begins another one."""
    async with Discord() as discord, logged_in(discord) as chat:
        place = forum(discord)
        message = await chat.post(channel(discord, place), FILED, "k1")
        discord.delete(discord.places[int(message)])
        for doing in (
            chat.thread(channel(discord, place), message, "Q", sentence("More."), "k2"),
            chat.edit(channel(discord, place), message, FILED),
        ):
            with pytest.raises(MessageGone):
                await doing


# ── announcements ──


@pytest.mark.parametrize("publish", [False, True])
async def test_an_announcement_is_published_only_where_that_is_switched_on(publish: bool) -> None:
    """Once, however often it is said."""
    async with Discord() as discord, logged_in(discord) as chat:
        place = discord.add_channel("news", NEWS)
        for _ in range(2):
            message = await chat.post(channel(discord, place), replace(paper(), publish=publish), "k1")
        assert place.published == ([int(message)] if publish else [])


async def test_what_hinders_publishing_does_not_hinder_the_post() -> None:
    """Followers miss one; the channel has it, and is not told twice."""
    async with Discord() as discord, logged_in(discord) as chat:
        place = discord.add_channel("news", NEWS)
        discord.refuse(403, 50013, f"POST /channels/{place.id}/messages/")
        assert await chat.post(channel(discord, place), replace(paper(), publish=True), "k1")
        assert (len(place.messages), place.published) == (1, [])


async def test_publish_means_nothing_elsewhere() -> None:
    """An ordinary channel has no followers."""
    async with Discord() as discord, logged_in(discord) as chat:
        assert await chat.post(channel(discord), replace(paper(), publish=True), "k1")


# ── where there are no threads ──


async def test_a_server_out_of_threads_discusses_in_replies() -> None:
    """It is said why, said once, and linked to; news of the paper follow there."""
    async with Discord() as discord, logged_in(discord) as chat:
        here = channel(discord)
        message = await chat.post(here, paper(), "k1")
        discord.threads_left = 0
        thread = await chat.thread(here, message, "Quantized", sentence("The abstract."), "k2")
        discord.forget_nonces()
        assert await chat.thread(here, message, "Quantized", sentence("The abstract."), "k2") == thread
        await chat.reply(here, thread, sentence("A new version."), "k3")
        _, opener, news = discord.general.messages
        assert opener.text.startswith("The abstract.\nThis server has as many active threads as Discord allows")
        assert (opener.answers, news.answers) == (int(message), opener.id)
        link = f"https://discord.com/channels/{discord.guild}/{discord.general.id}/{opener.id}"
        assert await chat.link(here, thread) == link


async def test_a_discussion_in_replies_can_be_opened() -> None:
    """The answer to Discuss leads to it."""
    answers = Answers(Reply(sentence("Here."), thread="reply:42"))
    async with Discord() as discord, running(discord, answers) as chat:
        await chat.post(channel(discord), paper(), "k1")
        seen = await discord.press(discord.general.messages[0], "discuss:1")
        link = f"https://discord.com/channels/{discord.guild}/{discord.general.id}/42"
        assert seen.buttons == {"Open the thread": link}


async def test_direct_messages_have_replies_for_threads() -> None:
    """One's own messages hold papers like any channel."""
    async with Discord() as discord, logged_in(discord) as chat:
        mine = await chat.inbox(f"discord:{discord.ann.id}")
        message = await chat.post(mine, paper(), "k1")
        thread = await chat.thread(mine, message, "Quantized", sentence("The abstract."), "k2")
        post, opener = discord.private(discord.ann).messages
        assert (opener.answers, thread) == (post.id, f"reply:{opener.id}")
        assert await chat.link(mine, thread) == f"https://discord.com/channels/@me/{opener.place}/{opener.id}"


async def test_a_plain_sentence_needs_no_tags() -> None:
    """What is said of no paper, such as an empty digest, stands in a forum too."""
    async with Discord() as discord, logged_in(discord) as chat:
        place = forum(discord)
        said: Post = sentence("No papers today.")
        assert await chat.post(channel(discord, place), said, "k1")
        assert posts(discord, place)[0].name == "No papers today."
        assert isinstance(channel(discord, place), Channel)
