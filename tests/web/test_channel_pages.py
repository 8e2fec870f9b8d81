"""What a channel's page tells of the time to come, and what its readers' votes do to a day."""

from __future__ import annotations

from datetime import timedelta

from bot.model import Bookmark, Channel, Customs, Delivery, Options, Poll, Subscription
from bot.options import over
from tests.web.browse import look, opened
from tests.web.stage import GENERAL, NOON, Stage, browsing


async def test_a_channels_page_says_when_its_next_digest_comes() -> None:
    """In its own zone; at once where it is at once; and that it is paused."""
    stage = Stage()
    await stage.memory.subscribe(Subscription(GENERAL, "attention", "local:a", Options("daily", "09:30")), NOON)
    await stage.memory.subscribe(Subscription(GENERAL, "quantization", "local:a"), NOON)
    await stage.memory.keep_customs(Customs(GENERAL, Options(tz="Europe/Berlin")))
    async with opened(stage) as browser:
        html, _ = await look(browser, "/channels/local:general")
        assert "at 09:30 (Europe/Berlin); the next on Saturday 29 August" in html
        assert "as soon as it is seen" in html
        each = [html.index(said) for said in ('<code dir="auto">attention', "at 09:30", "quantization", "as soon as")]
        assert each == sorted(each)  # every rule stands with the way that its papers come
        assert "the next on" in (await look(browser, "/channels"))[0]
        paused = Customs(GENERAL, over(Options(), Options(tz="Europe/Berlin")), paused_until=NOON + timedelta(days=1))
        await stage.memory.keep_customs(paused)
        html, _ = await look(browser, "/channels/local:general")
        assert "It is paused" in html
        assert "the next on" not in html


async def test_votes_of_public_channels_count_in_the_days_order() -> None:
    """A vote here weighs as much as one upstream, and is told apart; a private channel's are not told at all."""
    stage = Stage()
    team, papers = Channel("slack", "T1/C1"), browsing()
    planned = [Delivery(papers[n].id, channel) for n, channel in ((4, GENERAL), (5, team))]
    await stage.memory.record(Poll(Bookmark("x"), tuple(papers), tuple(planned)), NOON)
    mine, theirs = [one.row for one in sorted(await stage.memory.deliveries(), key=lambda one: one.row)]
    for person in range(90):
        await stage.memory.vote(mine, f"local:{person}", NOON)
        await stage.memory.vote(theirs, f"slack:U{person}", NOON)
    async with opened(stage) as browser:
        html, _ = await look(browser, "/day/2026-08-28")
        titles = ("Do Language Models Know", "Eight-Bit Attention", "Sparse Gradients")
        assert sorted(titles, key=html.index) == list(titles)
        assert html.count("+90 here") == 1
        assert "90 votes here" in (await look(browser, f"/papers/{papers[4].id}"))[0]
        assert "votes here" not in (await look(browser, f"/papers/{papers[5].id}"))[0]
        best, _ = await look(browser, "/search?q=top:1")
        assert "Do Language Models Know When a Table Is Wrong?</a>" in best
        assert "Eight-Bit Attention for Small Machines</a>" not in best
