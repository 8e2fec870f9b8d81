"""Posts, threads and links in Slack; and what is made of Slack's refusals."""

from __future__ import annotations

import pytest

from bot.chat.slack import connect
from bot.errors import PlatformFailed, Refused, SettingsError, TryLater
from bot.model import Channel, Line, Post, Span
from tests.chat.slack_bot import GENERAL, says, slack
from tests.standins.slack import StandIn, spans


async def test_a_post_carries_no_previews_and_the_hash_of_its_key() -> None:
    async with slack() as (standin, chat):
        ts = await chat.post(GENERAL, says("A paper", "About things."), "slack:T/C|arxiv:2402.1")
        (said,) = standin.public()
    assert said.ts == ts
    assert (said.fields["unfurl_links"], said.fields["unfurl_media"]) == (False, False)
    assert said.text == "A paper\nAbout things."
    assert said.metadata is not None
    assert said.metadata["event_type"] == "paper_round_post"
    assert len(said.metadata["event_payload"]["key"]) == 64


async def test_a_key_said_twice_is_one_message() -> None:
    async with slack() as (standin, chat):
        first = await chat.post(GENERAL, says("A paper"), "k")
        assert await chat.post(GENERAL, says("A paper"), "k") == first
        assert len(standin.public()) == 1


async def test_a_thread_is_the_message_it_hangs_from() -> None:
    async with slack() as (standin, chat):
        parent = await chat.post(GENERAL, says("A paper"), "k")
        assert await chat.thread(GENERAL, parent, "A paper", says("The abstract"), "k|thread") == parent
        await chat.thread(GENERAL, parent, "A paper", says("The abstract"), "k|thread")
        assert [(said.thread, said.shown) for said in standin.public()] == [
            (None, "A paper"),
            (parent, "The abstract"),
        ]


async def test_a_link_leads_to_the_message() -> None:
    async with slack() as (standin, chat):
        parent = await chat.post(GENERAL, says("A paper"), "k")
        assert await chat.link(GENERAL, parent) == standin.permalink(standin.public()[0])
        assert await chat.link(GENERAL, "1.000001") is None


async def test_a_title_is_a_link_to_its_paper() -> None:
    async with slack() as (standin, chat):
        title = Line((Span("A <b>paper</b>", "strong", "https://arxiv.org/abs/2402.12345"),))
        await chat.post(GENERAL, Post(title), "k")
        (link,) = spans(standin.public()[0].blocks)
    assert link == {
        "type": "link",
        "url": "https://arxiv.org/abs/2402.12345",
        "text": "A <b>paper</b>",
        "style": {"bold": True},
    }


@pytest.mark.parametrize(
    ("error", "remedy"),
    [
        ("channel_not_found", "/invite @paper-round"),
        ("not_in_channel", "/invite @paper-round"),
        ("is_archived", "unarchive"),
        ("token_revoked", "SLACK_BOT_TOKEN"),
        ("account_inactive", "SLACK_BOT_TOKEN"),
        ("invalid_auth", "OAuth & Permissions"),
        ("not_allowed_token_type", "xoxb-"),
        ("missing_scope", "install the app again"),
        ("no_permission", "ask an admin"),
        ("restricted_action", "ask an admin"),
        ("restricted_action_read_only_channel", "ask an admin"),
        ("ekm_access_denied", "approve"),
        ("msg_blocks_too_long", "report"),
        ("thread_not_found", "deleted"),
        ("something_new", "something_new"),
    ],
)
async def test_a_permanent_refusal_says_what_mends_it(error: str, remedy: str) -> None:
    async with slack() as (standin, chat):
        standin.trouble("chat.postMessage", error)
        with pytest.raises(Refused) as refused:
            await chat.post(GENERAL, says("A paper"), "k")
    assert remedy in str(refused.value)
    assert_discreet(refused.value)


@pytest.mark.parametrize(
    ("trouble", "after"),
    [
        ({"error": "ratelimited", "status": 429, "after": 30}, 30),
        ({"error": "ratelimited", "status": 429}, None),
        ({"error": "ratelimited"}, None),
        ({"error": "internal_error"}, None),
        ({"error": "fatal_error"}, None),
        ({"error": "service_unavailable", "status": 503}, None),
        ({"status": 429, "after": 7, "body": "<html>slow down</html>"}, 7),
        ({"status": 500}, None),
        ({"status": 502, "body": "<html>bad gateway</html>"}, None),
        ({"status": 200, "body": "<html>a captive portal</html>"}, None),
        ({"status": 0}, None),
    ],
)
async def test_what_passes_is_tried_later_and_asked_once(trouble: dict[str, object], after: float | None) -> None:
    async with slack() as (standin, chat):
        standin.trouble("chat.postMessage", **trouble)  # type: ignore[arg-type]  # a table of keywords
        with pytest.raises(TryLater) as later:
            await chat.post(GENERAL, says("A paper"), "k")
        assert later.value.after == after
        assert [method for method, _ in standin.calls] == ["chat.postMessage"]
        assert_discreet(later.value)
        assert await chat.post(GENERAL, says("A paper"), "k")


LOST = [{"status": 0}, {"status": 502, "body": "<html>bad gateway</html>"}, {"error": "fatal_error"}]
"""Answers after which nobody knows whether the message was said."""


@pytest.mark.parametrize("trouble", LOST)
async def test_a_message_whose_answer_was_lost_is_looked_for_and_not_said_again(
    trouble: dict[str, object],
) -> None:
    async with slack() as (standin, chat):
        standin.scopes.add("channels:history")
        parent = await chat.post(GENERAL, says("Another paper"), "k0")
        for _ in range(2):
            standin.trouble("chat.postMessage", done=True, **trouble)  # type: ignore[arg-type]  # a table of keywords
        with pytest.raises(TryLater):
            await chat.post(GENERAL, says("A paper"), "k")
        assert await chat.post(GENERAL, says("A paper"), "k") == standin.public()[1].ts
        with pytest.raises(TryLater):
            await chat.thread(GENERAL, parent, "Another paper", says("The abstract"), "k0|thread")
        await chat.thread(GENERAL, parent, "Another paper", says("The abstract"), "k0|thread")
        assert [said.shown for said in standin.public()] == ["Another paper", "A paper", "The abstract"]


@pytest.mark.parametrize("trouble", LOST)
async def test_a_message_that_never_arrived_is_said(trouble: dict[str, object]) -> None:
    async with slack() as (standin, chat):
        standin.scopes.add("channels:history")
        await chat.post(GENERAL, says("Another paper"), "k0")
        standin.trouble("chat.postMessage", **trouble)  # type: ignore[arg-type]  # a table of keywords
        with pytest.raises(TryLater):
            await chat.post(GENERAL, says("A paper"), "k")
        await chat.post(GENERAL, says("A paper"), "k")
        assert [said.shown for said in standin.public()] == ["Another paper", "A paper"]


async def test_a_pause_leaves_no_doubt_and_nothing_is_looked_for() -> None:
    async with slack() as (standin, chat):
        standin.slow_down(1)
        with pytest.raises(TryLater):
            await chat.post(GENERAL, says("A paper"), "k")
        await chat.post(GENERAL, says("A paper"), "k")
        assert [method for method, _ in standin.calls] == ["chat.postMessage", "chat.postMessage"]


async def test_a_slack_that_is_not_there_is_tried_later() -> None:
    async with slack() as (standin, _):
        away = dict(standin.env)
    chat = await connect(away)
    with pytest.raises(TryLater, match="cannot be reached"):
        await chat.post(GENERAL, says("A paper"), "k")
    await chat.close()


async def test_a_channel_is_refused_as_slack_sees_it() -> None:
    async with slack() as (standin, chat):
        room = standin.rooms["C0GENERAL"]
        room.archived = True
        with pytest.raises(Refused, match="archived"):
            await chat.post(GENERAL, says("A paper"), "k")
        room.archived, room.private, room.member = False, True, False
        with pytest.raises(Refused, match="/invite @paper-round"):
            await chat.post(GENERAL, says("A paper"), "k")
        with pytest.raises(Refused, match="C0LOST"):
            await chat.post(Channel("slack", "T0LAB/C0LOST"), says("A paper"), "k")
        standin.scopes.discard("chat:write")
        with pytest.raises(Refused, match="lacks the scope chat:write"):
            await chat.post(GENERAL, says("A paper"), "k")


@pytest.mark.parametrize(
    ("variable", "value", "said"),
    [
        ("SLACK_BOT_TOKEN", "", "SLACK_BOT_TOKEN is not set"),
        ("SLACK_APP_TOKEN", " ", "SLACK_APP_TOKEN is not set"),
        ("SLACK_BOT_TOKEN", "xoxb-1\n2", "SLACK_BOT_TOKEN holds characters"),
        ("SLACK_APP_TOKEN", "“xapp-1”", "SLACK_APP_TOKEN holds characters"),
        ("SLACK_API_URL", "slack.com/api", "SLACK_API_URL is 'slack.com/api'"),
        ("SLACK_API_URL", "https://[::1", "SLACK_API_URL is 'https://[::1'"),
    ],
)
async def test_a_variable_that_cannot_be_is_named(variable: str, value: str, said: str) -> None:
    env = {"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_APP_TOKEN": "xapp-1", variable: value}
    with pytest.raises(SettingsError) as wrong:
        await connect(env)
    assert said in str(wrong.value)


@pytest.mark.parametrize(
    ("env", "base", "proxy"),
    [
        ({}, "https://slack.com/api/", None),
        ({"HTTPS_PROXY": "http://proxy:3128"}, "https://slack.com/api/", "http://proxy:3128"),
        ({"HTTPS_PROXY": "http://proxy:3128", "NO_PROXY": ".slack.com,slack.com"}, "https://slack.com/api/", None),
        ({"http_proxy": "http://proxy:3128"}, "http://127.0.0.1:9/api", None),
        ({"http_proxy": "http://proxy:3128"}, "http://localhost:9/api", None),
    ],
)
async def test_a_proxy_is_used_where_the_environment_wants_it(
    env: dict[str, str], base: str, proxy: str | None
) -> None:
    tokens = {"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_APP_TOKEN": "xapp-1", "SLACK_API_URL": base}
    chat = await connect(tokens | env)
    assert chat._api.client.proxy == proxy  # type: ignore[attr-defined]  # there is no other way to see it
    await chat.close()


def assert_discreet(error: PlatformFailed) -> None:
    """No token, no vendor's words, nothing dragged along that has them."""
    assert StandIn.bot_token not in str(error)
    assert StandIn.app_token not in str(error)
    assert "\n" not in str(error)
    assert error.__cause__ is None
    assert error.__context__ is None
