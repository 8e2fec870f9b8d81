"""Subscriptions in columns beside the nouns they stand for."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import rolls
from bot.model import Channel, Options, Rulebook, Subscription
from bot.rolls import Lines, Roll

WISHES = st.builds(
    Subscription,
    st.sampled_from([Channel("local", "a"), Channel("slack", "T/ü")]),
    st.text(max_size=9),
    st.sampled_from(["local:ada", "local:bob"]),
    st.sampled_from([Options(), Options(max=3)]),
    st.integers(0, 60),
    st.sampled_from(["active", "paused"]),
)
MANY = st.lists(WISHES, max_size=30, unique_by=lambda one: one.id)


@given(MANY, st.integers(1, 5))
def test_a_roll_gives_back_the_nouns_it_was_made_of(wishes: list[Subscription], at_once: int) -> None:
    """However many rows are taken at a time, and whatever letters a rule has."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rolls, "AT_ONCE", at_once)
        roll = Roll.of(wishes)
    ordered = sorted(wishes, key=lambda one: one.id)
    assert roll == ordered == list(roll)
    assert roll[1:3] == tuple(ordered[1:3])
    assert Rulebook(1, roll) == Rulebook(1, tuple(ordered))
    assert [roll.numbered(one.id) for one in wishes] == wishes
    assert len({*roll.kept}) == len(roll.kept)
    assert Roll.of(roll) is roll


@given(MANY)
def test_a_number_that_is_not_in_a_roll_is_a_key_error(wishes: list[Subscription]) -> None:
    with pytest.raises(KeyError):
        Roll.of(wishes).numbered(61)
    with pytest.raises(IndexError):
        Roll.of(wishes)[len(wishes)]


@given(MANY)
def test_what_some_rule_says_a_roll_says(wishes: list[Subscription]) -> None:
    roll = Roll.of([replace(one, rule=one.rule.encode(errors="replace").decode()) for one in wishes])
    assert all(roll.says(one.rule) for one in roll)
    assert roll.says("top:") or not any("top:" in one.rule for one in roll)


@given(st.dictionaries(st.integers(0, 60), st.text(max_size=5)))
def test_lines_are_the_mapping_they_were_made_of(lines: dict[int, str]) -> None:
    found = Lines.of(lines)
    assert found == lines
    assert dict(found) == lines
    assert Lines.of(found) is found
    assert found.get(61) is None
