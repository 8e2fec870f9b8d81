"""What a Store promises of the servers that let the bot in."""

from __future__ import annotations

from bot.ports import Store


async def test_a_server_is_known_until_it_is_struck(store: Store) -> None:
    """Each with when it let the bot in; let in again, that counts; other platforms are none of its business."""
    assert await store.enrolled("discord") == {}
    await store.enrol("discord", "1", "2026-01-01T00:00:00+00:00")
    await store.enrol("discord", "2", "")
    await store.enrol("slack", "1", "x")
    await store.enrol("discord", "1", "2026-02-02T00:00:00+00:00")
    assert await store.enrolled("discord") == {"1": "2026-02-02T00:00:00+00:00", "2": ""}
    await store.strike("discord", "1")
    await store.strike("discord", "1")
    assert await store.enrolled("discord") == {"2": ""}
    assert await store.enrolled("slack") == {"1": "x"}
