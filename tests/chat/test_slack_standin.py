"""The Slack stand-in is as strict as Slack: what it lets through, Slack takes."""

from __future__ import annotations

import asyncio
import json
import sys
from typing import Any

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.chat.slack import connect
from bot.model import Channel
from tests.chat.slack_bot import says, talking
from tests.standins.slack import StandIn, slack_standin
from tests.standins.slack.blockkit import faults, view_faults

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
            "no more than 5",
        ),
        (actions({"type": "static_select", "action_id": "s", "options": [LONG]}), "less than 151"),
        (actions({"type": "static_select", "action_id": "s", "options": [OPTION] * 101}), "no more than 100"),
        (actions({"type": "static_select", "placeholder": plain("x" * 151), "options": [OPTION]}), "less than 151"),
        (actions({"type": "static_select", "options": [OPTION], "initial_option": LONG}), "one of the options"),
        (actions({"type": "overflow", "options": [{**OPTION, "description": plain("x" * 76)}]}), "less than 76"),
        (actions(button(confirm={"title": plain("x" * 101)})), "less than 101"),
        ([{"type": "input", "label": plain("x"), "element": {"type": "plain_text_input"}}], "unsupported type: input"),
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


def modal(*blocks: Json, **more: Any) -> Json:
    return {"type": "modal", "title": plain("Edit"), "submit": plain("Save"), "blocks": list(blocks), **more}


FIELD = {"type": "input", "label": plain("Rule"), "element": {"type": "plain_text_input", "action_id": "rule"}}


@pytest.mark.parametrize(
    ("view", "fault"),
    [
        (modal(FIELD, title=plain("x" * 25)), "less than 25"),
        (modal(FIELD, private_metadata="x" * 3001), "less than 3001"),
        (modal(FIELD, colour="red"), "additional property: colour"),
        (modal(*[section("x")] * 101), "no more than 100 items"),
        ({"type": "modal", "title": plain("Edit"), "blocks": [FIELD]}, "must have a submit"),
        ({"type": "home", "blocks": []}, "must be a modal"),
        (modal({**FIELD, "element": {"type": "plain_text_input", "initial_value": "x" * 3001}}), "less than 3001"),
    ],
)
def test_views_are_held_to_their_documented_limits(view: Json, fault: str) -> None:
    assert any(fault in found for found in view_faults(view, "modal")), view_faults(view, "modal")
    assert view_faults(modal(FIELD), "modal") == []


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


async def test_a_channel_takes_a_message_a_second_after_a_burst() -> None:
    """Another channel is not held up, and the pause asked for is long enough."""
    standin = StandIn(pace=20, burst=2, rooms=("C0GENERAL", "C0OTHER"))
    time = [100.0]
    standin.limits.now = lambda: time[0]
    async with slack_standin(standin):
        speak = client(standin).chat_postMessage
        for _ in range(2):
            await speak(channel="C0GENERAL", text="x")
        with pytest.raises(SlackApiError, match="ratelimited") as paused:
            await speak(channel="C0GENERAL", text="x")
        assert (paused.value.response.status_code, paused.value.response.headers["Retry-After"]) == (429, "0.05")
        await speak(channel="C0OTHER", text="x")
        time[0] += 0.05
        await speak(channel="C0GENERAL", text="x")
        assert (len(standin.public()), standin.limits.refused) == (3, 1)


async def test_at_slacks_own_pace_a_pause_is_whole_seconds() -> None:
    async with slack_standin(StandIn(pace=1, burst=1)) as standin:
        await client(standin).chat_postMessage(channel="C0GENERAL", text="x")
        with pytest.raises(SlackApiError) as paused:
            await client(standin).chat_postMessage(channel="C0GENERAL", text="x")
        assert paused.value.response.headers["Retry-After"] == "1"


@pytest.mark.parametrize(
    ("method", "fields", "error"),
    [
        ("conversations.history", {"channel": "C0GENERAL"}, "missing_scope"),
        ("conversations.open", {"users": "U0NOBODY"}, "user_not_found"),
        ("conversations.replies", {"channel": "C0LOST", "ts": "1.0"}, "channel_not_found"),
        ("users.info", {"user": "U0NOBODY"}, "user_not_found"),
        ("chat.update", {"channel": "C0GENERAL", "ts": "1.0", "text": "x"}, "message_not_found"),
        ("chat.postMessage", {"channel": "C0GENERAL", "text": "x", "thread_ts": "1.0"}, "thread_not_found"),
        ("views.open", {"trigger_id": "made up", "view": modal(FIELD)}, "invalid_trigger_id"),
        ("views.update", {"view_id": "V0", "view": modal(FIELD)}, "not_found"),
    ],
)
async def test_a_call_about_nothing_is_refused_as_slack_does(method: str, fields: Json, error: str) -> None:
    async with slack_standin() as standin:
        with pytest.raises(SlackApiError) as refused:
            await client(standin).api_call(method, json=fields)
    assert refused.value.response["error"] == error


async def test_a_trigger_opens_one_view_within_three_seconds() -> None:
    async with talking() as (standin, _):
        fresh, stale = [await standin.command("/subscriptions") for _ in range(2)]
        slack = client(standin)
        opened = await slack.views_open(trigger_id=fresh.trigger, view=modal(FIELD))
        assert standin.views[opened["view"]["id"]]["title"]["text"] == "Edit"
        with pytest.raises(SlackApiError, match="exchanged_trigger_id"):
            await slack.views_open(trigger_id=fresh.trigger, view=modal(FIELD))
        standin.stale(stale)
        with pytest.raises(SlackApiError, match="expired_trigger_id"):
            await slack.views_open(trigger_id=stale.trigger, view=modal(FIELD))
        await slack.views_update(view_id=opened["view"]["id"], view=modal(FIELD, title=plain("Again")))
        await slack.views_publish(user_id="U0ADA", view={"type": "home", "blocks": [section("x")]})
        assert [view["type"] for view in standin.views.values()] == ["modal", "home"]


async def test_a_longer_text_than_an_edit_takes_is_a_fault() -> None:
    async with slack_standin() as standin:
        said = await client(standin).chat_postMessage(channel="C0GENERAL", text="x")
        with pytest.raises(SlackApiError, match="msg_too_long"):
            await client(standin).chat_update(channel="C0GENERAL", ts=said["ts"], text="x" * 4001)
        assert "4001 characters" in taken(standin)


async def test_the_stand_in_runs_as_a_process_of_its_own() -> None:
    """Its first line says how to reach it; what a bot says stays while bots come and go."""
    words = (sys.executable, "-m", "tests.standins.slack", "--rooms", "2", "--pace", "50", "--history")
    process = await asyncio.create_subprocess_exec(*words, stdout=asyncio.subprocess.PIPE)
    assert process.stdout is not None
    told = json.loads(await process.stdout.readline())
    assert told["rooms"] == ["C0GENERAL", "C0ROOM1", "C0ROOM2"]
    room = Channel("slack", f"{told['team']}/C0ROOM2")
    for _ in range(2):
        chat = await connect(told["env"])
        await chat.post(room, says("A paper"), "k", doubt=True)
        await chat.close()
    async with aiohttp.ClientSession() as session, session.get(told["look"]) as page:
        held = await page.json()
    process.terminate()
    assert await process.wait() == 0
    assert [(said["channel"], said["shown"]) for said in held["said"]] == [("C0ROOM2", "A paper")]
    assert (held["faults"], held["paused"]) == ([], 0)
