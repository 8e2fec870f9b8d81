"""What a post may be filed under, and whether followers elsewhere get it too."""

from __future__ import annotations

from bot import summary
from bot.model import Channel, Delivery, Item, Line, Options, Paper, Post, Reason, Span

PLAIN = Post(Line((Span("Papers"),)))


def item(rule: str, *categories: str, publish: bool = False) -> Item:
    options = Options(publish="on" if publish else "off")
    delivery = Delivery("arxiv:1", Channel("discord", "1/2"), (Reason("x", "title", 0, 1, rule=rule),), options=options)
    return Item(delivery, Paper("arxiv:1", "T", "s", categories=categories))


def test_rules_come_first_and_what_most_papers_share() -> None:
    assert summary.filed(PLAIN, [item("mamba", "cs.CL", "cs.LG")]).topics == ("mamba", "cs.CL", "cs.LG")
    many = [item("mamba", "cs.CL"), item("rag", "cs.CL"), item("rag", "cs.CL", "cs.IR")]
    assert summary.filed(PLAIN, many).topics == ("rag", "cs.CL", "mamba", "cs.IR")


def test_followers_get_it_only_where_that_is_switched_on() -> None:
    assert summary.filed(PLAIN, [item("mamba")]).publish is False
    assert summary.filed(PLAIN, [item("mamba", publish=True)]).publish is True


def test_nothing_else_of_the_post_changes() -> None:
    assert summary.filed(PLAIN, []) == PLAIN
    assert summary.filed(PLAIN, [], "7").after == "7"
