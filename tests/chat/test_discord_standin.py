"""The stand-in is as strict as Discord: what Discord would refuse, or we never want, fails a test that sends it."""

from __future__ import annotations

import asyncio
import json
import sys
from typing import Any

import aiohttp
import pytest

from bot.chat.discord import connect
from bot.model import Channel
from tests.chat.discord_running import paper
from tests.standins.discord import Discord, limits

QUIET: dict[str, Any] = {"allowed_mentions": {"parse": []}}


def button(**more: Any) -> dict[str, Any]:
    return {"type": 2, "style": 2, "label": "Yes", "custom_id": "yes:1"} | more


OPTION = {"label": "One", "value": "discuss:1"}


def select(count: int) -> dict[str, Any]:
    options = [{"label": f"{n}", "value": f"discuss:{n}"} for n in range(count)]
    return {"type": 3, "custom_id": "pick:0", "placeholder": "Discuss…", "options": options}


def row(*buttons: dict[str, Any]) -> dict[str, Any]:
    return {"type": 1, "components": list(buttons)}


def test_a_modest_message_is_taken() -> None:
    embeds = [{"title": "t" * 256, "description": "d" * 4096, "url": "https://arxiv.org/abs/1"}]
    assert limits.message(QUIET | {"content": "c" * 2000, "embeds": embeds, "components": [row(button())]}) == []


@pytest.mark.parametrize(
    ("payload", "says"),
    [
        ({"content": "x"} | {"allowed_mentions": {}}, "allowed_mentions"),
        (QUIET | {"content": "c" * 2001}, "content"),
        (QUIET | {"content": "😀" * 1001}, "content"),
        (QUIET | {"content": " \n"}, "empty message"),
        (QUIET | {"content": "a\0"}, "nobody can show"),
        (QUIET | {"content": "a\u202eb"}, "nobody can show"),
        (QUIET | {"content": "x", "nonce": "n" * 26}, "nonce"),
        (QUIET | {"embeds": [{"title": "t" * 257}]}, "title"),
        (QUIET | {"embeds": [{"title": " "}]}, "title"),
        (QUIET | {"embeds": [{"description": "d" * 4097}]}, "description"),
        (QUIET | {"embeds": [{"description": "d" * 3001}] * 2}, "together"),
        (QUIET | {"embeds": [{"title": "t"}] * 11}, "more than 10"),
        (QUIET | {"embeds": [{"title": "t", "url": "javascript:alert(1)"}]}, "well formed"),
        (QUIET | {"embeds": [{}]}, "empty"),
        (QUIET | {"embeds": [{"fields": [{"name": " ", "value": "v"}]}]}, "fields.name"),
        (QUIET | {"embeds": [{"fields": [{"name": "n", "value": ""}]}]}, "fields.value"),
        (QUIET | {"embeds": [{"fields": [{"name": "n", "value": "v"}] * 26}]}, "fields: more"),
        (QUIET | {"embeds": [{"title": "t", "footer": {"text": "f" * 2049}}]}, "footer"),
        (QUIET | {"embeds": [{"title": "t", "author": {"name": "a", "url": "javascript:alert(1)"}}]}, "well formed"),
        (QUIET | {"content": "x", "components": [row(select(26))]}, "26 options"),
        (QUIET | {"content": "x", "components": [row(select(0))]}, "0 options"),
        (
            QUIET | {"content": "x", "components": [row(select(2) | {"options": [OPTION, OPTION]})]},
            "value is there twice",
        ),
        (QUIET | {"content": "x", "components": [row(select(1), button())]}, "row of its own"),
        (QUIET | {"content": "x", "components": [row(select(1) | {"placeholder": "p" * 151})]}, "placeholder"),
        (QUIET | {"content": "x", "components": [row(select(1) | {"options": [OPTION | {"label": ""}]})]}, "option"),
        (
            QUIET | {"content": "x", "components": [row(select(1) | {"options": [OPTION | {"value": "v" * 101}]})]},
            "option",
        ),
        (QUIET | {"content": "x", "components": [row(button(), button())]}, "twice"),
        (QUIET | {"content": "x", "components": [row()]}, "five rows"),
        (QUIET | {"content": "x", "components": [row(*(button(custom_id=f"y:{n}") for n in range(6)))]}, "five rows"),
        (QUIET | {"content": "x", "components": [row(button(custom_id=f"y:{n}")) for n in range(6)]}, "five rows"),
        (QUIET | {"content": "x", "components": [row(button(label="l" * 81))]}, "label"),
        (QUIET | {"content": "x", "components": [row(button(label=""))]}, "label"),
        (QUIET | {"content": "x", "components": [row(button(custom_id="c" * 101))]}, "custom_id"),
        (QUIET | {"content": "x", "components": [row(button(style=5, url="discord://x"))]}, "well formed"),
    ],
)
def test_what_discord_refuses_in_a_message_is_found(payload: dict[str, Any], says: str) -> None:
    assert any(says in problem for problem in limits.message(payload)), limits.message(payload)


@pytest.mark.parametrize(
    ("payload", "wrong"),
    [
        ({"name": "n" * 100, "auto_archive_duration": 10080}, False),
        ({"name": "n" * 101}, True),
        ({"name": " "}, True),
        ({"name": "n", "auto_archive_duration": 4321}, True),
    ],
)
def test_what_discord_refuses_in_a_thread_is_found(payload: dict[str, Any], wrong: bool) -> None:
    assert bool(limits.thread(payload)) is wrong


@pytest.mark.parametrize(
    ("command", "wrong"),
    [
        ({"name": "papers", "description": "d", "options": [{"name": "rule", "description": "d"}]}, False),
        ({"name": "Papers", "description": "d"}, True),
        ({"name": "papers", "description": "d" * 101}, True),
        (
            {
                "name": "papers",
                "description": "d",
                "options": [{"name": f"o{n}", "description": "d"} for n in range(26)],
            },
            True,
        ),
        ({"name": "papers", "description": "d", "options": [{"name": "o", "description": ""}]}, True),
        ({"name": "papers", "description": "d", "choices": [{"name": "c", "value": "c"}] * 26}, True),
    ],
)
def test_what_discord_refuses_in_a_command_is_found(command: dict[str, Any], wrong: bool) -> None:
    assert bool(limits.commands([command])) is wrong


async def get(path: str) -> aiohttp.ClientResponse:
    """Ask a fresh stand-in for something."""
    async with Discord() as discord, aiohttp.ClientSession() as session:
        return await session.get(discord.env["DISCORD_API_URL"] + path)


async def say(payload: dict[str, Any]) -> tuple[int, int]:
    """Say something with the token; the answer's status and code."""
    async with Discord() as discord, aiohttp.ClientSession() as session:
        url = f"{discord.env['DISCORD_API_URL']}/channels/{discord.general.id}/messages"
        answer = await session.post(url, json=payload, headers={"Authorization": f"Bot {discord.token}"})
        return answer.status, (await answer.json())["code"]


async def test_an_unknown_route_fails_the_test_that_used_it() -> None:
    with pytest.raises(AssertionError, match="unknown route: GET /guilds/1/bans"):
        await get("/guilds/1/bans")


async def test_a_message_that_could_ping_fails_the_test_that_sent_it() -> None:
    with pytest.raises(AssertionError, match="allowed_mentions"):
        await say({"content": "@everyone"})


async def test_answers_say_json_and_nothing_more() -> None:
    """discord.py reads a body as JSON only if the content type is exactly this."""
    answer = await get("/users/@me")
    assert (answer.status, answer.headers["Content-Type"]) == (401, "application/json")


async def test_a_command_that_discord_does_not_offer_cannot_be_typed() -> None:
    """An unregistered command, or one without what it needs, is the test's mistake."""
    async with Discord() as discord:
        with pytest.raises(AssertionError, match="no /subscribe"):
            await discord.begin_command("subscribe", {"rule": "x"})


async def post(discord: Discord, session: aiohttp.ClientSession, words: str) -> aiohttp.ClientResponse:
    url = f"{discord.env['DISCORD_API_URL']}/channels/{discord.general.id}/messages"
    told = QUIET | {"content": words, "nonce": words, "enforce_nonce": True}
    answer = await session.post(url, json=told, headers={"Authorization": f"Bot {discord.token}"})
    await answer.read()
    return answer


async def test_a_sixth_message_in_five_seconds_is_turned_away() -> None:
    """With the bucket's headers, and taken when the window is over."""
    async with Discord(pace=10) as discord, aiohttp.ClientSession() as session:
        answers = [await post(discord, session, f"{n}") for n in range(6)]
        assert [answer.status for answer in answers] == [200] * 5 + [429]
        assert [answer.headers["X-RateLimit-Remaining"] for answer in answers] == [*"43210", "0"]
        about = await answers[-1].json()
        assert (about["global"], 0 < about["retry_after"] <= 0.5) == (False, True)
        await asyncio.sleep(about["retry_after"])
        assert (await post(discord, session, "5")).status == 200
        assert (len(discord.general.messages), discord.pacing.limited) == (6, 1)


async def test_fifty_one_requests_in_a_second_are_one_too_many() -> None:
    """Over all routes, with the header that says so."""
    async with Discord(pace=1) as discord, aiohttp.ClientSession() as session:
        answers = [await session.get(f"{discord.env['DISCORD_API_URL']}/users/@me") for _ in range(51)]
        assert [answer.status for answer in answers] == [401] * 50 + [429]
        assert answers[-1].headers["X-RateLimit-Global"] == "true"


async def test_a_nonce_is_known_for_a_while_and_never_listed() -> None:
    """The same message comes back, then a new one is made."""
    async with Discord() as discord, aiohttp.ClientSession() as session:
        first, second = [await (await post(discord, session, "once")).json() for _ in range(2)]
        discord.forget_nonces()
        third = await (await post(discord, session, "once")).json()
        assert (first["id"], first["nonce"]) == (second["id"], "once")
        assert third["id"] != first["id"]
        url = f"{discord.env['DISCORD_API_URL']}/channels/{discord.general.id}/messages"
        listed = await (await session.get(url, headers={"Authorization": f"Bot {discord.token}"})).json()
        assert [told["id"] for told in listed] == [third["id"], first["id"]]
        assert "nonce" not in listed[0]


async def test_it_runs_as_a_server_of_its_own() -> None:
    """It says where it is, takes what the bot says, shows it, and ends when told to."""
    command = (sys.executable, "-m", "tests.standins.discord", "--channels", "3", "--pace", "50")
    server = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    assert server.stdout
    told = json.loads(await server.stdout.readline())
    chat = await connect(told["env"])
    await chat.post(Channel.parse(told["channels"][2]), paper("A paper"), "k1")
    await chat.close()
    async with aiohttp.ClientSession() as session, session.get(told["said"]) as answer:
        said = await answer.json()
    assert [len(place["messages"]) for place in said["places"]] == [0, 0, 1]
    assert (said["faults"], said["limited"]) == ([], 0)
    server.terminate()
    assert await server.wait() == 0


FIELD: dict[str, Any] = {"type": 18, "label": "Rule", "component": {"type": 4, "custom_id": "rule", "style": 1}}
MODAL: dict[str, Any] = {"title": "Edit", "custom_id": "form|edited:7", "components": [FIELD]}


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({}, ""),
        ({"title": "t" * 46}, "title"),
        ({"custom_id": ""}, "custom_id"),
        ({"components": []}, "0 fields"),
        ({"components": [FIELD | {"component": {"type": 4, "custom_id": f"f{n}"}} for n in range(6)]}, "6 fields"),
        ({"components": [FIELD, FIELD]}, "custom_id twice"),
        ({"components": [FIELD | {"label": "l" * 46}]}, "label"),
        ({"components": [FIELD | {"description": "d" * 101}]}, "description"),
        ({"components": [FIELD | {"component": {"type": 4, "custom_id": "f", "max_length": 4001}}]}, "max_length"),
        ({"components": [FIELD | {"component": {"type": 4, "custom_id": "f", "value": "v" * 4001}}]}, "value longer"),
        ({"components": [FIELD | {"component": select(26)}]}, "26 options"),
    ],
)
def test_what_discord_refuses_in_a_form_is_found(change: dict[str, Any], says: str) -> None:
    problems = limits.modal(MODAL | change)
    assert any(says in problem for problem in problems) if says else problems == []


@pytest.mark.parametrize(
    ("offered", "wrong"),
    [
        ([{"name": f"{n}", "value": f"{n}"} for n in range(25)], False),
        ([{"name": f"{n}", "value": f"{n}"} for n in range(26)], True),
        ([{"name": "n" * 101, "value": "v"}], True),
        ([{"name": "😀" * 51, "value": "v"}], True),
        ([{"name": "n", "value": "v" * 101}], True),
        ([{"name": "", "value": "v"}], True),
    ],
)
def test_what_discord_refuses_in_choices_is_found(offered: list[dict[str, Any]], wrong: bool) -> None:
    assert bool(limits.choices(offered)) is wrong


@pytest.mark.parametrize(
    ("payload", "says"),
    [
        ({"name": "n", "message": QUIET | {"content": "x"}}, ""),
        ({"name": "n" * 101, "message": QUIET | {"content": "x"}}, "name"),
        ({"name": "n", "auto_archive_duration": 61, "message": QUIET | {"content": "x"}}, "auto_archive"),
        ({"name": "n", "message": QUIET}, "empty message"),
        ({"name": "n", "applied_tags": list("123456"), "message": QUIET | {"content": "x"}}, "more than 5"),
    ],
)
def test_what_discord_refuses_in_a_forums_post_is_found(payload: dict[str, Any], says: str) -> None:
    problems = limits.post(payload)
    assert any(says in problem for problem in problems) if says else problems == []


def test_what_discord_refuses_in_a_menu_is_found() -> None:
    """Names of menus may have spaces and capitals, and no description."""
    assert limits.commands([{"name": "Find this", "type": 3}]) == []
    assert limits.commands([{"name": "n" * 33, "type": 3}, {"name": "x", "type": 3, "description": "d"}])
