"""Mail from the command line: off and said so, wrong and named, on and sent."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

import bot.store
from bot.chat.mail import connect
from bot.chat.mail.server import Server, server
from bot.cli import mailing
from bot.cli.counting import counted
from bot.model import Bookmark, Channel, Delivery, Line, Options, Paper, Poll, Post, Reason, Span, Subscription
from bot.ports.tally import Uncounted
from bot.web.mailing import Mailing
from tests.door.command import paper_round
from tests.fakes.store import FakeStore
from tests.standins.mail import mail_server, text_of

ADA = Channel("email", "ada@mail.example")
BASE = "https://papers.example.org"


def test_a_start_without_mail_says_nothing_of_it(tmp_path: Path) -> None:
    """Nobody has asked for any; the status page says that it is off, and why."""
    ended = paper_round(tmp_path, "run", "--once", "--source", "sample:")
    assert ended.code == 0, ended.err
    assert "Mail" not in ended.err
    assert "SMTP" not in ended.err


def test_where_half_of_mail_is_set_the_start_says_what_it_lacks(tmp_path: Path) -> None:
    """One calm line; all else goes on."""
    env = {"SMTP_URL": "smtp://127.0.0.1:2525", "SMTP_FROM": "papers@rounds.example"}
    ended = paper_round(tmp_path, "run", "--once", "--source", "sample:", **env)
    assert ended.code == 0, ended.err
    assert "Mail is off" in ended.err
    assert "BOT_PUBLIC_URL" in ended.err


async def test_mailboxes_that_wait_are_told_of_at_the_start(tmp_path: Path) -> None:
    store = await bot.store.open(str(tmp_path / "a.db"))
    await store.subscribe(Subscription(ADA, "attention", str(ADA), Options("daily", tz="UTC")), datetime.now(UTC))
    await store.close()
    words = ("run", "--once", "--source", "sample:", "--store", str(tmp_path / "a.db"))
    ended = await asyncio.to_thread(paper_round, tmp_path, *words)
    assert ended.code == 0, ended.err
    assert "neither SMTP_URL nor SMTP_HOST is set" in ended.err
    assert "their digests wait until mail is on" in ended.err


def test_a_wrong_setting_ends_the_start_with_its_name(tmp_path: Path) -> None:
    """Nothing is begun."""
    env = {"SMTP_URL": "smtp://mail.example", "BOT_PUBLIC_URL": BASE}
    ended = paper_round(tmp_path, "run", "--once", "--source", "sample:", **env)
    assert (ended.code, "SMTP_FROM is not set" in ended.err) == (2, True)
    assert "Traceback" not in ended.err


def test_the_command_line_subscribes_no_mailbox(tmp_path: Path) -> None:
    """Its owner does, on the pages."""
    ended = paper_round(tmp_path, "subscribe", "email:ada@mail.example", "llm")
    assert ended.code == 2
    assert "said yes" in ended.err


async def test_the_running_bots_pages_take_sign_ups(tmp_path: Path) -> None:
    """However the chats are wrapped on their way to the pages."""
    async with mail_server() as running:
        found = server(running.env, BASE)
        assert isinstance(found, Server)
        mail = await connect(found, BASE, FakeStore(), lambda: datetime.now(UTC), b"k" * 32)
        offered = mailing.offered({"email": counted(mail, Uncounted())}, found)
        assert isinstance(offered, Mailing)
        assert offered.key == b"k" * 32
        await offered.invite(ADA, Post(Line((Span("Do you want these?"),))), "1")
        assert len(running.mails(ADA.place)) == 1
    assert mailing.offered({}, "Mail is off.") == "Mail is off."


async def test_a_digest_that_is_due_goes_out_by_mail(tmp_path: Path) -> None:
    """With the key and the address that links need, over a real server."""
    now = datetime.now(UTC)
    store = await bot.store.open(str(tmp_path / "a.db"))
    await store.subscribe(Subscription(ADA, "attention", str(ADA), Options("daily", tz="UTC")), now)
    planned = Delivery(
        "arxiv:2608.00001", ADA, (Reason("attention", "title", 0, 9, "attention"),), due=now, bundle="start"
    )
    paper = Paper("arxiv:2608.00001", "Attention, once more", "https://feed.example/x", announced=now)
    await store.record(Poll(Bookmark("https://feed.example/x"), (paper,), (planned,)), now - timedelta(minutes=1))
    await store.close()
    async with mail_server() as running:
        env = running.env | {"BOT_PUBLIC_URL": BASE}
        words = ("run", "--once", "--source", "sample:", "--store", str(tmp_path / "a.db"))
        ended = await asyncio.to_thread(paper_round, tmp_path, *words, **env)
        assert ended.code == 0, ended.err
        (mail,) = running.mails(ADA.place)
        assert "Attention, once more" in text_of(mail)
        assert str(mail["List-Unsubscribe"]).startswith(f"<{BASE}/mail/")
