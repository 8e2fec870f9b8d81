"""commands: words typed in chat → Command."""

from __future__ import annotations

import pytest

from bot import commands, rules
from bot.errors import OptionError, RuleError, WordsWrong
from bot.model import Ask, Channel, Options


def read(verb: str, words: str = "") -> commands.Command:
    return commands.read(Ask(Channel("local", "general"), "local:ada", verb, words))


def test_subscribe_takes_a_rule_and_options() -> None:
    """Options may stand anywhere in the line."""
    wanted = commands.Subscribe(rules.parse("transformers quantization"), Options(mode="instant"))
    assert read("subscribe", "transformers mode:instant quantization") == wanted


@pytest.mark.parametrize("verb", ["subscribe", "SUBSCRIBE"])
def test_papers_leads_to_every_command(verb: str) -> None:
    """`/papers subscribe …` is `/subscribe …`, since another app may own that."""
    assert read("papers", f"{verb} mamba") == read("subscribe", "mamba")


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("3", commands.Unsubscribe(number=3)),
        ("#3", commands.Unsubscribe(number=3)),
        ("all", commands.Unsubscribe()),
        ("ALL", commands.Unsubscribe()),
        ("mamba", commands.Unsubscribe(rule=rules.parse("mamba"))),
    ],
)
def test_unsubscribe_takes_a_number_a_rule_or_all(words: str, expected: commands.Unsubscribe) -> None:
    """The three ways to say which."""
    assert read("unsubscribe", words) == expected


@pytest.mark.parametrize(
    ("verb", "words", "error"),
    [
        ("subscribe", '"open', RuleError),
        ("subscribe", "mamba mode:sometimes", OptionError),
        ("unsubscribe", "", WordsWrong),
        ("search", "", WordsWrong),
        ("dance", "", WordsWrong),
        ("papers", "dance", WordsWrong),
    ],
)
def test_what_is_not_understood_is_said(verb: str, words: str, error: type[Exception]) -> None:
    """Each mistake is a sentence of its kind."""
    with pytest.raises(error) as wrong:
        read(verb, words)
    assert len(str(wrong.value)) > 15


def test_a_rule_copied_from_the_list_with_its_options_ends_it() -> None:
    """The list shows rule and options in one line, and that line can be typed back."""
    assert read("unsubscribe", "mamba mode:daily") == commands.Unsubscribe(rule=rules.parse("mamba"))


def test_a_mistake_beside_options_is_shown_in_the_words_as_typed() -> None:
    """The caret's line keeps the options, so that people recognise what they wrote."""
    with pytest.raises(RuleError) as wrong:
        read("subscribe", "(mamba mode:daily")
    assert wrong.value.caret().startswith("(mamba mode:daily\n^")


@pytest.mark.parametrize(("verb", "words", "named"), [("dance", "", "/dance"), ("papers", "dance", "/papers dance")])
def test_an_unknown_command_is_named_as_it_was_typed(verb: str, words: str, named: str) -> None:
    """And those that exist as every platform offers them."""
    with pytest.raises(WordsWrong) as wrong:
        read(verb, words)
    assert f"no command {named}." in str(wrong.value)
    assert "/papers search" in str(wrong.value)
