"""What a post may be filed under where a platform files posts, and whether followers elsewhere get it too."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.model import Item, Post

MOST = 100
"""Topics of a post: more rules and categories than any list of tags is worth comparing with."""


def filed(post: Post, items: Sequence[Item], after: str | None = None) -> Post:
    """The post with its papers' rules and categories as topics, in the order of how many papers they are about.

    `after`: the message it goes on from.
    """
    counts: dict[str, int] = {}
    for item in items:
        rules = dict.fromkeys(reason.rule for reason in item.delivery.reasons if reason.rule)
        for place, topic in enumerate((*rules, *item.paper.categories)):
            counts[topic] = counts.get(topic, 0) + (2 if place < len(rules) else 1)
    topics = tuple(sorted(counts, key=lambda topic: -counts[topic]))[:MOST]
    publish = any(item.delivery.options.publish == "on" for item in items)
    return replace(post, topics=topics, publish=publish, after=after)
