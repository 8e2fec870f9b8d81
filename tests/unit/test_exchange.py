"""Rules as text: what is written reads back as it was, and every mistake is told by its line."""

from __future__ import annotations

import contextlib
import tomllib
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import WordsWrong
from bot.exchange import Entry, compare, quoted, read, write
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


def rule(words: str) -> str:
    return canonical(parse(words))


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


@given(books, wishes)
def test_what_is_written_reads_back_and_changes_nothing(book: list[Subscription], defaults: Options) -> None:
    """The law of a round trip: every step of reading it in where it came from is `same`; nobody is named in it."""
    numbered = [replace(one, id=number) for number, one in enumerate(book, 1)]
    customs = {TEAM: Customs(TEAM, defaults)}
    text = write(numbered, customs)
    assert "U0ADA" not in text
    entries = read(text)
    assert {step.kind for step in compare(entries, numbered, customs)} <= {"same"}
    assert {rule.rule for entry in entries for rule in entry.rules} == {one.rule for one in book}


@given(st.text())
def test_any_text_is_quoted_as_toml_reads_it(text: str) -> None:
    clean = text.encode("utf-8", "replace").decode()
    assert tomllib.loads(f"a = {quoted(text)}")["a"] == clean


@given(st.text(max_size=300))
def test_any_text_is_read_or_told(text: str) -> None:
    with contextlib.suppress(WordsWrong):
        read(text)


def test_it_reads_like_this() -> None:
    book = [Subscription(TEAM, rule("transformers quantization"), "slack:U1", Options(format="compact", max=5), 7)]
    text = write(book, {TEAM: Customs(TEAM, Options(mode="daily", at="09:00"))})
    wanted = (
        '[[channel]]\nid = "slack:T0LAB/C0GENERAL"\nmode = "daily"\nat = "09:00"\n\n[[channel.rule]]\n'
        f'rule = "{rule("transformers quantization")}"\nformat = "compact"\nmax = 5\n'
    )
    assert text.partition("\n\n")[2] == wanted


def test_channels_are_carried_to_another_platform() -> None:
    text = write([Subscription(TEAM, rule("mamba"), "x")], {})
    (entry,) = read(text, moved={str(TEAM): str(LAB)})
    assert entry == Entry(LAB, Options(), (Subscription(LAB, rule("mamba"), ""),))


def test_two_channels_carried_into_one_are_one() -> None:
    text = write([Subscription(TEAM, rule("mamba"), "x"), Subscription(LAB, rule("diffusion"), "x")], {})
    (entry,) = read(text, moved={str(TEAM): str(LAB)})
    assert {one.rule for one in entry.rules} == {"mamba", "diffusion"}


def test_the_difference_names_what_is_new_and_what_changes() -> None:
    there = [Subscription(TEAM, rule("mamba"), "slack:U1", Options(max=3), 1)]
    text = write(
        [Subscription(TEAM, rule("mamba"), "x", Options(max=5)), Subscription(TEAM, rule("diffusion"), "x")], {}
    )
    steps = {step.subscription.rule: step for step in compare(read(text), there, {}) if step.subscription}
    assert (steps["diffusion"].kind, steps["mamba"].kind) == ("new", "changed")
    assert steps["mamba"].subscription is not None
    assert (steps["mamba"].subscription.id, steps["mamba"].subscription.creator) == (1, "slack:U1")
    assert (steps["mamba"].before.max, steps["mamba"].options.max) == (3, 5)


GOOD = '[[channel]]\nid = "slack:T0LAB/C0GENERAL"\n'


@pytest.mark.parametrize(
    ("text", "line", "told"),
    [
        (GOOD + '[[channel.rule]]\nrule = "title:"\n', 4, "cannot be read"),
        (GOOD + '[[channel.rule]]\nrule = "a"\n\n[[channel.rule]]\n# x\nrule = "b ("\n', 8, "cannot be read"),
        (GOOD + 'mode = "hourly"\n', 3, "instant, daily or weekly"),
        (GOOD + "max = 0\n", 3, "max:"),
        (GOOD + "max = true\n", 3, "cannot be used"),
        (GOOD + 'at = "9 o clock"\n', 3, "cannot be used"),
        (GOOD + 'tz = "Berlin"\n', 3, "Europe/Berlin"),
        (GOOD + 'colour = "red"\n', 3, "no key 'colour'"),
        ('[[channel]]\nid = "general"\n', 2, "local:general"),
        ('[[channel]]\nmode = "daily"\n', 1, "has an id"),
        (GOOD + "[[channel.rule]]\npaused = true\n", 3, "has its words"),
        (GOOD + '[[channel.rule]]\nrule = "a"\npaused = "yes"\n', 5, "paused = true"),
        (GOOD + "[[channel]]\nid = 3\n", 4, "has an id"),
        ('[channel]\nid = "slack:T/C"\n', None, "[[channel]]"),
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
