"""The Slack app's manifest asks for what the bot uses, and offers the commands it answers."""

from __future__ import annotations

import re
from pathlib import Path

from tests.standins.slack.webapi import SCOPES

MANIFEST = (Path(__file__).parent.parent.parent / "config" / "slack-app.yaml").read_text(encoding="utf-8")


def listed(under: str) -> set[str]:
    """The entries of the list under a key."""
    block = re.search(rf"^( *){under}:.*\n((?:\1  .*\n)+)", MANIFEST, re.M)
    assert block, under
    return set(re.findall(r"^ *- (?:command: )?([\w/:.]+)", block[2], re.M))


def test_the_manifest_offers_the_commands() -> None:
    assert listed("slash_commands") == {"/subscribe", "/unsubscribe", "/subscriptions", "/papers"}


def test_commands_arrive_as_they_were_typed() -> None:
    assert re.findall(r"should_escape: (\w+)", MANIFEST) == ["false"] * 4


def test_the_manifest_asks_for_the_scopes_that_the_bot_uses_and_no_more() -> None:
    used = {SCOPES[method] for method in ("chat.postMessage", "conversations.open", "users.info")}
    assert listed("bot") == used | {"commands", "chat:write.public"}


def test_socket_mode_and_buttons_are_on() -> None:
    assert "socket_mode_enabled: true" in MANIFEST
    assert re.search(r"interactivity:\n +is_enabled: true", MANIFEST)


def test_reading_messages_is_optional() -> None:
    assert listed("bot_optional") == {"channels:history", "groups:history"}
