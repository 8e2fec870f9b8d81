"""Posts and threads in Discord: exactly once, and every refusal in one sentence."""

from __future__ import annotations

import asyncio
import logging

import pytest

from bot.chat.discord import connect
from bot.errors import ChannelLost, MessageGone, NotWelcome, Refused, SettingsError, TryLater, Unsure
from bot.model import Button, Channel, Line, Post, Reply, Span
from tests.chat.discord_running import Answers, channel, digest, logged_in, paper, running, sentence
from tests.standins.discord import Discord


def never(heard: object) -> Reply:
    raise AssertionError(f"nobody asked anything: {heard}")


async def test_the_same_key_is_one_message() -> None:
    """Said again after a crash, the first message's id comes back."""
    async with Discord() as discord, logged_in(discord) as chat:
        first = await chat.post(channel(discord), paper(), "k1")
        assert await chat.post(channel(discord), paper(), "k1") == first
        assert await chat.post(channel(discord), paper(), "k2") != first
        told, _ = discord.general.messages
        assert str(told.id) == first


async def test_a_line_cut_in_the_middle_is_tried_later() -> None:
    """Nobody knows whether it arrived; the key makes trying again harmless."""
    async with Discord() as discord, logged_in(discord) as chat:
        discord.hang_up()
        with pytest.raises(TryLater, match="could not be reached"):
            await chat.post(channel(discord), paper(), "k1")
        await chat.post(channel(discord), paper(), "k1")
        assert len(discord.general.messages) == 1


POSTS = {
    "a card": paper(),
    "a digest": digest(5),
    "a sentence": sentence("No papers for Monday, 17 August."),
    "a card with a menu": Post(
        Line((Span("A"),)), (), (Button("▲ 3", "up:7"),), "arxiv:1", more=(Button("?", "why:7"),)
    ),
}


@pytest.mark.parametrize("post", POSTS.values(), ids=POSTS.keys())
@pytest.mark.parametrize("talk", [0, 99, 250], ids=["quiet", "some talk", "much talk"])
async def test_in_doubt_the_channel_is_read_before_anything_is_said_again(post: Post, talk: int) -> None:
    """Discord took it, nobody wrote that down, and its nonce is forgotten; people have talked since."""
    async with Discord() as discord:
        discord.lose_answer()
        async with logged_in(discord) as chat:
            with pytest.raises(Unsure, match="could not be reached"):
                await chat.post(channel(discord), post, "k1")
        discord.forget_nonces()
        for number in range(talk):
            discord.write(discord.general, f"word {number}")
        async with logged_in(discord) as chat:
            message = await chat.post(channel(discord), post, "k1", doubt=True)
        ours = [str(told.id) for told in discord.general.messages if told.author is discord.bot]
        assert ours[-1] == message
        assert len(ours) == (2 if post == POSTS["a sentence"] and talk > 100 else 1)  # words alone are soon forgotten


async def test_votes_that_came_meanwhile_do_not_hide_a_post() -> None:
    """What counts is what can be pressed and the headline, not the numbers on it."""

    def card(votes: int) -> Post:
        facts = Line((Span(f"{votes} votes"),), "small")
        return Post(Line((Span("Quantized"),)), (facts,), (Button(f"▲ {votes}", "up:7"),), "arxiv:1")

    async with Discord() as discord, logged_in(discord) as chat:
        first = await chat.post(channel(discord), card(1), "k1")
        discord.forget_nonces()
        assert await chat.post(channel(discord), card(2), "k1", doubt=True) == first


async def test_another_papers_post_is_not_taken_for_this_one() -> None:
    """A card, a digest with the same paper, other people's words and another row are other messages."""
    async with Discord() as discord, logged_in(discord) as chat:
        await chat.post(channel(discord), digest(1), "k0")
        other = Post(paper().headline, (), (Button("Discuss", "discuss:2"),), "arxiv:2")
        await chat.post(channel(discord), other, "k2")
        discord.write(discord.general, "Quantized transformers")
        await chat.post(channel(discord), paper(), "k1", doubt=True)
        assert len(discord.general.messages) == 4


async def test_without_the_history_doubt_just_says_it() -> None:
    """Read Message History is missing: rather twice than never."""
    async with Discord() as discord, logged_in(discord) as chat:
        discord.general.lacks.add("history")
        await chat.post(channel(discord), paper(), "k1", doubt=True)
        assert len(discord.general.messages) == 1


async def test_a_digest_is_known_by_its_papers_whatever_its_day_says() -> None:
    """Crashed before midnight, tried again after it."""
    async with Discord() as discord, logged_in(discord) as chat:
        first = await chat.post(channel(discord), digest(5, "Monday"), "k1")
        discord.forget_nonces()
        assert await chat.post(channel(discord), digest(5, "Tuesday, late"), "k1", doubt=True) == first
        assert await chat.post(channel(discord), digest(4, "Monday"), "k2", doubt=True) != first


async def test_a_sentence_of_another_day_is_another_sentence() -> None:
    """What has no buttons is known by all its words."""
    async with Discord() as discord, logged_in(discord) as chat:
        await chat.post(channel(discord), sentence("Monday, 17 August: no new papers"), "k1")
        await chat.post(channel(discord), sentence("Tuesday, 18 August: no new papers"), "k2", doubt=True)
        assert len(discord.general.messages) == 2


@pytest.mark.parametrize(("status", "kind"), [(0, Unsure), (503, Unsure), (429, TryLater)])
async def test_an_answer_that_got_lost_leaves_us_unsure(status: int, kind: type[TryLater]) -> None:
    """A cut line and a server's error may both have posted it; being turned away has not."""
    async with Discord() as discord, logged_in(discord) as chat:
        if status == 429:
            discord.turn_away(429)
        else:
            discord.lose_answer(status=status)
        with pytest.raises(TryLater) as later:
            await chat.post(channel(discord), paper(), "k1")
        assert type(later.value) is kind
        await chat.post(channel(discord), paper(), "k1")
        assert len(discord.general.messages) == 1


async def test_a_discord_that_was_never_reached_is_no_doubt() -> None:
    """The log-in failed: nothing can have been posted."""
    async with Discord() as discord, logged_in(discord) as chat:
        discord.turn_away(503, "GET /users/@me")
        with pytest.raises(TryLater) as later:
            await chat.post(channel(discord), paper(), "k1")
        assert not isinstance(later.value, Unsure)


async def test_a_reply_wakes_a_thread_that_sleeps() -> None:
    """Nothing has to be un-archived first, and people may have talked in between."""
    async with Discord() as discord, logged_in(discord) as chat:
        message = await chat.post(channel(discord), paper(), "k1")
        thread = await chat.thread(channel(discord), message, "Quantized", paper("The abstract"), "k1|thread")
        place = discord.places[int(thread)]
        place.archived = True
        said = await chat.reply(channel(discord), thread, sentence("A second version."), "k1|version")
        assert (place.archived, str(place.messages[-1].id)) == (False, said)
        place.locked = True
        with pytest.raises(Refused, match="allow the bot Manage Threads") as refused:
            await chat.reply(channel(discord), thread, sentence("Code."), "k1|code")
        assert not isinstance(refused.value, ChannelLost)


async def test_a_deleted_thread_is_told_from_a_deleted_channel() -> None:
    """Discord says "Unknown Channel" to both."""
    async with Discord() as discord, logged_in(discord) as chat:
        message = await chat.post(channel(discord), paper(), "k1")
        thread = await chat.thread(channel(discord), message, "Quantized", paper("The abstract"), "k1|thread")
        discord.delete(discord.places[int(thread)])
        with pytest.raises(MessageGone, match="somebody deleted it"):
            await chat.reply(channel(discord), thread, sentence("News."), "k1|news")
        discord.delete(discord.general)
        with pytest.raises(ChannelLost, match="no such channel"):
            await chat.reply(channel(discord), thread, sentence("News."), "k1|news")


async def test_an_edit_may_turn_a_sentence_into_a_card_and_back() -> None:
    """Embed and previews of addresses follow what is said now; what could be pressed is gone."""
    async with Discord() as discord, logged_in(discord) as chat:
        message = await chat.post(channel(discord), sentence("See https://arxiv.org/"), "k1")
        (told,) = discord.general.messages
        assert told.flags == 4
        await chat.edit(channel(discord), message, paper("A card"))
        assert (told.content, len(told.embeds), told.flags, told.text) == ("", 1, 0, "A card")
        await chat.edit(channel(discord), message, sentence("Gone."))
        assert (told.content, told.embeds, told.components, told.flags) == ("Gone.", [], [], 4)


@pytest.mark.parametrize(
    ("person", "says"),
    [("slack:U1", "nobody on Discord"), ("discord:ann", "nobody on Discord"), ("discord:7", "no such person")],
)
async def test_who_cannot_be_told_is_refused(person: str, says: str) -> None:
    """Somebody of another platform, a name, a stranger."""
    async with Discord() as discord, logged_in(discord) as chat:
        with pytest.raises(Refused, match=says):
            await chat.tell(person, sentence("Saved."), "k1")


async def test_a_person_who_takes_no_messages_is_told_of_by_what_to_switch_on() -> None:
    """The sentence names the setting, for whoever reads it."""
    async with Discord() as discord, logged_in(discord) as chat:
        discord.closed_doors.add(discord.ann.id)
        with pytest.raises(Refused, match="Direct Messages in Privacy Settings"):
            await chat.tell(f"discord:{discord.ann.id}", sentence("Saved."), "k1")


async def test_posts_in_a_hurry_keep_discords_pace_without_a_429() -> None:
    """discord.py reads the bucket's headers and waits; all arrive."""
    async with Discord(pace=25) as discord, logged_in(discord) as chat:
        await asyncio.gather(*(chat.post(channel(discord), sentence(str(n)), f"k{n}") for n in range(12)))
        assert (len(discord.general.messages), discord.pacing.limited) == (12, 0)


async def test_a_thread_is_opened_under_the_post_and_named_by_the_paper() -> None:
    """Its id is the message's, and the opener stands in it."""
    async with Discord() as discord, logged_in(discord) as chat:
        message = await chat.post(channel(discord), paper(), "k1")
        thread = await chat.thread(
            channel(discord), message, "Quantized\n transformers\0 " * 9, paper("The abstract"), "k2"
        )
        place = discord.places[int(thread)]
        assert (thread, place.parent) == (message, discord.general.id)
        assert place.name == "Quantized transformers " * 3 + "Quantized transformers…"
        assert [told.text for told in place.messages if told.kind == 0] == ["The abstract"]
        assert await chat.link(channel(discord), thread) == f"https://discord.com/channels/{discord.guild}/{thread}"


@pytest.mark.parametrize("forgotten", [False, True], ids=["within minutes", "a day later"])
async def test_a_thread_opened_again_is_the_same_with_one_opener(forgotten: bool) -> None:
    """After a crash between thread and note: found, not made again, and its opener is not said twice."""
    async with Discord() as discord, logged_in(discord) as chat:
        message = await chat.post(channel(discord), paper(), "k1")
        first = await chat.thread(channel(discord), message, "Quantized", paper("The abstract"), "k1|thread")
        if forgotten:
            discord.forget_nonces()
        assert await chat.thread(channel(discord), message, "Quantized", paper("The abstract"), "k1|thread") == first
        assert [told.kind for told in discord.places[int(first)].messages] == [21, 0]


async def test_a_post_and_its_opener_may_share_a_key() -> None:
    """Discord remembers nonces over all channels: the opener's is its own."""
    async with Discord() as discord, logged_in(discord) as chat:
        message = await chat.post(channel(discord), paper(), "k1")
        thread = await chat.thread(channel(discord), message, "Quantized", paper("The abstract"), "k1")
        assert [told.text for told in discord.places[int(thread)].messages] == ["", "The abstract"]


async def test_a_thread_whose_opener_got_lost_gets_it() -> None:
    """Crashed after making the thread: the next try only says what is missing, though somebody has spoken."""
    async with Discord() as discord, logged_in(discord) as chat:
        message = await chat.post(channel(discord), paper(), "k1")
        discord.refuse(400, 50035, f"POST /channels/{message}/messages")
        with pytest.raises(Refused):
            await chat.thread(channel(discord), message, "Quantized", paper("The abstract"), "k2")
        thread = await chat.thread(channel(discord), message, "Quantized", paper("The abstract"), "k2")
        assert [told.kind for told in discord.places[int(thread)].messages] == [21, 0]


async def test_without_the_history_the_nonce_keeps_the_opener_single() -> None:
    """Read Message History is not asked for, so that it can be missing."""
    async with Discord() as discord, logged_in(discord) as chat:
        message = await chat.post(channel(discord), paper(), "k1")
        thread = await chat.thread(channel(discord), message, "Quantized", paper("The abstract"), "k2")
        discord.places[int(thread)].lacks.add("history")
        await chat.thread(channel(discord), message, "Quantized", paper("The abstract"), "k2")
        assert [told.kind for told in discord.places[int(thread)].messages] == [21, 0]


@pytest.mark.parametrize(
    ("status", "code", "kind", "says"),
    [
        (404, 10003, ChannelLost, "no such channel"),
        (403, 10004, ChannelLost, "invite it again"),
        (403, 50001, ChannelLost, "allow it View Channel, Send Messages and Embed Links"),
        (403, 50013, ChannelLost, "allow it View Channel, Send Messages and Embed Links"),
        (400, 50008, ChannelLost, "an ordinary text channel"),
        (400, 50024, ChannelLost, "an ordinary text channel"),
        (403, 50083, Refused, "archived"),
        (400, 160005, Refused, "locked"),
        (400, 200000, Refused, "AutoMod"),
        (401, 0, NotWelcome, "copy the token anew from https://discord.com/developers/applications"),
        (400, 50035, Refused, "error 50035"),
        (418, 77, Refused, "error 77"),
    ],
)
async def test_a_permanent_error_is_refused_with_what_to_do(
    status: int, code: int, kind: type[Refused], says: str
) -> None:
    """One sentence for the person who can mend it."""
    async with Discord() as discord, logged_in(discord) as chat:
        discord.refuse(status, code)
        with pytest.raises(Refused, match=says) as refused:
            await chat.post(channel(discord), paper(), "k1")
        assert type(refused.value) is kind
        assert discord.token not in str(refused.value)


async def test_a_thread_that_may_not_be_opened_names_the_permissions() -> None:
    """What a thread takes is more than what a post takes."""
    async with Discord() as discord, logged_in(discord) as chat:
        message = await chat.post(channel(discord), paper(), "k1")
        discord.general.lacks.add("thread")
        with pytest.raises(Refused, match="Create Public Threads and Send Messages in Threads") as refused:
            await chat.thread(channel(discord), message, "Quantized", paper(), "k2")
        assert not isinstance(refused.value, ChannelLost)  # posts still go out there


async def test_a_deleted_post_can_have_no_thread() -> None:
    """The channel's people deleted it: that is said, not tried again."""
    async with Discord() as discord, logged_in(discord) as chat:
        with pytest.raises(Refused, match="deleted it"):
            await chat.thread(channel(discord), "12345", "Quantized", paper(), "k2")


async def test_a_pause_that_discord_asks_for_is_kept_by_the_store() -> None:
    """A bucket's 429 with more than half a minute comes out as `TryLater` with its seconds."""
    async with Discord() as discord, logged_in(discord) as chat:
        discord.slow_down(90.5)
        with pytest.raises(TryLater, match="90 s") as later:
            await chat.post(channel(discord), paper(), "k1")
        assert later.value.after == 90.5


async def test_a_short_pause_is_waited_out() -> None:
    """discord.py sleeps a short 429 and sends again."""
    async with Discord() as discord, logged_in(discord) as chat:
        discord.slow_down(0.01)
        assert await chat.post(channel(discord), paper(), "k1") == str(discord.general.messages[0].id)


@pytest.mark.parametrize(
    ("status", "after"), [(429, 7.0), (503, None), (403, 300.0)], ids=["slow down", "unavailable", "blocked"]
)
async def test_the_shield_before_discord_is_not_discord_saying_no(status: int, after: float | None) -> None:
    """Its pages are HTML without an error code; the delivery is tried again."""
    async with Discord() as discord, logged_in(discord) as chat:
        discord.turn_away(status, **({"Retry_After": "7"} if status == 429 else {}))
        with pytest.raises(TryLater) as later:
            await chat.post(channel(discord), paper(), "k1")
        assert later.value.after == after


@pytest.mark.parametrize(("code", "after"), [(20016, 60.0), (20028, 10.0), (160006, 3600.0)])
async def test_what_passes_by_itself_is_tried_later(code: int, after: float) -> None:
    """Slow mode, write limits, too many active threads."""
    async with Discord() as discord, logged_in(discord) as chat:
        discord.refuse(400, code)
        with pytest.raises(TryLater) as later:
            await chat.post(channel(discord), paper(), "k1")
        assert later.value.after == after


async def test_a_channel_named_by_words_is_refused() -> None:
    """Ids, not names."""
    async with Discord() as discord, logged_in(discord) as chat:
        with pytest.raises(Refused, match="both as numbers"):
            await chat.post(Channel("discord", "lab/general"), paper(), "k1")


async def test_many_posts_at_once_log_in_once() -> None:
    """The first to need Discord logs in; the others wait for it."""
    async with Discord() as discord, logged_in(discord) as chat:
        await asyncio.gather(*(chat.post(channel(discord), sentence(str(n)), f"k{n}") for n in range(5)))
        assert sorted(told.text for told in discord.general.messages) == list("01234")


async def test_a_wrong_token_is_refused_with_where_to_get_a_right_one() -> None:
    """Both for posts and for listening; the token itself is not repeated."""
    async with Discord() as discord:
        chat = await connect(discord.env | {"DISCORD_TOKEN": "wrong.secret.token"})
        for doing in (chat.post(channel(discord), paper(), "k1"), chat.listen(Answers(never))):
            with pytest.raises(Refused, match=r"Bot, Reset Token") as refused:
                await doing
            assert "secret" not in str(refused.value)
        await chat.close()


@pytest.mark.parametrize(("code", "says"), [(4014, "Privileged Gateway Intents"), (4004, "Reset Token")])
async def test_a_gateway_that_will_not_have_us_says_what_to_click(code: int, says: str) -> None:
    """A missing intent, a token reset meanwhile: `listen` ends, and posts still go out."""
    async with Discord() as discord:
        discord.gateway.closing = code
        async with logged_in(discord) as chat:
            with pytest.raises(Refused, match=says):
                await chat.listen(Answers(never))
            await chat.post(channel(discord), paper(), "k1")
            assert len(discord.general.messages) == 1


async def test_listening_outlasts_a_discord_that_cannot_be_reached(caplog: pytest.LogCaptureFixture) -> None:
    """One calm line without a traceback, and then it works."""
    async with Discord() as discord:
        discord.turn_away(503, "GET /users/@me")
        async with running(discord, Answers(never)) as chat:
            assert await chat.post(channel(discord), paper(), "k1")
        (line,) = [record for record in caplog.records if "Trying again" in record.message]
        assert "HTTP 503" in line.message
        assert not any(record.exc_info for record in caplog.records)


@pytest.mark.parametrize("times", [1, 2], ids=["at the first connection", "after a drop"])
async def test_a_gateway_that_cannot_be_reached_is_tried_again(times: int, caplog: pytest.LogCaptureFixture) -> None:
    """The log has a sentence and no traceback, and the next command is heard."""
    async with Discord() as discord:
        if times == 1:
            discord.turn_away(503, "GET /gateway")
        async with running(discord, Answers(Reply(sentence("Here.")))):
            if times == 2:
                discord.turn_away(503, "GET /gateway")
                await discord.gateway.drop()
                await discord.listening(2)
            assert (await discord.command("subscriptions")).text == "Here."
        lines = [record for record in caplog.records if record.levelno >= logging.WARNING]
        assert any("gateway could not be reached" in record.getMessage() for record in lines)
        assert not any(record.exc_info for record in lines)


@pytest.mark.parametrize(
    ("env", "says"),
    [
        ({}, "DISCORD_TOKEN is not set"),
        ({"DISCORD_TOKEN": "  "}, "DISCORD_TOKEN is not set"),
        ({"DISCORD_TOKEN": "t", "DISCORD_API_URL": "discord.com"}, "DISCORD_API_URL is 'discord.com'"),
        ({"DISCORD_TOKEN": "t", "DISCORD_GATEWAY_URL": "https://x"}, "begins with ws:// or wss://"),
    ],
)
async def test_a_wrong_setting_is_named(env: dict[str, str], says: str) -> None:
    """Before anything is sent."""
    with pytest.raises(SettingsError, match=says):
        await connect(env)


@pytest.mark.parametrize("token", ["two words", "line\nbreak", "snowman☃"])
async def test_a_token_that_cannot_be_one_is_refused_before_it_is_sent(token: str) -> None:
    """What a bad copy leaves; the platform is refused, the rest of the bot goes on."""
    async with Discord() as discord:
        chat = await connect(discord.env | {"DISCORD_TOKEN": token})
        with pytest.raises(Refused, match="copy the token anew"):
            await chat.post(channel(discord), paper(), "k1")
        await chat.close()


async def test_a_token_pasted_with_its_prefix_works() -> None:
    """As it stands in examples of HTTP headers, with spaces around."""
    async with Discord() as discord:
        chat = await connect(discord.env | {"DISCORD_TOKEN": f" Bot {discord.token}\n"})
        assert await chat.post(channel(discord), paper(), "k1")
        await chat.close()


async def test_the_sdks_own_addresses_come_back() -> None:
    """A closed chat leaves nothing behind for the next one."""
    from discord.gateway import DiscordWebSocket
    from discord.http import Route

    async with Discord() as discord:
        async with logged_in(discord):
            assert str(discord.port) in Route.BASE
        assert Route.BASE == "https://discord.com/api/v10"
        assert str(DiscordWebSocket.DEFAULT_GATEWAY) == "wss://gateway.discord.gg/"


async def test_interaction_tokens_stay_out_of_the_log(caplog: pytest.LogCaptureFixture) -> None:
    """discord.py logs addresses with them in; even its debug log is made fit."""
    caplog.set_level(logging.DEBUG)
    async with Discord() as discord, running(discord, Answers(Reply(sentence("Here.")))):
        talk = await discord.begin_command("subscriptions")
        await discord.seen(talk)
    assert any("/interactions/" in record.getMessage() for record in caplog.records)
    assert not any(talk.token in record.getMessage() for record in caplog.records)
    assert not any(discord.token in record.getMessage() for record in caplog.records)
