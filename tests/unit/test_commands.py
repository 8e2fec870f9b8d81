"""commands: words typed in chat → Command."""

from __future__ import annotations

import pytest

from bot import commands, rules
from bot.errors import OptionError, RuleError, WordsWrong
from bot.model import Ask, Channel, Options, Press


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
    ("words", "expected"),
    [
        ("", commands.Feeds()),
        ("list", commands.Feeds()),
        ("add https://a.example/F", commands.AddFeed("https://a.example/F")),
        ("REMOVE  https://a.example/F", commands.RemoveFeed("https://a.example/F")),
    ],
)
def test_feeds_lists_adds_and_removes(words: str, expected: commands.Command) -> None:
    """Addresses keep their case."""
    assert read("papers", f"feeds {words}") == expected


@pytest.mark.parametrize(
    ("verb", "words", "error"),
    [
        ("subscribe", '"open', RuleError),
        ("subscribe", "mamba mode:sometimes", OptionError),
        ("unsubscribe", "", WordsWrong),
        ("search", "", WordsWrong),
        ("dance", "", WordsWrong),
        ("feeds", "add", WordsWrong),
        ("feeds", "drop https://a.example/", WordsWrong),
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


@pytest.mark.parametrize(
    ("verb", "words", "meant"),
    [
        ("papers", "statsu", "/papers status"),
        ("subcribe", "x", "/subscribe"),
        ("papers", "unsubscrib", "/unsubscribe"),
    ],
)
def test_a_slip_in_a_commands_name_gets_the_name_that_may_be_meant(verb: str, words: str, meant: str) -> None:
    with pytest.raises(WordsWrong, match=f"Did you mean {meant}\\?"):
        read(verb, words)


@pytest.mark.parametrize(("verb", "words", "named"), [("dance", "", "/dance"), ("papers", "dance", "/papers dance")])
def test_an_unknown_command_is_named_as_it_was_typed(verb: str, words: str, named: str) -> None:
    """And those that exist as every platform offers them."""
    with pytest.raises(WordsWrong) as wrong:
        read(verb, words)
    assert f"no command {named}." in str(wrong.value)
    assert "/papers search" in str(wrong.value)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("why 2608.01234", commands.Why("2608.01234")),
        ("find https://arxiv.org/abs/2608.01234", commands.Find("https://arxiv.org/abs/2608.01234")),
        ("why <https://arxiv.org/abs/2608.01234|2608>", commands.Why("https://arxiv.org/abs/2608.01234")),
        ("subscribe help", commands.Help(with_list=True)),
        ("subscribe —help", commands.Help(with_list=True)),
        ("unsubscribe ?", commands.Help(with_list=True)),
        ('subscribe "help"', commands.Subscribe(rules.parse("help"), Options())),
        ("status", commands.Status()),
        ("test #3", commands.Test(3)),
        ("export", commands.Export()),
        ("overview", commands.Overview()),
        ("saved", commands.Saved()),
        ("change 3 mamba max:4", commands.Change(3, rules.parse("mamba"), Options(max=4))),
        ("settings who:creator,@U1", commands.Settings(None, "creator,@U1")),
        ("settings max:3 who: <@U1|ada l>, me", commands.Settings(Options(max=3), "<@U1|ada l>, me")),
        ("subscribe me mamba", commands.Subscribe(rules.parse("mamba"), Options(), personal=True)),
        ("subscriptions me", commands.Subscriptions(personal=True)),
        ("unsubscribe me 3", commands.Unsubscribe(number=3, personal=True)),
        ("subscribe me", commands.Help(with_list=True)),
    ],
)
def test_what_papers_takes(words: str, expected: commands.Command) -> None:
    assert read("papers", words) == expected


def test_a_paper_is_found_by_the_message_that_is_asked_about_without_words() -> None:
    ask = Ask(Channel("slack", "T1/C1"), "slack:U1", "find", "", message="17.1")
    assert commands.read(ask) == commands.Find("")


@pytest.mark.parametrize(
    "words", ["why", "find", "test", "test x", "change", "change 3", "change x mamba", "settings who:"]
)
def test_what_is_missing_is_said(words: str) -> None:
    with pytest.raises(WordsWrong):
        read("papers", words)


@pytest.mark.parametrize(
    ("verb", "words", "changes"),
    [
        ("subscribe", "mamba", True),
        ("subscribe", "", False),
        ("subscribe", "me mamba", False),
        ("unsubscribe", "3", True),
        ("unsubscribe", "me 3", False),
        ("subscriptions", "", False),
        ("papers", "subscribe mamba", True),
        ("papers", "change 3 x", True),
        ("papers", "settings", False),
        ("papers", "settings max:3", True),
        ("papers", "pause", True),
        ("papers", "feeds", False),
        ("papers", "feeds list", False),
        ("papers", "Feeds  Add x", True),
        ("papers", "status", False),
        ("why", "x", False),
    ],
)
def test_which_words_change_what_a_channel_gets(verb: str, words: str, changes: bool) -> None:
    """Adapters may ask this before anything else."""
    assert commands.changes(Ask(Channel("local", "general"), "local:ada", verb, words)) is changes


@pytest.mark.parametrize(
    ("action", "changes"), [("confirm:1", True), ("undo:1", True), ("why:1", False), ("odd:1", True)]
)
def test_which_buttons_change_what_a_channel_gets(action: str, changes: bool) -> None:
    """One that nobody knows would."""
    assert commands.changes(Press(Channel("local", "general"), "local:ada", action)) is changes
