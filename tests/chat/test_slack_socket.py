"""Slack's socket: tokens, drops, envelopes sent again, going and coming back; each command is answered once."""

from __future__ import annotations

import asyncio
import logging

import pytest

from bot.chat.slack.discreet import redact, sdk_logger
from bot.errors import Refused
from bot.model import Heard, Reply
from tests.chat.slack_bot import GENERAL, echo, says, slack, talking
from tests.standins.slack import StandIn

FAST = 0.05
"""Seconds between two looks at the connection in tests that break it."""


@pytest.mark.parametrize("error", ["invalid_auth", "token_revoked", "account_inactive"])
async def test_a_wrong_bot_token_ends_the_listening_with_what_to_do(error: str) -> None:
    async with slack(SLACK_BOT_TOKEN="xoxb-wrong") as (standin, chat):
        standin.token_error = error
        with pytest.raises(Refused) as refused:
            await chat.listen(echo)
    assert str(refused.value) == (
        f"Slack does not accept SLACK_BOT_TOKEN ({error}). Put there the Bot User OAuth Token under “OAuth & "
        "Permissions”, which begins with xoxb-, at https://api.slack.com/apps."
    )


async def test_a_wrong_app_token_ends_the_listening_with_what_to_do() -> None:
    async with slack(SLACK_APP_TOKEN="xapp-wrong") as (_, chat):
        with pytest.raises(Refused) as refused:
            await chat.listen(echo)
    assert "SLACK_APP_TOKEN (invalid_auth)" in str(refused.value)
    assert "“Basic Information”" in str(refused.value)
    assert "wrong" not in str(refused.value)


async def test_swapped_tokens_are_named_as_such() -> None:
    async with slack(SLACK_BOT_TOKEN=StandIn.app_token, SLACK_APP_TOKEN=StandIn.bot_token) as (_, chat):
        with pytest.raises(Refused, match="It should begin with xoxb-, and does not"):
            await chat.listen(echo)


async def test_socket_mode_switched_off_ends_the_listening_with_what_to_do() -> None:
    async with slack() as (standin, chat):
        listening = asyncio.create_task(chat.listen(echo))
        await standin.sockets.connected()
        await standin.sockets.refresh("link_disabled")
        with pytest.raises(Refused, match="Socket Mode is switched off"):
            await listening


async def test_an_envelope_sent_again_is_answered_once() -> None:
    async with talking() as (standin, _):
        standin.sockets.deaf, standin.sockets.resend_after = True, 0.1
        seen = standin.type("/subscribe", "transformers")
        await seen.answered()
        while max(standin.sockets.sends.values()) < 3:
            await standin.sockets.sent_again()
        standin.sockets.deaf = False
        await seen.acked.wait()
        await standin.command("/subscriptions")
        assert len(seen.answers) == 1


async def test_a_socket_dropped_in_the_middle_of_a_command_answers_it_once() -> None:
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def ponder(heard: Heard) -> Reply:
        begun.set()
        await go_on.wait()
        return await echo(heard)

    async with talking(ponder, ping=FAST) as (standin, _):
        standin.sockets.deaf, standin.sockets.resend_after = True, 0.1
        seen = standin.type("/subscribe", "transformers")
        await begun.wait()
        standin.sockets.cut()
        standin.sockets.deaf = False
        await standin.sockets.connected(opened=2)
        async with asyncio.timeout(10):
            await seen.acked.wait()
        go_on.set()
        await seen.answered()
        await standin.command("/subscriptions")
        assert len(seen.answers) == 1


@pytest.mark.parametrize("reason", ["refresh_requested", "warning"])
async def test_a_connection_that_slack_takes_back_is_replaced(reason: str) -> None:
    async with talking() as (standin, _):
        await standin.sockets.refresh(reason)
        await standin.sockets.connected(opened=2)
        seen = await standin.command("/subscribe", "transformers")
        assert len(seen.answers) == 1


async def test_a_slack_that_is_down_at_the_start_is_waited_for() -> None:
    async with slack(ping=FAST) as (standin, chat):
        standin.trouble("auth.test", status=503)
        standin.trouble("auth.test", "ratelimited", status=429, after=0.01)
        standin.trouble("apps.connections.open", "internal_error")
        listening = asyncio.create_task(chat.listen(echo))
        await standin.sockets.connected()
        await standin.command("/subscriptions")
        listening.cancel()
        with pytest.raises(asyncio.CancelledError):
            await listening


async def test_a_connection_beyond_repair_is_begun_anew() -> None:
    async with talking(ping=FAST) as (standin, _):
        standin.sockets.shut_door = 8
        standin.sockets.cut()
        await standin.sockets.connected(opened=2)
        await standin.command("/subscriptions")


async def test_posts_go_on_while_the_socket_is_down() -> None:
    async with talking(ping=FAST) as (standin, chat):
        standin.sockets.shut_door = 1000
        standin.sockets.cut()
        assert await chat.post(GENERAL, says("A paper"), "k")


async def test_an_answer_under_way_is_given_before_the_bot_stops() -> None:
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def ponder(heard: Heard) -> Reply:
        begun.set()
        await go_on.wait()
        return await echo(heard)

    async with slack() as (standin, chat):
        listening = asyncio.create_task(chat.listen(ponder))
        await standin.sockets.connected()
        seen = standin.type("/subscribe", "transformers")
        await begun.wait()
        listening.cancel()
        await standin.sockets.disconnected()
        go_on.set()
        with pytest.raises(asyncio.CancelledError):
            await listening
        assert [said.shown for said in seen.answers] == ["subscribe|transformers|slack:U0ADA|slack:T0LAB/C0GENERAL"]


async def test_a_chat_that_is_closed_leaves_nothing_open() -> None:
    async with slack() as (standin, chat):
        listening = asyncio.create_task(chat.listen(echo))
        await standin.sockets.connected()
        before = {task for task in asyncio.all_tasks() if "SocketMode" in repr(task.get_coro())}
        listening.cancel()
        with pytest.raises(asyncio.CancelledError):
            await listening
        await chat.close()
        assert before
        assert all(task.done() for task in before)
        assert chat._api.session.closed


async def test_an_outage_is_told_once_and_so_is_its_end(caplog: pytest.LogCaptureFixture) -> None:
    async with slack(ping=FAST) as (standin, chat):
        for _ in range(4):
            standin.trouble("auth.test", status=503)
        listening = asyncio.create_task(chat.listen(echo))
        await standin.sockets.connected()
        await standin.command("/subscriptions")
        listening.cancel()
        with pytest.raises(asyncio.CancelledError):
            await listening
    assert [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING] == [
        "Slack has trouble of its own (HTTP 503). Trying to connect again in 0 s.",
        "Slack is connected.",
    ]


async def test_logs_hold_no_token_no_ticket_and_no_traceback(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    async with talking(ping=FAST) as (standin, _):
        standin.sockets.shut_door = 8
        standin.sockets.cut()
        await standin.sockets.connected(opened=2)
        await standin.command("/subscriptions")
    told = [record for record in caplog.records if record.name.startswith(("bot.", "slack_"))]
    text = "\n".join(record.getMessage() for record in told)
    assert "The connection to Slack is lost." in text
    assert not [secret for secret in (standin.bot_token, standin.app_token, "ticket=") if secret in text]
    assert all(record.exc_info is None for record in told)


def test_what_slacks_sdk_logs_is_one_line_without_what_opens_doors(caplog: pytest.LogCaptureFixture) -> None:
    logger, error = sdk_logger(), ValueError("xoxb-1-abc")
    url = "wss://x/link/?ticket=12ab&app_id=34"
    logger.error("Failed to run a listener: %s\nfor %s", "xapp-1-A0-def", url, exc_info=error)
    logger.error("Failed to connect (error: 503); Retrying...")
    (record,) = caplog.records
    assert record.getMessage() == "Failed to run a listener: xapp-… for wss://x/link/?ticket=…&app_id=…"
    assert record.exc_info is None


def test_what_opens_doors_is_struck_out() -> None:
    assert redact("xoxb-1-abc, at https://hooks.slack.com/a/b/c'") == "xoxb-…, at https://hooks.slack.com/…'"
