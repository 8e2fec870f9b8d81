"""Which channels and papers everybody may see."""

from __future__ import annotations

import pytest

from bot.model import Channel
from bot.public import inbox, owner, public

HERE, CLOSED = Channel("local", "general"), Channel("slack", "T1/C1")


@pytest.mark.parametrize("place", ["slack:T1/C1", "discord:1/2", "email:ada@example.org", "console:", ":", "localx:a"])
def test_what_is_not_known_to_be_public_is_private(place: str) -> None:
    platform, _, name = place.partition(":")
    assert not public(Channel(platform, name))


def test_the_channels_of_these_pages_are_public() -> None:
    assert public(HERE)


def test_a_visitors_own_channel_is_theirs_alone() -> None:
    """And shown nowhere to others."""
    mine = inbox("local:0a1b2c3d4e5f")
    assert (owner(mine), owner(HERE), owner(Channel("slack", "me-1"))) == ("local:0a1b2c3d4e5f", None, None)
    assert not public(mine)
