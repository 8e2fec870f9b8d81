"""What mail needs of a store: one key for all processes, and refusals counted until they end an address."""

from __future__ import annotations

from bot.model import Channel
from bot.ports import Store
from tests.contracts.stores.conftest import Open
from tests.contracts.stores.nouns import NOW, subscription

ADA, BOB = Channel("email", "ada@mail.example"), Channel("email", "bob@mail.example")


async def test_the_first_key_is_every_process_s_key(database: Open) -> None:
    """Links of yesterday's mails lead somewhere tomorrow."""
    one, other = await database(), await database()
    assert await one.mail_key(b"a" * 32) == b"a" * 32
    assert await other.mail_key(b"b" * 32) == b"a" * 32


async def test_the_last_refusal_ends_the_address_s_subscriptions(store: Store) -> None:
    """Of that address alone, with the rulebook's version; before, nothing is ended."""
    for channel in (ADA, BOB):
        await store.subscribe(subscription("llm", channel, str(channel)), NOW)
    version = await store.version()
    assert [await store.mail_refused(ADA, f"550 {n}", NOW, most=3) for n in range(2)] == [False, False]
    assert (await store.version(), await store.mail_refusals(ADA)) == (version, (2, "550 1"))
    assert await store.mail_refused(ADA, "550 again", NOW, most=3)
    assert [one.channel for one in await store.subscriptions()] == [BOB]
    assert await store.version() > version
    assert await store.mail_refused(ADA, "550 again", NOW, most=3)
    assert await store.mail_refusals(BOB) == (0, "")


async def test_a_mail_that_was_taken_ends_the_row(store: Store) -> None:
    """Counting begins anew."""
    await store.mail_refused(ADA, "550", NOW, most=3)
    await store.mail_taken(ADA)
    await store.mail_taken(BOB)
    assert await store.mail_refusals(ADA) == (0, "")
    assert not await store.mail_refused(ADA, "550", NOW, most=2)
