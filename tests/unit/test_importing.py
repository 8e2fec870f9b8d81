"""Rules as text: what is written reads back as it was, and every mistake is told by its line."""

from __future__ import annotations

import contextlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import schedule
from bot.errors import WordsWrong
from bot.exchange import Kept, write
from bot.feeds import OwnFeed
from bot.importing import compare, read
from bot.model import Channel, Customs, Options, Subscription
from bot.rules import parse
from bot.rules import write as canonical

TEAM, LAB = Channel("slack", "T0LAB/C0GENERAL"), Channel("discord", "1/2")
RULES = [
    "quantization transformers",
    '"state space" OR mamba',
    'au:"Tri Dao" -video',
    "votes:>=20 has:code",
    '="GPT-4o"',
]
NOW = datetime(2026, 8, 17, 9, tzinfo=UTC)


def rule(words: str) -> str:
    return canonical(parse(words))


def text(*mine: Subscription, customs: Customs | None = None, feeds: tuple[OwnFeed, ...] = ()) -> str:
    places = dict.fromkeys([*(one.channel for one in mine), *([customs.channel] if customs else [])])
    kept = [
        Kept(
            customs if customs and customs.channel == place else Customs(place),
            tuple(one for one in mine if one.channel == place),
            tuple(feed for feed in feeds if feed.channel == place),
        )
        for place in places
    ]
    return write(kept, NOW - timedelta(days=1), complete=True)


wishes = st.builds(
    Options,
    mode=st.sampled_from([None, "instant", "daily", "weekly"]),
    at=st.sampled_from([None, "09:00", "23:59"]),
    tz=st.sampled_from([None, "Europe/Berlin", "UTC"]),
    days=st.sampled_from([None, "mon-fri", "mon,wed"]),
    format=st.sampled_from([None, "compact", "full"]),
    max=st.sampled_from([None, 1, 100]),
    start=st.sampled_from([None, 0, 3]),
)
books = st.lists(
    st.builds(
        Subscription,
        channel=st.sampled_from([TEAM, LAB, Channel("local", "general")]),
        rule=st.sampled_from([rule(words) for words in RULES]),
        creator=st.just("slack:U0ADA"),
        options=wishes,
        state=st.sampled_from(["active", "paused"]),
    ),
    max_size=8,
    unique_by=lambda one: (one.channel, one.rule),
)


@given(books, wishes, st.sampled_from([None, "Europe/Berlin"]), st.sampled_from([None, ("creator", "slack:U0ADA")]))
def test_what_is_written_reads_back_and_changes_nothing(
    book: list[Subscription], defaults: Options, zone: str | None, who: tuple[str, ...] | None
) -> None:
    """The law of a round trip: every step of reading it in where it came from is `same`."""
    numbered = [replace(one, id=number) for number, one in enumerate(book, 1)]
    customs, feed = Customs(TEAM, defaults, zone, who=who), OwnFeed(TEAM, "https://lab.example/feed", "slack:U0ADA")
    entries = read(text(*numbered, customs=customs, feeds=(feed,)))
    steps = compare(entries, numbered, {TEAM: customs}, [feed])
    assert {step.kind for step in steps} <= {"same"}
    assert {one.rule for entry in entries for one in entry.rules} == {one.rule for one in book}


@given(st.text(max_size=300))
def test_any_text_is_read_or_told(text: str) -> None:
    with contextlib.suppress(WordsWrong):
        read(text)


def test_channels_are_carried_to_another_platform() -> None:
    """Nobody of the old one goes along: not as a creator, and not among those who may change rules."""
    customs = Customs(TEAM, who=("creator", "slack:U0ADA"))
    written = text(Subscription(TEAM, rule("mamba"), "slack:U0ADA"), customs=customs)
    (entry,) = read(written, moved={str(TEAM): str(LAB)})
    assert entry.rules == (Subscription(LAB, rule("mamba"), ""),)
    assert entry.customs.who == ("creator",)


def test_where_only_people_of_the_old_platform_could_change_rules_managers_can() -> None:
    """Else whoever can post there could, as its default is."""
    written = text(Subscription(TEAM, rule("mamba"), "x"), customs=Customs(TEAM, who=("slack:U0ADA",)))
    (entry,) = read(written, moved={str(TEAM): str(LAB)})
    assert entry.customs.who == ("managers",)


def test_a_pause_is_carried_along() -> None:
    """Else what was to be quiet would speak at once elsewhere."""
    for until in (NOW, NOW.replace(microsecond=123), schedule.NEVER):
        customs = Customs(TEAM, paused_until=until)
        (entry,) = read(text(Subscription(TEAM, rule("mamba"), "x"), customs=customs))
        assert entry.customs == customs
        step = compare([entry], [], {})[0]
        assert (step.kind, step.wanted) == ("changed", customs)
        assert compare([entry], [], {TEAM: customs})[0].kind == "same"


def test_two_channels_carried_into_one_keep_what_either_said() -> None:
    written = text(Subscription(TEAM, rule("mamba"), "x"), customs=Customs(TEAM, zone="UTC", who=("creator",)))
    written += text(Subscription(LAB, rule("mamba"), "x"), customs=Customs(LAB, paused_until=NOW)).partition("\n\n")[2]
    (entry,) = read(written, moved={str(TEAM): str(LAB)})
    assert entry.customs == Customs(LAB, zone="UTC", who=("creator",), paused_until=NOW)


def test_two_channels_carried_into_one_are_one() -> None:
    written = text(Subscription(TEAM, rule("mamba"), "x"), Subscription(LAB, rule("diffusion"), "x"))
    (entry,) = read(written, moved={str(TEAM): str(LAB)})
    assert {one.rule for one in entry.rules} == {"mamba", "diffusion"}


def test_the_difference_names_what_is_new_and_what_changes() -> None:
    there = [Subscription(TEAM, rule("mamba"), "slack:U1", Options(max=3), 1)]
    wanted = [Subscription(TEAM, rule("mamba"), "x", Options(max=5)), Subscription(TEAM, rule("diffusion"), "x")]
    steps = compare(read(text(*wanted)), there, {})
    found = {step.wanted.rule: step for step in steps if isinstance(step.wanted, Subscription)}
    assert (found["diffusion"].kind, found["mamba"].kind) == ("new", "changed")
    assert found["mamba"].wanted == replace(there[0], options=Options(max=5))
    assert found["mamba"].before == there[0]


def test_feeds_of_its_own_come_along_once() -> None:
    feed = OwnFeed(TEAM, "https://lab.example/feed", "slack:U1")
    entries = read(text(Subscription(TEAM, rule("mamba"), "x"), feeds=(feed,)))
    assert [step.kind for step in compare(entries, [], {}) if isinstance(step.wanted, OwnFeed)] == ["new"]
    assert [step.kind for step in compare(entries, [], {}, [feed]) if isinstance(step.wanted, OwnFeed)] == ["same"]


GOOD = '[[channel]]\nid = "slack:T0LAB/C0GENERAL"\n'


@pytest.mark.parametrize(
    ("text", "line", "told"),
    [
        (GOOD + '[[channel.rule]]\nrule = "title:"\n', 4, "cannot be read"),
        (GOOD + '[[channel.rule]]\nrule = "a"\n\n[[channel.rule]]\n# x\nrule = "b ("\n', 8, "cannot be read"),
        (GOOD + 'options = "mode:hourly"\n', 3, "instant, daily or weekly"),
        (GOOD + 'options = "max:0"\n', 3, "max:"),
        (GOOD + "options = 5\n", 3, "no option"),
        (GOOD + 'options = "daily"\n', 3, "no option"),
        (GOOD + 'options = "tz:Atlantis"\n', 3, "Europe/Berlin"),
        (GOOD + 'zone = "Berlin"\n', 3, "Europe/Berlin"),
        (GOOD + 'who = "me"\n', 3, "a list"),
        (GOOD + 'paused_until = "tomorrow"\n', 3, "2026-12-24T09:00:00Z"),
        (GOOD + "paused_until = 2026-12-24T09:00:00\n", 3, "2026-12-24T09:00:00Z"),
        (GOOD + 'feeds = ["file:///etc/passwd"]\n', 3, ""),
        (GOOD + 'colour = "red"\n', 3, "no key 'colour'"),
        ('[[channel]]\nid = "general"\n', 2, "local:general"),
        ('[[channel]]\noptions = "mode:daily"\n', 1, "has an id"),
        (GOOD + '[[channel.rule]]\nstate = "paused"\n', 3, "has its words"),
        (GOOD + '[[channel.rule]]\nrule = "a"\nstate = "yes"\n', 5, '"paused"'),
        (GOOD + "[[channel]]\nid = 3\n", 4, "has an id"),
        ('[channel]\nid = "slack:T/C"\n', None, "[[channel]]"),
        ("version = 2\n", 1, "newer Paper Round"),
        ('rules = "a"\n', 1, "[[channel]]"),
        ("[[channel]]\nid = general\n", 2, "double quotes"),
    ],
)
def test_a_mistake_is_told_by_its_line_with_what_to_write(text: str, line: int | None, told: str) -> None:
    with pytest.raises(WordsWrong) as wrong:
        read(text)
    assert told in str(wrong.value)
    if line is not None:
        assert f"ine {line}" in str(wrong.value)
