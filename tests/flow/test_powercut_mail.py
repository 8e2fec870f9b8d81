"""The power cut with mail: after any cut a mailbox that knows a Message-ID again holds every match exactly once."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from typing import cast

import pytest

from bot import store
from bot.chat.mail import connect
from bot.chat.mail.server import Server, server
from bot.flow import World
from bot.matching import Matcher
from bot.model import Channel, Options, Subscription
from bot.ports import Chat, Store
from tests.flow.stage import FakeFetch, Hands, paper
from tests.flow.test_powercut import FEED, Mains, PowerCut, When
from tests.standins.mail import MailServer, mail_server, text_of

ADA, BOB = Channel("email", "ada@mail.example"), Channel("email", "bob@mail.example")
BASE = "https://papers.example.org"
TITLES = {"url:2": "Quantization of transformers", "url:4": "A quantized transformer"}


def days() -> FakeFetch:
    """A baseline and two days; two papers match after it."""
    return FakeFetch(
        [
            [paper("1", "Quantized transformers, known before")],
            [paper("2", TITLES["url:2"]), paper("3", "Birds")],
            [paper("4", TITLES["url:4"])],
        ]
    )


async def morning(world: World, hands: Hands) -> None:
    """Two mailboxes, two days of papers, a digest each day, and a paper above `max` that follows in a second mail."""
    for channel, most in ((ADA, None), (BOB, 1)):
        wish = Options("daily", "09:30", "UTC", "mon-sun", max=most)
        await world.store.subscribe(Subscription(channel, "quantization", str(channel), wish), hands.clock())
    for day in range(3):
        await hands.day(FEED, day, world)
    hands.time += timedelta(hours=1)
    await hands.deliver_all(world)


async def live(path: Path, running: MailServer, mains: Mains) -> None:
    """One life of the process."""
    hands = Hands(days())
    opened = await store.open(str(path))
    found = server(running.env, BASE)
    assert isinstance(found, Server)
    try:
        await opened.lead()
        mail = await connect(found, BASE, opened, hands.clock, b"k" * 32)
        mail.domain_pace, mail.pace, mail.crowd = 0, timedelta(0), timedelta(0)
        chats = {"email": cast("Chat", mains.plug(mail))}
        plugged = cast("Store", mains.plug(opened))
        await morning(World(plugged, hands.clock, hands.fetch, hands.fetch.read, chats, Matcher()), hands)
    finally:
        await opened.close()


def brought(running: MailServer, channel: Channel) -> list[str]:
    """The titles that a mailbox was brought, in order, from all of its mails."""
    said = "\n".join(text_of(mail) for mail in running.mails(channel.place))
    return sorted(title for title in TITLES.values() for _ in re.findall(rf"^\d+\. {title}$", said, re.M))


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.timeout(240)  # some forty lives of the bot with a mail server beside each
async def test_every_match_reaches_its_mailbox_once_wherever_the_power_is_cut(tmp_path: Path, when: When) -> None:
    """For each store and chat call of the morning: cut there, start again."""
    cut_at = 0
    while True:
        cut_at += 1
        mains, last = Mains(cut_at, when), ""
        async with mail_server() as running:
            path = tmp_path / f"{cut_at}.db"
            try:
                await live(path, running, mains)
            except PowerCut as cut:
                last = str(cut)
                await live(path, running, Mains(0, when))
            for channel in (ADA, BOB):
                where = f"cut {when} call {cut_at}, {last}"
                assert brought(running, channel) == sorted(TITLES.values()), where
        if mains.calls < cut_at:
            break
    assert cut_at > 20


async def test_a_lost_last_word_brings_no_second_mail(tmp_path: Path) -> None:
    """The server takes the digest and hangs up: it is handed in again, and the mailbox knows it."""
    async with mail_server() as running:
        running.next_data = ["lose", "lose"]
        hands, opened = Hands(days()), await store.open(str(tmp_path / "a.db"))
        await opened.lead()
        found = server(running.env, BASE)
        assert isinstance(found, Server)
        mail = await connect(found, BASE, opened, hands.clock, b"k" * 32)
        mail.domain_pace, mail.pace, mail.crowd = 0, timedelta(0), timedelta(0)
        world = World(opened, hands.clock, hands.fetch, hands.fetch.read, {"email": mail}, Matcher())
        await morning(world, hands)
        assert {one.state for one in await opened.deliveries()} == {"pending"}
        for _ in range(3):
            hands.time += timedelta(hours=1)
            await hands.deliver_all(world)
        assert {one.state for one in await opened.deliveries()} == {"sent"}
        assert len(running.taken) > len(running.mails(ADA.place)) + len(running.mails(BOB.place))
        assert brought(running, ADA) == brought(running, BOB) == sorted(TITLES.values())
        await opened.close()
