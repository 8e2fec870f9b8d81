"""Which channels everybody may read of: the one place that decides it, for pages, feeds and figures. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from bot.model import Channel, Paper


def public(channel: Channel) -> bool:
    """Whether what a channel follows and was sent may be shown to anybody who can open the pages.

    Only channels that live on these pages are known to be. What is not known to be public is private: a direct
    message, a closed channel, a mailbox.
    """
    return channel.platform == "local"


def known_to_all(papers: Iterable[Paper], owned: Mapping[str, frozenset[Channel]]) -> list[Paper]:
    """The papers that may be shown: not those that only private channels' own feeds have brought.

    `owned` is what the store's `owned` says of them.
    """
    return [paper for paper in papers if paper.id not in owned or any(map(public, owned[paper.id]))]
