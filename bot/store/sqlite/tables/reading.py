"""Rows of deliveries back to nouns."""

from __future__ import annotations

import sqlite3

from bot.model import Channel, Delivery, Item, News, Options, Paper, Reason
from bot.store.plain import moment, moment_or_none, unpack

FULL = """
    SELECT delivery.*, iif(paper.owner IS NULL, paper.id, paper.noun ->> '$.id') AS id, paper.noun AS noun,
        (SELECT count(*) FROM vote WHERE vote.delivery = delivery.number) AS votes,
        (SELECT json_group_array(json_object('kind', kind, 'text', text, 'said', said)) FROM (
            SELECT kind, text, said FROM news WHERE news.delivery = delivery.number ORDER BY at, kind, text
        )) AS news
    FROM delivery JOIN paper ON paper.number = delivery.paper
"""
"""Deliveries with their papers, votes and news."""


def as_channel(text: str) -> Channel:
    """The way back from a channel's text; every platform's, named or not in `Channel.parse`."""
    platform, _, place = text.partition(":")
    return Channel(platform, place)


def as_delivery(found: sqlite3.Row) -> Delivery:
    """A row of `FULL` as a delivery."""
    return Delivery(
        paper=found["id"],
        channel=as_channel(found["channel"]),
        reasons=unpack(found["reasons"], tuple[Reason, ...]),
        state=found["state"],
        row=found["number"],
        message=found["message"],
        thread=found["thread"],
        attempts=found["attempts"],
        first_tried=moment_or_none(found["first_tried"]),
        error=found["error"],
        due=moment(found["due"]),
        posted_at=moment_or_none(found["posted_at"]),
        options=unpack(found["options"], Options),
        bundle=found["bundle"],
        digest=found["digest"],
        part=found["part"],
        card=found["card"],
        doubt=bool(found["doubt"]),
        news=unpack(found["news"], tuple[News, ...]),
        votes=found["votes"],
        named=as_channel(found["named"]) if found["named"] else None,
    )


def as_item(found: sqlite3.Row) -> Item:
    """A row of `FULL` as a delivery with its paper."""
    return Item(as_delivery(found), unpack(found["noun"], Paper))
