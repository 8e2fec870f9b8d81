"""What a rule that is being typed could go on with."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import completing, rules
from bot.model import Channel, Options, Subscription
from bot.options import known_zones, split
from bot.rules.lexer import FIELDS
from bot.taxonomy import CATEGORIES

THERE = ["quantization transformers", "diffusion -video", 'mamba OR "state space"']
HERE = Channel("discord", "1/2")


def values(typed: str) -> list[str]:
    return [value for value, _ in completing.rule(typed, THERE, rules.KNOWN)]


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("", THERE),
        ("quant", ["quantization transformers"]),
        ("transf", ["quantization transformers"]),
        ("ti", ["title:"]),
        ("diffusion -ti", ["diffusion -title:"]),
        ("cat:cs.CL", ["cat:cs.CL"]),
        ("llm cat:robo", ["llm cat:cs.RO"]),
        ("(cat:quant-p", ["(cat:quant-ph"]),
        ("RA", ["RAG"]),
        ("retrieval", ["RAG"]),
        ("has:", ["has:code"]),
        ("votes:>", ["votes:>=20", "votes:>=50", "votes:>5"]),
        ("nothingbeginsso", []),
    ],
)
def test_a_rule_goes_on_with_what_its_last_word_begins(typed: str, offered: list[str]) -> None:
    assert values(typed)[: len(offered)] == offered
    assert offered or not values(typed)


def test_why_something_is_offered_is_said() -> None:
    assert ("RAG", "RAG ← retrieval-augmented generation") in completing.rule("RAG", (), rules.KNOWN)
    assert ("cat:cs.CL", "cat:cs.CL ← Computation and Language") in completing.rule("cat:cs", (), rules.KNOWN)


@given(st.text(max_size=150), st.lists(st.text(max_size=150), max_size=40))
def test_whatever_is_typed_the_choices_fit(typed: str, known: list[str]) -> None:
    """At most 25, each once, 1 to 100 units: Discord refuses the whole list for one that is not."""
    offered = completing.rule(typed, known, rules.KNOWN)
    lengths = [len(text.encode("utf-16-le", "surrogatepass")) // 2 for choice in offered for text in choice]
    assert len(offered) <= 25
    assert all(1 <= length <= 100 for length in lengths)
    assert len({value for value, _ in offered}) == len(offered)


def test_what_is_offered_for_a_word_can_be_read() -> None:
    """Fields alone are not rules yet; all else that is offered after any of the fields is one."""
    for field in FIELDS:
        for value in values(f"diffusion {field}:"):
            if not value.endswith(":"):
                assert rules.parse(split(value)[0], rules.KNOWN)


def test_a_subscription_is_found_by_number_and_by_words() -> None:
    found = [Subscription(HERE, rule, "discord:1", Options(), number) for number, rule in enumerate(THERE, 11)]
    assert completing.subscription("diff", found) == (("12", "#12 diffusion -video"),)
    assert completing.subscription("#13", found)[0][0] == "13"
    assert completing.subscription("", found)[-1] == ("all", "all 3 of this channel")
    assert completing.subscription("", []) == ()


def test_zones_are_found_by_their_city() -> None:
    assert completing.zone("berl", known_zones())[0] == ("Europe/Berlin", "Europe/Berlin")
    assert ("America/New_York", "America/New_York") in completing.zone("new york", known_zones())
    assert len(completing.zone("", known_zones())) == 25


def test_every_category_has_a_name() -> None:
    """Counted on arXiv's page: 155 of them."""
    assert (CATEGORIES["cs.CL"], CATEGORIES["hep-th"]) == ("Computation and Language", "High Energy Physics - Theory")
    assert all(name and code.isascii() for code, name in CATEGORIES.items())
    assert len(CATEGORIES) == 155
