"""Posts and threads in Discord: exactly once, and every refusal in one sentence."""

from __future__ import annotations

import asyncio
import logging

import pytest

from bot.chat.discord import connect
from bot.errors import Refused, SettingsError, TryLater
from bot.model import Channel, Reply
from tests.chat.discord_running import Answers, channel, logged_in, paper, running, sentence
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
    ("status", "code", "says"),
    [
        (404, 10003, "no such channel"),
        (403, 10004, "invite it again"),
        (403, 50001, "allow it View Channel, Send Messages and Embed Links"),
        (403, 50013, "allow it View Channel, Send Messages and Embed Links"),
        (400, 50008, "an ordinary text channel"),
        (403, 50083, "archived"),
        (400, 160005, "locked"),
        (400, 200000, "AutoMod"),
        (401, 0, "copy the token anew from https://discord.com/developers/applications"),
        (400, 50035, "error 50035"),
        (418, 77, "error 77"),
    ],
)
async def test_a_permanent_error_is_refused_with_what_to_do(status: int, code: int, says: str) -> None:
    """One sentence for the person who can mend it."""
    async with Discord() as discord, logged_in(discord) as chat:
        discord.refuse(status, code)
        with pytest.raises(Refused, match=says) as refused:
            await chat.post(channel(discord), paper(), "k1")
        assert discord.token not in str(refused.value)


async def test_a_thread_that_may_not_be_opened_names_the_permissions() -> None:
    """What a thread takes is more than what a post takes."""
    async with Discord() as discord, logged_in(discord) as chat:
        message = await chat.post(channel(discord), paper(), "k1")
        discord.general.lacks.add("thread")
        with pytest.raises(Refused, match="Create Public Threads and Send Messages in Threads"):
            await chat.thread(channel(discord), message, "Quantized", paper(), "k2")


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


@pytest.mark.parametrize(
    ("code", "says"), [(4014, "Privileged Gateway Intents"), (4004, "Reset Token"), (4011, "sharded")]
)
async def test_a_gateway_that_will_not_have_us_says_what_to_click(code: int, says: str) -> None:
    """A missing intent, a token reset meanwhile, too many servers: `listen` ends, and posts still go out."""
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
