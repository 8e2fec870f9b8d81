"""The stand-in is as strict as Discord: what Discord would refuse, or we never want, fails a test that sends it."""

from __future__ import annotations

from typing import Any

import aiohttp
import pytest

from tests.standins.discord import Discord, limits

QUIET: dict[str, Any] = {"allowed_mentions": {"parse": []}}


def button(**more: Any) -> dict[str, Any]:
    return {"type": 2, "style": 2, "label": "Yes", "custom_id": "yes:1"} | more


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
    with pytest.raises(AssertionError, match="unknown route: GET /guilds/1"):
        await get("/guilds/1")


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
