"""The Slack stand-in is as strict as Slack: what it lets through, Slack takes."""

from __future__ import annotations

from typing import Any

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from tests.chat.slack_bot import talking
from tests.standins.slack import StandIn, slack_standin
from tests.standins.slack.blockkit import faults

Json = dict[str, Any]


def plain(text: str) -> Json:
    return {"type": "plain_text", "text": text}


def button(**more: Any) -> Json:
    return {"type": "button", "action_id": "a", "text": plain("Go"), **more}


def actions(*elements: Json) -> list[Json]:
    return [{"type": "actions", "elements": list(elements)}]


def rich(*elements: Json, kind: str = "rich_text_section") -> list[Json]:
    return [{"type": "rich_text", "elements": [{"type": kind, "elements": list(elements)}]}]


def section(text: str) -> Json:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}}


OPTION, LONG = ({"text": plain("x"), "value": value} for value in ("v", "v" * 151))


@pytest.mark.parametrize(
    ("blocks", "fault"),
    [
        ([{"type": "divider"}] * 51, "no more than 50 items"),
        ([{"type": "divider", "text": "x"}], "additional property: text"),
        ([{"type": "marquee"}], "unsupported type: marquee"),
        ([section("x" * 3001)], "less than 3001"),
        ([section("")], "more than 0"),
        ([section("a\x00b")], "invalid character"),
        ([{"type": "section"}], "either text or fields"),
        ([{"type": "section", "fields": [plain("x" * 2001)]}], "less than 2001"),
        ([{"type": "section", "fields": [plain("x")] * 11}], "no more than 10 items"),
        ([{"type": "section", "text": "bare"}], "must be a text object"),
        ([{"type": "header", "text": {"type": "mrkdwn", "text": "x"}}], "must be a text object of plain_text"),
        ([{"type": "header", "text": plain("x" * 151)}], "less than 151"),
        ([{"type": "context", "elements": [plain("x")] * 11}], "no more than 10 items"),
        ([{"type": "context", "elements": []}], "at least 1 item"),
        ([{"type": "image", "image_url": "javascript:x", "alt_text": "x"}], "invalid url"),
        ([{"type": "image", "image_url": "https://a.example/", "alt_text": "x" * 2001}], "less than 2001"),
        ([{"type": "divider", "block_id": "b"}, {"type": "divider", "block_id": "b"}], "'b' already exists"),
        ([{"type": "divider", "block_id": "b" * 256}], "less than 256"),
        (actions(*[button(action_id=f"{n}") for n in range(26)]), "no more than 25 items"),
        (actions(button(), button()), "'a' already exists"),
        (actions(button(text=plain("x" * 76))), "less than 76"),
        (actions(button(text=plain(""))), "more than 0"),
        (actions(button(value="x" * 2001)), "less than 2001"),
        (actions(button(url="https://a.example/" + "x" * 3000)), "less than 3001"),
        (actions(button(style="default")), "invalid style"),
        (actions(button(disabled=True)), "additional property: disabled"),
        (
            actions({"type": "overflow", "action_id": "o", "options": [{"text": plain("x"), "value": "v"}] * 6}),
            "more than 5",
        ),
        (actions({"type": "static_select", "action_id": "s", "options": [LONG]}), "less than 151"),
        ([{"type": "rich_text", "elements": []}], "at least 1 item"),
        (rich({"type": "text", "text": ""}), "more than 0"),
        (rich({"type": "text"}), "must provide a string"),
        (rich({"type": "text", "text": "x", "style": {"loud": True}}), "invalid style"),
        (rich({"type": "text", "text": "x", "style": {}}, kind="rich_text_preformatted"), "additional property: style"),
        (rich({"type": "link", "url": "notaurl", "text": "x"}), "invalid url"),
        (rich({"type": "text", "text": "x"}, kind="rich_text_list"), "invalid style"),
        (rich({"type": "text", "text": "\ud800"}), "invalid character"),
        ("[]", "must be an array"),
    ],
)
def test_block_kit_is_held_to_its_documented_limits(blocks: Any, fault: str) -> None:
    assert any(fault in found for found in faults(blocks)), faults(blocks)


def test_blocks_within_their_limits_pass() -> None:
    assert (
        faults([section("x" * 3000), {"type": "header", "text": plain("x" * 150)}, *actions(button(value="v"))]) == []
    )


def client(standin: StandIn) -> AsyncWebClient:
    return AsyncWebClient(token=standin.bot_token, base_url=f"{standin.base}/api/")


def taken(standin: StandIn) -> str:
    """The faults so far, taken away so that this test does not fail by them."""
    found = "\n".join(standin.faults)
    standin.faults.clear()
    return found


async def test_a_fault_fails_the_test_that_made_it() -> None:
    running = slack_standin()
    standin = await running.__aenter__()
    standin.faults.append("a colour that Slack does not know")
    with pytest.raises(AssertionError, match="a colour that Slack does not know"):
        await running.__aexit__(None, None, None)


async def test_an_unknown_method_is_a_fault() -> None:
    async with slack_standin() as standin:
        with pytest.raises(SlackApiError, match="unknown_method"):
            await client(standin).api_call("chat.shout")
        assert taken(standin) == "unknown method chat.shout"


async def test_an_unknown_field_is_a_fault() -> None:
    async with slack_standin() as standin:
        await client(standin).api_call("chat.postMessage", json={"channel": "C0GENERAL", "text": "x", "colour": 1})
        assert taken(standin) == "chat.postMessage: unknown field colour"


async def test_blocks_that_slack_refuses_are_a_fault() -> None:
    async with slack_standin() as standin:
        with pytest.raises(SlackApiError, match="invalid_blocks"):
            await client(standin).chat_postMessage(channel="C0GENERAL", text="x", blocks=[section("")])
        assert "more than 0 characters" in taken(standin)


async def test_more_over_all_blocks_than_slack_takes_is_a_fault() -> None:
    async with slack_standin() as standin:
        with pytest.raises(SlackApiError, match="msg_blocks_too_long"):
            await client(standin).chat_postMessage(channel="C0GENERAL", text="x", blocks=[section("x" * 2900)] * 5)
        assert "characters over all blocks" in taken(standin)


async def test_a_response_url_takes_five_answers() -> None:
    async with talking() as (standin, _), aiohttp.ClientSession() as session:
        await standin.command("/subscriptions")
        url = f"{standin.base}/hooks/{next(iter(standin.hooks))}"
        statuses = [(await session.post(url, json={"text": "again"})).status for _ in range(5)]
    assert statuses == [200, 200, 200, 200, 404]


async def test_a_ticket_opens_one_connection() -> None:
    async with slack_standin() as standin, aiohttp.ClientSession() as session:
        ticket = standin.ticket()
        async with session.ws_connect(ticket) as socket:
            hello = await socket.receive_json()
        assert (hello["type"], hello["num_connections"]) == ("hello", 1)
        with pytest.raises(aiohttp.WSServerHandshakeError):
            await session.ws_connect(ticket)


async def test_an_envelope_that_nobody_acknowledges_goes_to_another_connection() -> None:
    async with slack_standin() as standin, aiohttp.ClientSession() as session:
        standin.sockets.resend_after = 0.05
        async with session.ws_connect(standin.ticket()) as one, session.ws_connect(standin.ticket()) as two:
            await standin.sockets.connected(2)
            seen = standin.type("/subscribe", "transformers")
            got = [[await socket.receive_json() for _ in range(2)][1] for socket in (one, two)]
            assert got[0] == got[1]
            await two.send_json({"envelope_id": got[1]["envelope_id"]})
            await seen.acked.wait()


async def test_what_is_no_acknowledgement_is_a_fault() -> None:
    async with slack_standin() as standin, aiohttp.ClientSession() as session:
        async with session.ws_connect(standin.ticket()) as socket:
            await socket.receive_json()
            await socket.send_json({"envelope_id": "made up"})
        assert "not an acknowledgement" in taken(standin)
