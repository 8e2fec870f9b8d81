"""The Slack app's manifest asks for what the bot uses and no more, offers what it answers, and is what Slack takes."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import yaml

from bot.chat.slack.checks import NEEDED, OPTIONAL
from bot.chat.slack.events import HEARD
from bot.cli.setup import link, manifest
from tests.door.command import paper_round
from tests.standins.slack.webapi import SCOPES

TEXT = manifest()
APP: dict[str, Any] = yaml.safe_load(TEXT)

METHODS = {
    "chat.postEphemeral", "chat.postMessage", "chat.update", "conversations.open", "users.info",
}  # fmt: skip
"""Methods that the bot cannot do without. What tells about channels asks for `channels:read` and `groups:read`."""
EVENTS = {
    "app_home_opened": set[str](),
    "app_mention": {"app_mentions:read"},
    "app_uninstalled": set[str](),
    "link_shared": {"links:read"},
    "member_joined_channel": {"channels:read", "groups:read"},
    "member_left_channel": {"channels:read", "groups:read"},
    "tokens_revoked": set[str](),
}
"""The scopes of each event; those of channels and groups go by their names. https://docs.slack.dev/reference/events"""
LONGEST = 8000
"""Characters of an address that any browser and server takes: https://www.rfc-editor.org/rfc/rfc9110#section-4.1"""


def used_by(event: str) -> set[str]:
    """The scopes without which Slack does not send it."""
    return EVENTS.get(event, {"groups:read" if event.startswith("group_") else "channels:read"})


def test_the_manifest_offers_the_commands_as_they_are_typed() -> None:
    offered = {one["command"]: one["should_escape"] for one in APP["features"]["slash_commands"]}
    plain = dict.fromkeys(("/subscribe", "/unsubscribe", "/subscriptions"), False)
    assert offered == plain | {"/papers": True}  # who may change rules is told there, and by ids alone


def test_the_manifest_asks_for_the_events_that_the_bot_follows_and_no_more() -> None:
    assert sorted(APP["settings"]["event_subscriptions"]["bot_events"]) == sorted(HEARD)


def test_the_manifest_asks_for_the_scopes_that_the_bot_uses_and_no_more() -> None:
    used = {SCOPES[method] for method in METHODS} | {"commands", "chat:write.public"}
    for event in HEARD:
        used |= used_by(event)
    optional = {"links:read", SCOPES["chat.unfurl"], "channels:history", "groups:history"}
    scopes = APP["oauth_config"]["scopes"]
    assert set(scopes["bot"]) == used - optional
    assert set(scopes["bot_optional"]) == optional


def test_the_doctor_says_of_every_scope_what_is_missing_without_it() -> None:
    """So that who made the app from an older manifest learns of it; what it cannot do without is a fault."""
    scopes = APP["oauth_config"]["scopes"]
    assert NEEDED.keys() == set(scopes["bot"]) - {"chat:write.public"}
    assert OPTIONAL.keys() == {*scopes["bot_optional"], "chat:write.public"}


def test_every_scope_has_its_reason() -> None:
    scopes = APP["oauth_config"]["scopes"]
    for scope in (*scopes["bot"], *scopes["bot_optional"]):
        assert re.search(rf"^ +- {re.escape(scope)} +# \w.{{20,}}$", TEXT, re.M), scope


def test_socket_mode_buttons_the_home_and_the_shortcut_are_on() -> None:
    settings, features = APP["settings"], APP["features"]
    assert settings["socket_mode_enabled"] is True
    assert settings["interactivity"] == {"is_enabled": True}
    assert features["app_home"]["home_tab_enabled"] is True
    assert features["app_home"]["messages_tab_enabled"] is True
    assert [(one["type"], one["callback_id"]) for one in features["shortcuts"]] == [("message", "find")]
    assert features["unfurl_domains"] == ["arxiv.org", "huggingface.co", "doi.org"]


def test_the_manifest_is_within_slacks_limits() -> None:
    """https://docs.slack.dev/reference/app-manifest/"""
    shown, features = APP["display_information"], APP["features"]
    assert len(shown["name"]) <= 35
    assert len(shown["description"]) <= 140
    assert re.fullmatch(r"#[0-9a-f]{6}", shown["background_color"])
    assert len(features["bot_user"]["display_name"]) <= 80
    for one in features["shortcuts"]:
        assert len(one["name"]) <= 24
        assert len(one["description"]) <= 150
    for one in features["slash_commands"]:
        assert len(one["command"]) <= 32
        assert len(one["description"]) <= 2000
        assert len(one.get("usage_hint", "")) <= 1000


def test_the_link_opens_slacks_form_with_the_whole_manifest(tmp_path: Path) -> None:
    told = paper_round(tmp_path, "setup", "slack")
    assert (told.code, told.err) == (0, "")
    (found,) = re.findall(r"https://api\.slack\.com/\S+", told.out)
    assert found == link(TEXT)
    assert len(found) < LONGEST
    asked = parse_qs(urlsplit(found).query)
    assert asked["new_app"] == ["1"]
    assert yaml.safe_load(asked["manifest_yaml"][0]) == APP
    for needed in ("xoxb-", "xapp-", "connections:write", "SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "/invite @paper-round"):
        assert needed in told.out


def test_a_platform_without_a_setup_is_told(tmp_path: Path) -> None:
    told = paper_round(tmp_path, "setup", "teams")
    assert told.code == 2
    assert "slack" in told.err
