"""Posts, threads and links in Slack; and what is made of Slack's refusals."""

from __future__ import annotations

import asyncio

import pytest

from bot.chat.slack import connect
from bot.errors import (
    ChannelLost,
    MessageGone,
    NotWelcome,
    PlatformFailed,
    Refused,
    SettingsError,
    TryLater,
    Unsure,
)
from bot.model import Button, Channel, Line, Post, Span
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


async def test_a_key_said_by_two_at_once_is_one_message() -> None:
    """As by an answer under way and by an invitation that takes up what was not told."""
    async with slack() as (standin, chat):
        held = standin.hold("chat.postMessage")
        both = [asyncio.create_task(chat.post(GENERAL, says("A paper"), "k")) for _ in range(2)]
        await held.reached.wait()
        held.go_on.set()
        first, second = await asyncio.gather(*both)
        assert first == second
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
    ("error", "remedy", "kind"),
    [
        ("channel_not_found", "/invite @paper-round", ChannelLost),
        ("not_in_channel", "/invite @paper-round", ChannelLost),
        ("is_archived", "unarchive", ChannelLost),
        ("no_permission", "ask an admin", ChannelLost),
        ("restricted_action", "ask an admin", ChannelLost),
        ("restricted_action_read_only_channel", "ask an admin", ChannelLost),
        ("restricted_action_thread_only_channel", "ask an admin", ChannelLost),
        ("restricted_action_non_threadable_channel", "ask an admin", Refused),
        ("restricted_action_thread_locked", "ask an admin", Refused),
        ("token_revoked", "SLACK_BOT_TOKEN", NotWelcome),
        ("account_inactive", "SLACK_BOT_TOKEN", NotWelcome),
        ("invalid_auth", "OAuth & Permissions", NotWelcome),
        ("not_allowed_token_type", "xoxb-", NotWelcome),
        ("missing_scope", "install the app again", NotWelcome),
        ("ekm_access_denied", "approve", NotWelcome),
        ("msg_blocks_too_long", "report", Refused),
        ("message_not_found", "deleted", MessageGone),
        ("thread_not_found", "deleted", MessageGone),
        ("cannot_reply_to_message", "any more", MessageGone),
        ("cant_update_message", "any more", MessageGone),
        ("edit_window_closed", "any more", MessageGone),
        ("messages_tab_disabled", "takes no messages", Refused),
        ("something_new", "something_new", Refused),
    ],
)
async def test_a_permanent_refusal_says_what_mends_it(error: str, remedy: str, kind: type[Refused]) -> None:
    async with slack() as (standin, chat):
        standin.trouble("chat.postMessage", error)
        with pytest.raises(Refused) as refused:
            await chat.post(GENERAL, says("A paper"), "k")
    assert remedy in str(refused.value)
    assert type(refused.value) is kind
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
    async with slack(StandIn(history=True)) as (standin, chat):
        parent = await chat.post(GENERAL, says("Another paper"), "k0")
        for _ in range(2):
            standin.trouble("chat.postMessage", done=True, **trouble)  # type: ignore[arg-type]  # a table of keywords
        with pytest.raises(Unsure):
            await chat.post(GENERAL, says("A paper"), "k")
        assert await chat.post(GENERAL, says("A paper"), "k", doubt=True) == standin.public()[1].ts
        with pytest.raises(Unsure):
            await chat.thread(GENERAL, parent, "Another paper", says("The abstract"), "k0|thread")
        await chat.thread(GENERAL, parent, "Another paper", says("The abstract"), "k0|thread", doubt=True)
        assert [said.shown for said in standin.public()] == ["Another paper", "A paper", "The abstract"]


@pytest.mark.parametrize("trouble", LOST)
async def test_a_message_that_never_arrived_is_said(trouble: dict[str, object]) -> None:
    async with slack(StandIn(history=True)) as (standin, chat):
        await chat.post(GENERAL, says("Another paper"), "k0")
        standin.trouble("chat.postMessage", **trouble)  # type: ignore[arg-type]  # a table of keywords
        with pytest.raises(Unsure):
            await chat.post(GENERAL, says("A paper"), "k")
        await chat.post(GENERAL, says("A paper"), "k", doubt=True)
        assert [said.shown for said in standin.public()] == ["Another paper", "A paper"]


@pytest.mark.parametrize(("scope", "member", "times"), [(True, True, 1), (False, True, 2), (True, False, 2)])
async def test_what_an_earlier_process_said_is_found_where_slack_lets_the_bot_read(
    scope: bool, member: bool, times: int
) -> None:
    """Without the scope, or in a public channel that it was not invited to, a message in doubt is said again."""
    async with slack(StandIn(history=scope)) as (standin, chat):
        standin.rooms["C0GENERAL"].member = member
        first = await chat.post(GENERAL, says("A paper"), "k")
        later = await connect(standin.env)
        again = await later.post(GENERAL, says("A paper"), "k", doubt=True)
        await later.close()
        assert (again == first, len(standin.public())) == (times == 1, times)


async def test_a_message_in_doubt_is_found_behind_hundreds_of_others() -> None:
    async with slack(StandIn(history=True)) as (standin, chat):
        first = await chat.post(GENERAL, says("A paper"), "k")
        for number in range(450):
            standin.write(f"So what? {number}")
        later = await connect(standin.env)
        assert await later.post(GENERAL, says("A paper"), "k", doubt=True) == first
        await later.close()


async def test_an_app_that_may_read_once_a_minute_does_not_wait_for_a_second_page() -> None:
    async with slack(StandIn(history=True, rationed=True)) as (standin, chat):
        for number in range(40):
            standin.write(f"So what? {number}")
        await chat.post(GENERAL, says("A paper"), "k", doubt=True)
        assert [method for method, _ in standin.calls] == ["conversations.history", "chat.postMessage"]
        with pytest.raises(TryLater) as later:
            await chat.post(GENERAL, says("Another"), "k2", doubt=True)
    assert later.value.after == 60


async def test_a_pause_leaves_no_doubt() -> None:
    async with slack() as (standin, chat):
        standin.slow_down(1)
        with pytest.raises(TryLater) as later:
            await chat.post(GENERAL, says("A paper"), "k")
        assert not isinstance(later.value, Unsure)
        await chat.post(GENERAL, says("A paper"), "k")
        assert [method for method, _ in standin.calls] == ["chat.postMessage", "chat.postMessage"]


async def test_an_edit_takes_old_blocks_away_and_keeps_the_key() -> None:
    async with slack(StandIn(history=True)) as (standin, chat):
        first = await chat.post(GENERAL, says("A paper", buttons=(Button("Discuss", "discuss:1"),)), "k")
        await chat.edit(GENERAL, first, Post(Line((Span("A paper", "struck"), Span(" was withdrawn")))))
        (said,) = standin.public()
        assert (said.shown, said.buttons, said.edits) == ("A paper was withdrawn", {}, 1)
        assert spans(said.blocks)[0]["style"] == {"bold": True, "strike": True}
        await chat.edit(GENERAL, first, says(""))
        assert said.blocks == []
        later = await connect(standin.env)
        assert await later.post(GENERAL, says("A paper"), "k", doubt=True) == first
        await later.close()


async def test_a_persons_own_message_cannot_be_edited() -> None:
    async with slack() as (standin, chat):
        said = standin.write("Mine")
        with pytest.raises(MessageGone, match="cant_update_message"):
            await chat.edit(GENERAL, said.ts, says("Yours"))
        assert said.shown == "Mine"


async def test_a_person_is_told_in_their_own_messages() -> None:
    async with slack() as (standin, chat):
        standin.people["U0BOB"].deleted = True
        for _ in range(2):
            await chat.tell("slack:U0ADA", says("Saved"), "save:1")
        assert [said.shown for said in standin.told("U0ADA")] == ["Saved"]
        for nobody in ("slack:U0BOB", "slack:U0NOBODY", "local:ada", "slack:"):
            with pytest.raises(Refused) as refused:
                await chat.tell(nobody, says("Saved"), "save:1")
            assert type(refused.value) is Refused


async def test_a_slack_that_is_not_there_is_tried_later() -> None:
    async with slack() as (standin, _):
        away = dict(standin.env)
    chat = await connect(away)
    with pytest.raises(TryLater, match="cannot be reached") as later:
        await chat.post(GENERAL, says("A paper"), "k")
    assert not isinstance(later.value, Unsure)  # nothing was sent, so nothing is in doubt
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
