"""Stories of why: what became of a paper, and for one that never came, where it could have come from."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.feeds import OwnFeed
from bot.model import Bookmark, Channel, Options, Paper, Poll, Subscription
from tests.flow.stage import START, paper
from tests.flow.team import Team, button

QUANT = paper("q", "Quantized transformers at the edge", "Four bits are enough.")
ARXIV = replace(paper("a", "Birds of the north"), id="arxiv:2608.01234", url="https://arxiv.org/abs/2608.01234")


async def posted(team: Team, *papers: Paper, rule: str = "quantization") -> None:
    await team.subscribed(rule)
    await team.brought(*papers)


@pytest.mark.parametrize(
    "words",
    [
        "2608.01234",
        "arxiv:2608.01234v2",
        "https://arxiv.org/pdf/2608.01234v1",
        "huggingface.co/papers/2608.01234",
        "https://huggingface.co/papers/2608.01234",
        "https://doi.org/10.48550/arXiv.2608.01234",
        "<https://arxiv.org/abs/2608.01234>",
        "north birds",
        "Birds OF the",
    ],
)
async def test_a_paper_is_found_by_id_link_and_words_of_its_title(words: str) -> None:
    team = Team()
    await team.known(ARXIV, QUANT)
    assert "Birds of the north" in (await team.typed(f"/papers why {words}")).post.headline.text


async def test_why_tells_when_it_came_what_became_of_it_and_what_each_rule_says() -> None:
    team = Team()
    await team.subscribed("mamba transformers")
    await posted(team, QUANT)
    await team.pressed(button(team.chat.said[-1].post, "Discuss"))
    reply = await team.typed("/papers why quantized transformers")
    text = reply.post.plain
    assert "First seen today at 09:00, from https://feed.example/papers." in text
    assert "Posted here today at 09:00. Its thread is here:" in text
    assert "#2 quantization hits: quantization in the title." in text
    assert "#1 mamba transformers misses, one term short: mamba. It has transformers in the title." in text
    assert text.index("#2") < text.index("#1")
    assert reply.thread == (await team.store.reached(QUANT.id))[0].thread


async def test_why_of_a_paper_that_waits_says_for_what() -> None:
    team = Team()
    await team.subscribed("quantization", options=Options(mode="daily", days="mon-sun", at="18:00"))
    await team.brought(QUANT)
    text = (await team.typed("/papers why edge")).post.plain
    assert "It waits to be posted with the digest today at 18:00." in text


async def test_why_of_a_baseline_paper_says_so() -> None:
    """Silence is explained also where a rule hits now."""
    team = Team()
    await team.known(QUANT)
    await team.subscribed("quantization")
    assert "first reading, which is stored and searched" in (await team.typed("/papers why quantized")).post.plain


async def test_a_paper_from_before_the_rule_is_told_from_it() -> None:
    team = Team()
    await team.known()
    await team.brought(QUANT)
    team.hands.time += timedelta(days=1)
    await team.subscribed("quantization")
    assert "seen before the rule was made" in (await team.typed("/papers why quantized")).post.plain


async def test_a_paper_nobody_brought_names_the_sources_that_could_have() -> None:
    team = Team()
    for address in ("arxiv:cs.CL+cs.LG", "huggingface:daily", "https://blog.example/feed"):
        await team.store.record(Poll(Bookmark(address, baseline_at=START)), START)
    text = (await team.typed("/papers why 2601.00001")).post.plain
    assert "No source has brought 2601.00001 so far." in text
    assert "arxiv:cs.CL+cs.LG — if it was announced as new in cs.CL or cs.LG" in text
    assert "huggingface:daily — if somebody there has put it on the list" in text
    assert "It is well (last new a minute ago). Read since 17 August 2026." in text
    assert "arXiv has no paper of that id" in (await team.typed("/papers why 10.1101/743294")).post.plain


async def test_other_channels_papers_are_nobody_elses_to_ask_about() -> None:
    """What only another channel's own feed has brought is unknown here; so is its thread."""
    team = Team()
    other = Channel("local", "closed")
    feed = OwnFeed(other, "https://secret.example/feed", "local:eve")
    own = Poll(Bookmark(feed.address, baseline_at=START), (QUANT,), audience=frozenset({other}))
    await team.store.add_feed(feed, own, START)
    for words in ("why quantized transformers", f"why {QUANT.id}", f"find {QUANT.url}"):
        text = (await team.typed(f"/papers {words}")).post.plain
        assert "Quantized" not in text
        assert "secret.example" not in text


async def test_why_speaks_of_this_channel_alone() -> None:
    team = Team()
    wish = Subscription(Channel("local", "closed"), "quantization", "local:eve")
    await team.store.subscribe(wish, START)
    await team.brought(QUANT)
    reply = await team.typed("/papers why quantized")
    assert "It was not posted here: no rule of this channel hits it." in reply.post.plain
    assert "Posted" not in reply.post.plain
    assert reply.thread is None


async def test_find_shows_the_card_and_the_thread_of_this_channel() -> None:
    team = Team()
    await posted(team, ARXIV, rule="birds")
    unopened = await team.typed("/papers find https://arxiv.org/abs/2608.01234")
    assert unopened.post.headline.text == "Birds of the north"
    assert "nobody has opened its thread yet" in unopened.post.plain
    delivery = (await team.store.reached(ARXIV.id))[0]
    await team.pressed(f"discuss:{delivery.row}")
    found = await team.typed("/papers find 2608.01234")
    assert "Discussed here today at 09:00" in found.post.plain
    assert found.thread is not None
    by_message = await team.typed("/find", message=delivery.message)
    assert by_message.thread == found.thread


async def test_find_of_what_nobody_knows_says_no_more_than_that() -> None:
    team = Team()
    assert (await team.typed("/papers find https://example.org/cats")).post.plain == (
        "No stored paper is known as https://example.org/cats."
    )
    assert "No paper of this channel" in (await team.typed("/find", message="99")).post.plain


async def test_a_name_that_means_several_asks_back() -> None:
    team = Team()
    await team.known(ARXIV, paper("b", "Birds of the south"))
    text = (await team.typed("/papers why birds of the")).post.plain
    assert "More than one paper may be meant" in text
    assert "arxiv:2608.01234" in text
