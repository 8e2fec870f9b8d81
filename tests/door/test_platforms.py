"""Slack, Discord and the browser served by one process, each by its real SDK over real sockets."""

from __future__ import annotations

import asyncio
from pathlib import Path

from tests.door.command import Ended, daily, paper_round, running
from tests.standins.discord import Discord
from tests.standins.slack import slack_standin

OLD = ("2608.00001", "An old language model", "We propose an old thing.")
NEW = ("2608.00002", "A new language model", "We propose a new thing.")


async def at_home(home: Path, *words: str) -> Ended:
    """A command beside the running loop."""
    return await asyncio.to_thread(paper_round, home, *words)


async def test_one_process_serves_slack_discord_and_the_browser(tmp_path: Path) -> None:
    """Subscribed by a person on each, every channel gets the new paper exactly once, and Discord its thread."""
    day, config = tmp_path / "day.json", tmp_path / "mine.toml"
    day.write_text(daily(OLD))
    config.write_text("[web]\nport = 0\n")
    words = ("--local", "--source", str(day), "--config", "mine.toml")
    async with slack_standin() as slack, Discord() as discord:
        env = slack.env | discord.env
        with running(tmp_path, *words, **env) as bot:
            await slack.sockets.connected()
            await asyncio.to_thread(bot.says, "known from now on")
            assert bot.url.startswith("http://127.0.0.1:")
            preview = (await slack.command("/subscribe", "language model mode:instant")).answers[0]
            await slack.press(preview, preview.buttons["Subscribe"])
            await discord.listening()
            told = await discord.command("subscribe", {"rule": "language model mode:instant thread:auto"})
            await discord.press(told, told.buttons["Subscribe"])
        await at_home(tmp_path, "subscribe", "local:general", "language model", "--config", "mine.toml")
        day.write_text(daily(OLD, NEW))
        for _ in range(2):  # a second run has nothing left to say
            with running(tmp_path, "--once", *words, **env) as bot:
                await asyncio.to_thread(bot.process.wait, 30)
        assert [said.shown.count(NEW[1]) for said in slack.public() if "subscribed" not in said.shown] == [1]
        said = [
            one.text for one in discord.general.messages if not one.text.startswith("Hello!")
        ]  # maybe greeted first
        assert [text.count(NEW[1]) for text in said if "subscribed" not in text] == [1]
        rows = (await at_home(tmp_path, "deliveries", "--json", "--config", "mine.toml")).rows
    assert sorted(row["channel"].partition(":")[0] for row in rows) == ["discord", "local", "slack"]
    assert {row["state"] for row in rows} == {"sent"}
    assert [row["thread"] for row in rows if row["channel"].startswith("discord")] != [None]


async def test_a_wrong_token_is_one_sentence_and_the_others_go_on(tmp_path: Path) -> None:
    """Slack's refusal names the variable to mend; Discord is connected all the same; no token is printed."""
    (tmp_path / "day.json").write_text(daily(OLD))
    async with slack_standin() as slack, Discord() as discord:
        env = slack.env | discord.env | {"SLACK_BOT_TOKEN": "xoxb-wrong-and-secret"}
        with running(tmp_path, "--source", "day.json", **env) as bot:
            line = await asyncio.to_thread(bot.says, "SLACK_BOT_TOKEN")
            await discord.listening()
            told = await discord.command("subscriptions")
            assert "no subscriptions" in told.text
            assert bot.process.poll() is None
    assert "xoxb-wrong" not in "".join(bot.lines)
    assert "Traceback" not in "".join(bot.lines)
    assert line.startswith("Slack")


async def test_a_config_that_leaves_rules_to_anyone_reaches_discord(tmp_path: Path) -> None:
    """Who may not manage the channel is shown `/subscribe`, and may press Subscribe; the greeting comes once."""
    (tmp_path / "day.json").write_text(daily(OLD))
    (tmp_path / "mine.toml").write_text('[web]\nport = 0\n[rights]\nwho = "anyone"\n')
    async with Discord() as discord:
        for start in (1, 2):
            with running(tmp_path, "--source", "day.json", "--config", "mine.toml", **discord.env) as bot:
                await asyncio.to_thread(bot.says, "Metrics are at")
                await discord.listening(start)
                told = await discord.command("subscribe", {"rule": "language model"}, by=discord.bob)
                assert "Subscribe" in told.buttons
                await discord.said()
        shown = {one["name"]: one["default_member_permissions"] for one in discord.commands}
        assert (shown["subscribe"], shown["unsubscribe"]) == (None, None)
        assert [one.text.startswith("Hello!") for one in discord.general.messages] == [True]
