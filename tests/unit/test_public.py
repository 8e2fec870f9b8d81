"""Which channels and papers everybody may see."""

from __future__ import annotations

import pytest

from bot.model import Channel, Paper
from bot.public import inbox, known_to_all, owner, public

HERE, CLOSED = Channel("local", "general"), Channel("slack", "T1/C1")


@pytest.mark.parametrize("place", ["slack:T1/C1", "discord:1/2", "email:ada@example.org", "console:", ":", "localx:a"])
def test_what_is_not_known_to_be_public_is_private(place: str) -> None:
    platform, _, name = place.partition(":")
    assert not public(Channel(platform, name))


def test_the_channels_of_these_pages_are_public() -> None:
    assert public(HERE)


def test_a_paper_is_shown_unless_only_private_channels_feeds_have_brought_it() -> None:
    a, b, c = (Paper(name, name, "s") for name in "abc")
    assert known_to_all([a, b, c], {"a": frozenset({CLOSED}), "b": frozenset({CLOSED, HERE})}) == [b, c]


def test_a_visitors_own_channel_is_theirs_alone() -> None:
    """And shown nowhere to others."""
    mine = inbox("local:0a1b2c3d4e5f")
    assert (owner(mine), owner(HERE), owner(Channel("slack", "me-1"))) == ("local:0a1b2c3d4e5f", None, None)
    assert not public(mine)
