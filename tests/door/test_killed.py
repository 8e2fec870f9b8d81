"""The running bot is killed again and again while papers go out; people see each of them exactly once."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.bench.powercut import Plan, ordeal


@pytest.mark.slow
@pytest.mark.timeout(600)  # sixteen starts of the bot, on a machine however busy
async def test_no_paper_is_lost_or_doubled_however_often_the_bot_is_killed(tmp_path: Path) -> None:
    """SIGKILL at 15 random moments: on Discord, in local channels, in Slack where its history may be read, and in
    mailboxes that know a Message-ID again."""
    outcome = await ordeal(Plan(kills=15, papers=30, channels=8, seed=7), tmp_path)
    assert outcome.kills == 15
    assert outcome.doubtful > 0, "no kill hit a delivery: the test shows nothing"
    assert outcome.faults == []
    assert outcome.states == {"sent": 240}
    for platform, count in outcome.counts.items():
        assert (count.due, count.lost, count.doubled) == (60, 0, 0), platform
        threads = 0 if platform == "email" else 30
        assert (count.threads, count.openers_lost, count.openers_doubled) == (threads, 0, 0), platform


@pytest.mark.timeout(240)
async def test_without_the_history_scope_slack_may_double_but_loses_nothing(tmp_path: Path) -> None:
    """A few kills in every run of the suite: each double is one that a kill left in doubt."""
    outcome = await ordeal(Plan(kills=2, papers=6, channels=4, seed=3, history=False), tmp_path)
    assert outcome.faults == []
    assert outcome.states == {"sent": 24}
    assert [count.lost + count.openers_lost for count in outcome.counts.values()] == [0, 0, 0, 0]
    slack = outcome.counts.pop("slack")
    assert slack.doubled + slack.openers_doubled <= outcome.doubtful
    assert [count.doubled + count.openers_doubled for count in outcome.counts.values()] == [0, 0, 0]
