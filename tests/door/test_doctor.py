"""`paper-round doctor` before broken set-ups: each fault by name, with what mends it, and exit 1."""

from __future__ import annotations

import asyncio
import json
import os
import sqlite3
from datetime import UTC, datetime
from pathlib import Path

import pytest

import bot.store
from bot.model import Channel, Subscription
from bot.store.sqlite.file import examining
from bot.store.sqlite.file.schema import KNOWN
from tests.contracts.stores.test_migrations import FIRST
from tests.door.command import Ended, daily, paper_round, running
from tests.standins.discord import Discord
from tests.standins.mail import MailServer, mail_server
from tests.standins.slack import slack_standin
from tests.standins.slack.workspace import Room

PAPERS = daily(("2608.00001", "Birds", "They sing."))


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A folder with a config that has one source, which is well."""
    (tmp_path / "day.json").write_text(PAPERS)
    config(tmp_path)
    return tmp_path


def config(home: Path, more: str = "", address: str = "day.json") -> None:
    (home / "config").mkdir(exist_ok=True)
    (home / "config" / "bot.toml").write_text(f'[[sources]]\naddress = "{address}"\n{more}')


def doctor(home: Path, *words: str, **env: str) -> tuple[Ended, dict[str, tuple[str, str, str]]]:
    """How it ended, and each check's verdict, words and remedy by name."""
    ended = paper_round(home, "doctor", "--json", *words, **env)
    rows = [json.loads(line) for line in ended.out.splitlines()]
    found: dict[str, tuple[str, str, str]] = {}
    for row in rows:
        if row["check"] not in found or row["verdict"] == "FAULT":
            found[row["check"]] = (row["verdict"], row["said"], row["remedy"] or "")
    assert "Traceback" not in ended.err
    assert all(row["remedy"] for row in rows if row["verdict"] == "FAULT")
    assert ended.code == int(any(row["verdict"] == "FAULT" for row in rows))
    return ended, found


def database(home: Path) -> Path:
    """A database as a first run leaves it."""
    assert paper_round(home, "run", "--once").code == 0
    (file,) = home.rglob("paper-round.db")
    return file


async def test_mail_is_looked_at_and_nothing_is_mailed(home: Path) -> None:
    """Off and not asked for: a note. Set and well; a password that is refused; half set; a server that is away."""

    async def asked(**env: str) -> tuple[str, str]:
        _, found = await asyncio.to_thread(doctor, home, **env)
        return found["mail"][0], " ".join(found["mail"][1:])

    assert await asked() == ("note", "Mail is off: neither SMTP_URL nor SMTP_HOST is set. ")
    base = {"BOT_PUBLIC_URL": "https://papers.example.org"}
    async with mail_server(MailServer(login=("ada", "right"))) as running:
        for password, verdict, said in (("right", "ok", "lets us in as ada"), ("wrong", "FAULT", "refuses SMTP_USER")):
            found = await asked(**running.env, **base, SMTP_USER="ada", SMTP_PASSWORD=password)
            assert found[0] == verdict
            assert said in found[1]
        assert running.taken == []
    away = {"SMTP_URL": "smtp://127.0.0.1:9", "SMTP_FROM": "papers@rounds.example"}
    assert "BOT_PUBLIC_URL" in (await asked(**away))[1]
    verdict, said = await asked(**away, **base)
    assert verdict == "FAULT"
    assert "cannot be reached" in said


def test_all_is_well(home: Path) -> None:
    """A table for people, exit 0; nothing was made by looking."""
    ended = paper_round(home, "doctor")
    assert ended.code == 0
    assert ended.out.startswith("CHECK")
    assert "FAULT" not in ended.out
    assert not list(home.rglob("paper-round.db"))


def test_1_a_key_that_does_not_exist(home: Path) -> None:
    config(home, "[web]\nprot = 80\n")
    _, found = doctor(home)
    assert found["config"][0] == "FAULT"
    assert "prot" in " ".join(found["config"])


def test_2_a_source_and_a_zone_that_cannot_be(home: Path) -> None:
    config(home, '[delivery]\ntz = "Berlin"\n', address="arxiv:cs.Banana+")
    _, found = doctor(home)
    assert "arXiv" in found["[[sources]] 1"][1]
    assert "Europe/Berlin" in found["[delivery] tz"][2]


def test_3_half_of_slacks_tokens(home: Path) -> None:
    _, found = doctor(home, SLACK_BOT_TOKEN="xoxb-1")
    assert found["tokens"][0] == "FAULT"
    assert "SLACK_APP_TOKEN" in " ".join(found["tokens"])


def test_4_a_secrets_file_that_is_not_there(home: Path) -> None:
    _, found = doctor(home, DISCORD_TOKEN_FILE="/nowhere/token")
    assert "DISCORD_TOKEN_FILE" in " ".join(found["config"])


def test_5_a_database_that_is_damaged(home: Path) -> None:
    """Its pages are overwritten in the middle; a backup is named as the remedy."""
    file = database(home)
    with sqlite3.connect(file) as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    whole = bytearray(file.read_bytes())
    whole[8192:40960] = b"\xa5" * 32768
    file.write_bytes(whole)
    _, found = doctor(home)
    assert found["database"][0] == "FAULT"
    assert "paper-round restore" in found["database"][2]


def test_6_a_database_of_another_program_or_none_at_all(home: Path) -> None:
    other = home / "other.db"
    with sqlite3.connect(other) as db:
        db.execute("CREATE TABLE cats (name)")
    _, found = doctor(home, "--store", str(other))
    assert "another program" in found["schema"][1]
    (home / "text.db").write_text("hello " * 400)
    _, found = doctor(home, "--store", str(home / "text.db"))
    assert "not a SQLite file" in found["database"][1]
    _, found = doctor(home, "--store", str(home))
    assert "is a folder" in found["database"][1]


def test_7_a_database_of_a_newer_paper_round(home: Path) -> None:
    file = database(home)
    with sqlite3.connect(file) as db:
        db.execute(
            "INSERT INTO _sqlite_migrations (migration_set, name, applied_at) VALUES ('paper-round', 'warp', 'x')"
        )
    _, found = doctor(home)
    assert "newer Paper Round" in found["schema"][1]
    assert "Update" in found["schema"][2]


async def asked(home: Path, *words: str, **env: str) -> dict[str, tuple[str, str, str]]:
    return (await asyncio.to_thread(doctor, home, *words, **env))[1]


async def test_8_slack_a_wrong_token_and_nothing_of_it_is_shown(home: Path) -> None:
    async with slack_standin() as slack:
        found = await asked(home, **(slack.env | {"SLACK_BOT_TOKEN": "xoxb-wrong-and-secret"}))
    assert found["Slack bot token"][0] == "FAULT"
    assert found["Slack app token"][0] == "ok"
    assert "xoxb-" in found["Slack bot token"][2]
    assert "wrong-and-secret" not in str(found)


async def test_9_slack_a_scope_is_missing_and_channels_cannot_be_posted_to(home: Path) -> None:
    """Archived, not invited, another workspace's, gone; and a clock that is two hours behind."""
    async with slack_standin() as slack:
        slack.scopes -= {"users:read"}
        slack.date = {"Date": "Mon, 17 Aug 2026 09:00:00 GMT"}
        slack.rooms["C0OLD"] = Room("C0OLD", archived=True)
        slack.rooms["C0SECRET"] = Room("C0SECRET", private=True, member=False)
        places = ("T0LAB/C0GENERAL", "T0LAB/C0OLD", "T0LAB/C0SECRET", "T0LAB/C0GONE", "T0ELSE/C0GENERAL")
        for place in places:
            await asyncio.to_thread(paper_round, home, "subscribe", f"slack:{place}", "birds")
        found = await asked(home, **slack.env)
    assert "users:read" in found["Slack scopes"][1]
    assert "config/slack-app.yaml anew" in found["Slack scopes"][2]
    assert "install the app again" in found["Slack scopes"][2]
    assert found["slack:T0LAB/C0GENERAL"][0] == "ok"
    assert "archived" in found["slack:T0LAB/C0OLD"][1]
    assert "/invite @paper-round" in found["slack:T0LAB/C0SECRET"][2]
    assert "/invite @paper-round" in found["slack:T0LAB/C0GONE"][2]
    assert "workspace T0ELSE" in found["slack:T0ELSE/C0GENERAL"][1]
    assert found["clock"][0] == "FAULT"
    assert "This machine's clock is" in found["clock"][1]
    assert "timedatectl" in found["clock"][2]


async def test_of_many_channels_all_are_asked_about_and_only_faults_have_a_line_each(home: Path) -> None:
    """Slack and Discord are asked for all of them at once, so that thousands take no longer."""
    async with slack_standin() as slack, Discord() as discord:
        for number in range(60):
            slack.rooms[f"C{number}"] = Room(f"C{number}", archived=number == 59)
        slack.rooms["C0SECRET"] = Room("C0SECRET", private=True, member=False)
        places = [discord.add_channel(f"room-{number}") for number in range(60)]
        places[7].lacks = {"embed"}
        names = [f"slack:T0LAB/{room}" for room in slack.rooms if room != "C0GENERAL"]
        names += [f"discord:{discord.guild}/{place.id}" for place in places]
        store = await bot.store.open(str(home / "round.db"))
        for name in names:
            await store.subscribe(Subscription(Channel.parse(name), "birds", "local:ada"), datetime.now(UTC))
        await store.close()
        found = await asked(home, "--store", "round.db", **slack.env, **discord.env)
        infos = [method for method, _ in slack.calls].count("conversations.info")
    assert found["slack"] == ("ok", "59 channels can be posted to.", "")
    assert found["discord"] == ("ok", "59 channels can be posted to.", "")
    assert "archived" in found["slack:T0LAB/C59"][1]
    assert "/invite" in found["slack:T0LAB/C0SECRET"][2]
    assert "Embed Links" in found[names[61 + 7]][2]
    assert infos == 1  # of the private one, which only says that it is not there


async def test_a_platform_that_asks_the_doctor_to_wait_is_waited_for(home: Path) -> None:
    async with slack_standin() as slack, Discord() as discord:
        slack.trouble("conversations.info", status=429, after=0)
        discord.slow_down(0.01, "GET /guilds")
        for name in (f"slack:{slack.team}/C0GENERAL", f"discord:{discord.guild}/{discord.general.id}"):
            await asyncio.to_thread(paper_round, home, "subscribe", name, "birds")
        found = await asked(home, **slack.env, **discord.env)
        server = f"discord:{discord.guild}"
    assert found["slack:T0LAB/C0GENERAL"][0] == "ok"
    assert found[f"{server}/{discord.general.id}"][0] == "ok"


async def test_10_discord_a_wrong_token_and_channels_without_permissions(home: Path) -> None:
    async with Discord() as discord:
        mute, deaf = discord.add_channel("mute"), discord.add_channel("deaf")
        mute.lacks, deaf.lacks = {"embed", "history"}, {"see"}
        gone = discord.add_channel("gone")
        for place in (discord.general, mute, deaf, gone):
            name = f"discord:{discord.guild}/{place.id}"
            await asyncio.to_thread(paper_round, home, "subscribe", name, "birds")
        discord.delete(gone)
        discord.sessions_left = 3
        found = await asked(home, **discord.env)
        wrong = await asked(home, **(discord.env | {"DISCORD_TOKEN": "another.secret.token"}))
        server = f"discord:{discord.guild}"
    assert found["Discord token"][0] == "ok"
    assert "Only 3 connections" in found["Discord gateway"][1]
    assert found[f"{server}/{discord.general.id}"][0] == "ok"
    assert "Embed Links" in found[f"{server}/{mute.id}"][2]
    assert "View Channel" in found[f"{server}/{deaf.id}"][2]
    assert "deleted" in found[f"{server}/{gone.id}"][2]
    assert "Reset Token" in wrong["Discord token"][2]
    assert "another.secret" not in str(wrong)


def test_11_a_platform_that_channels_wait_for_is_not_connected(home: Path) -> None:
    assert paper_round(home, "subscribe", "slack:T1/C1", "birds").code == 0
    _, found = doctor(home)
    assert "papers wait" in found["slack"][1]
    assert "SLACK_BOT_TOKEN and SLACK_APP_TOKEN" in found["slack"][2]


def test_12_a_source_that_is_no_feed_and_a_proxy_that_is_none(home: Path) -> None:
    (home / "page.html").write_text("<!doctype html><html><title>Log in</title></html>")
    config(home, address="page.html")
    _, found = doctor(home)
    assert found["page.html"][1] == "page.html is an HTML page ('Log in'), not a feed."
    assert found["page.html"][2].startswith("Use the address of the page's feed")
    _, found = doctor(home, HTTPS_PROXY="socks5://proxy:1080")
    assert "HTTP proxy" in " ".join(found["proxy"])
    assert found["world"][1] == "Left out: nothing can be asked through that proxy."
    refused = paper_round(home, "run", "--once", HTTPS_PROXY="socks5://proxy:1080")
    assert refused.code == 2
    assert "HTTPS_PROXY has to be the address of an HTTP proxy" in refused.err
    _, found = doctor(home, HTTPS_PROXY="http://me:pw@proxy.example:3128")
    assert found["proxy"][0] == "note"
    assert "private address" in found["proxy"][1]
    assert "pw" not in str(found["proxy"])


def test_13_a_disk_that_is_nearly_full(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    database(home)
    assert doctor(home)[1]["disk space"][0] == "ok"
    monkeypatch.setattr(examining, "ROOM", 2**60)
    _, found = doctor(home)
    assert found["disk space"][0] == "FAULT"
    assert "should be" in found["disk space"][1]
    assert "BOT_STORE" in found["disk space"][2]


def test_14_a_folder_and_a_file_that_may_not_be_written(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Asked of the system as root would not be refused; and a file that every account may read is told of."""
    file = database(home)
    file.chmod(0o644)
    assert "chmod 600" in doctor(home)[1]["database file"][1]
    monkeypatch.setattr(os, "access", lambda path, mode: not mode & os.W_OK)
    _, found = doctor(home)
    assert found["database folder"][0] == found["database"][0] == "FAULT"
    assert f"may not write in {file.parent}" in found["database folder"][1]
    assert f"may not read and write {file}" in found["database"][1]
    assert "chown" in found["database"][2]


def test_a_database_of_an_older_paper_round_is_told_and_left_as_it_is(home: Path) -> None:
    old = home / "old.db"
    with sqlite3.connect(old) as db:
        db.executescript(FIRST.read_text(encoding="utf-8"))
    before = old.read_bytes()
    _, found = doctor(home, "--store", str(old))
    assert found["schema"][0] == "note"
    assert f"the next start brings it to {len(KNOWN)}" in found["schema"][1]
    assert old.read_bytes() == before


def test_offline_leaves_the_world_out(home: Path) -> None:
    """Tokens are not tried, sources not asked: what is remembered of them is told."""
    config(home, address="https://feeds.invalid/rss")
    _, found = doctor(home, "--offline", SLACK_BOT_TOKEN="xoxb-1", SLACK_APP_TOKEN="xapp-1")
    assert found["world"][1] == "Left out: --offline."
    assert "Slack bot token" not in found
    assert found["https://feeds.invalid/rss"][0] == "ok"


def test_a_running_bot_is_told_and_left_alone(home: Path) -> None:
    with running(home, "--config", "config/bot.toml") as bot:
        bot.says("known from now on")
        _, found = doctor(home)
        assert bot.process.poll() is None
    assert found["bot"][0] == "ok"
