"""Mail over a real SMTP server: what each of its answers, and each of its silences, means."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest

from bot.chat.mail import MOST, WAIT, Mail, connect
from bot.chat.mail.server import Server, server
from bot.errors import ChannelLost, NotWelcome, Refused, SettingsError, TryLater, Unsure
from bot.model import Channel, Line, Post, Span, Subscription
from tests.fakes.store import FakeStore
from tests.standins.mail import MailServer, mail_server

ADA = Channel("email", "ada@mail.example")
BASE = "https://papers.example.org"
NOW = datetime(2026, 8, 28, 12, tzinfo=UTC)
POST = Post(Line((Span("Friday 28 August: 1 paper"),)))


@dataclass
class Box:
    running: MailServer
    store: FakeStore
    mail: Mail

    async def again(self, **more: str) -> Mail:
        """The next process of the same bot."""
        found = server(self.running.env | more, BASE)
        assert isinstance(found, Server)
        made = await connect(found, BASE, self.store, lambda: NOW, b"x" * 32)
        made.domain_pace = 0
        return made


@pytest.fixture
async def box() -> AsyncIterator[Box]:
    async with mail_server() as running:
        store = FakeStore()
        found = server(running.env, BASE)
        assert isinstance(found, Server)
        mail = await connect(found, BASE, store, lambda: NOW, b"k" * 32)
        mail.domain_pace = 0
        yield Box(running, store, mail)


async def test_a_mail_is_handed_in_once_a_key(box: Box) -> None:
    """To its own mailbox alone, from the address that is set."""
    ids = {await box.mail.post(ADA, POST, "k1") for _ in range(2)}
    assert len(ids) == len(box.running.taken) == 1
    assert box.running.taken[0][0] == ADA.place


async def test_a_lost_last_word_is_unsure_and_said_again_under_the_same_id(box: Box) -> None:
    """The server took it and hung up: the next process sends it again, and the mailbox holds one."""
    box.running.next_data = ["lose"]
    with pytest.raises(Unsure):
        await box.mail.post(ADA, POST, "k1")
    await (await box.again()).post(ADA, POST, "k1", doubt=True)
    assert len(box.running.taken) == 2
    assert len(box.running.mails(ADA.place)) == 1


async def test_a_connection_lost_before_the_mail_is_certainly_not_taken(box: Box) -> None:
    """At RCPT: later, and without doubt."""
    box.running.next_rcpt = ["drop"]
    with pytest.raises(TryLater) as later:
        await box.mail.post(ADA, POST, "k1")
    assert not isinstance(later.value, Unsure)
    await box.mail.post(ADA, POST, "k1")
    assert len(box.running.taken) == 1


async def test_a_connection_lost_with_the_mail_is_in_doubt(box: Box) -> None:
    """Nobody can tell whether it was taken."""
    box.running.next_data = ["drop"]
    with pytest.raises(Unsure):
        await box.mail.post(ADA, POST, "k1")


@pytest.mark.parametrize("said", ["450 4.7.1 Greylisted", "451 4.3.0 Busy", "421 4.3.2 Closing", "552 Too many"])
async def test_later_at_the_address_is_later(box: Box, said: str) -> None:
    """A greylist gets its five minutes, and nothing is counted against the address."""
    box.running.next_rcpt = [said]
    with pytest.raises(TryLater) as later:
        await box.mail.post(ADA, POST, "k1")
    assert later.value.after == 300
    assert await box.store.mail_refusals(ADA) == (0, "")


async def test_later_and_never_for_the_mail_itself(box: Box) -> None:
    """4xx is later; 5xx ends this mail, not the mailbox."""
    box.running.next_data = ["452 4.3.1 Full", "554 5.7.1 Looks like spam\r\nto us"]
    with pytest.raises(TryLater):
        await box.mail.post(ADA, POST, "k1")
    with pytest.raises(Refused) as refused:
        await box.mail.post(ADA, POST, "k1")
    assert not isinstance(refused.value, ChannelLost)
    assert await box.store.mail_refusals(ADA) == (0, "")


async def test_the_third_refusal_in_a_row_ends_an_address(box: Box) -> None:
    """Twice it is a lost channel, whose digests wait; then its subscriptions are over. Others' stay."""
    bob = Channel("email", "bob@mail.example")
    for channel in (ADA, bob):
        await box.store.subscribe(Subscription(channel, "llm", str(channel)), NOW)
    box.running.refused[ADA.place] = "550 5.1.1 No such user"
    for _ in range(MOST - 1):
        with pytest.raises(ChannelLost):
            await box.mail.post(ADA, POST, "k1")
    assert await box.store.subscriptions(ADA)
    with pytest.raises(Refused) as refused:
        await box.mail.post(ADA, POST, "k1")
    assert not isinstance(refused.value, ChannelLost)
    assert "3 times in a row" in str(refused.value)
    assert [one.channel for one in await box.store.subscriptions()] == [bob]


async def test_a_mail_that_is_taken_forgets_the_refusals_before(box: Box) -> None:
    """In a row means in a row."""
    box.running.refused[ADA.place] = "550 5.1.1 No such user"
    for _ in range(MOST - 1):
        with pytest.raises(ChannelLost):
            await box.mail.post(ADA, POST, "k1")
    del box.running.refused[ADA.place]
    await box.mail.post(ADA, POST, "k1")
    assert await box.store.mail_refusals(ADA) == (0, "")


async def test_a_server_that_passes_nothing_on_stops_no_address(box: Box) -> None:
    """Our own fault, or the relay's: every delivery waits until that is mended."""
    box.running.refused[ADA.place] = "554 5.7.1 <ada@mail.example>: Relay access denied"
    for _ in range(MOST + 1):
        with pytest.raises(NotWelcome):
            await box.mail.post(ADA, POST, "k1")
    assert await box.store.mail_refusals(ADA) == (0, "")


async def test_a_wrong_password_is_told_and_a_right_one_works(box: Box) -> None:
    """Listening says so at the start, before anything is due."""
    box.running.login = ("ada", "right")
    wrong = await box.again(SMTP_URL=f"smtp://ada:wrong@127.0.0.1:{box.running.port}")
    with pytest.raises(NotWelcome) as refused:
        await wrong.listen(answer)  # type: ignore[arg-type]  # never called
    assert "SMTP_PASSWORD" in str(refused.value)
    right = await box.again(SMTP_URL=f"smtp://ada:right@127.0.0.1:{box.running.port}")
    await right.post(ADA, POST, "k1")
    assert len(box.running.taken) == 1


def answer(_: object) -> None:
    raise AssertionError


async def test_a_server_that_is_away_is_later(box: Box) -> None:
    """Nobody listens there."""
    away = await box.again(SMTP_URL="smtp://127.0.0.1:9")
    with pytest.raises(TryLater) as later:
        await away.post(ADA, POST, "k1")
    assert not isinstance(later.value, Unsure)


async def test_a_crowd_at_one_domain_takes_turns(box: Box) -> None:
    """Who would wait for long is told when to come again; another domain is not kept."""
    box.mail.domain_pace = WAIT + 1
    await box.mail.post(ADA, POST, "k1")
    with pytest.raises(TryLater) as later:
        await box.mail.post(Channel("email", "bob@mail.example"), POST, "k1")
    assert later.value.after is not None
    assert WAIT < later.value.after <= WAIT + 1
    await box.mail.post(Channel("email", "cy@other.example"), POST, "k1")
    assert [to for to, _ in box.running.taken] == [ADA.place, "cy@other.example"]


# ── settings ──


def test_without_settings_mail_is_off_and_says_why() -> None:
    """No server; or no address for the links that opting in and out need."""
    assert "SMTP_URL" in str(server({}, BASE))
    assert "BOT_PUBLIC_URL" in str(server({"SMTP_URL": "smtp://127.0.0.1", "SMTP_FROM": "a@b.example"}, None))


@pytest.mark.parametrize(
    ("env", "wanted"),
    [
        ({"SMTP_URL": "smtp://u:p%40@mx.example"}, ("mx.example", 587, "u", "p@", "starttls")),
        ({"SMTP_URL": "smtps://mx.example"}, ("mx.example", 465, "", "", "tls")),
        ({"SMTP_HOST": "mx.example", "SMTP_PORT": "465"}, ("mx.example", 465, "", "", "tls")),
        (
            {"SMTP_HOST": "mx.example", "SMTP_USER": "u", "SMTP_PASSWORD": "p", "SMTP_PORT": "2525"},
            ("mx.example", 2525, "u", "p", "starttls"),
        ),
        ({"SMTP_HOST": "localhost"}, ("localhost", 25, "", "", "off")),
        ({"SMTP_URL": "smtp://127.0.0.1:2525", "SMTP_TLS": "starttls"}, ("127.0.0.1", 2525, "", "", "starttls")),
    ],
)
def test_the_settings_of_a_server(env: dict[str, str], wanted: tuple[object, ...]) -> None:
    """By an address or in parts; beyond this machine always with TLS."""
    found = server(env | {"SMTP_FROM": "papers@rounds.example"}, BASE)
    assert isinstance(found, Server)
    assert (found.host, found.port, found.user, found.password, found.tls) == wanted
    assert "p@" not in repr(found)


@pytest.mark.parametrize(
    ("env", "named"),
    [
        ({"SMTP_URL": "mail.example"}, "SMTP_URL"),
        ({"SMTP_URL": "http://mail.example"}, "SMTP_URL"),
        ({"SMTP_URL": "smtp://[::1"}, "SMTP_URL"),
        ({"SMTP_HOST": "mx.example", "SMTP_PORT": "many"}, "SMTP_PORT"),
        ({"SMTP_HOST": "mx.example", "SMTP_TLS": "off"}, "SMTP_TLS"),
        ({"SMTP_HOST": "mx.example", "SMTP_TLS": "ssl"}, "SMTP_TLS"),
        ({"SMTP_HOST": "mx.example", "SMTP_USER": "u"}, "SMTP_PASSWORD"),
        ({"SMTP_HOST": "mx.example", "SMTP_FROM": ""}, "SMTP_FROM"),
        ({"SMTP_HOST": "mx.example", "SMTP_FROM": "nobody"}, "SMTP_FROM"),
        ({"SMTP_HOST": "mx.example", "SMTP_FROM": "a@b.example\r\nBcc: c@d.example"}, "SMTP_FROM"),
    ],
)
def test_a_wrong_setting_is_named(env: dict[str, str], named: str) -> None:
    """By its variable, with what it should be."""
    with pytest.raises(SettingsError) as wrong:
        server({"SMTP_FROM": "papers@rounds.example"} | env, BASE)
    assert named in str(wrong.value)
