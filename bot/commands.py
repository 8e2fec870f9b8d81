"""Words typed in chat → Command. What a command's outcome says is in `replies`."""

from __future__ import annotations

from dataclasses import dataclass

from bot import options, rules
from bot.errors import RuleError, WordsWrong
from bot.model import Ask, Options

VERBS = ("/subscribe", "/unsubscribe", "/subscriptions", "/papers search", "/papers help")
"""As every platform offers them. A platform where another app owns a short name has `/papers subscribe` and so on."""


@dataclass(frozen=True, slots=True)
class Subscribe:
    """Papers that match `rule` shall come here."""

    rule: rules.Rule
    options: Options


@dataclass(frozen=True, slots=True)
class Unsubscribe:
    """One subscription by its number, or by its rule; or all of them (neither given)."""

    number: int | None = None
    rule: rules.Rule | None = None


@dataclass(frozen=True, slots=True)
class Subscriptions:
    """What this channel is subscribed to."""


@dataclass(frozen=True, slots=True)
class Search:
    """Stored papers that match a rule, for one person's eyes."""

    rule: rules.Rule


@dataclass(frozen=True, slots=True)
class Help:
    """What can be typed; with the channel's list when `with_list`."""

    with_list: bool = False


Command = Subscribe | Unsubscribe | Subscriptions | Search | Help


def read(ask: Ask, acronyms: rules.Acronyms = rules.KNOWN) -> Command:
    """The command that was typed, its rule read with the team's acronyms.

    `WordsWrong` says what was not understood, and what to type instead.
    """
    verb, words = ask.verb.lower(), ask.words.strip()
    if verb == "papers":
        verb, _, words = words.partition(" ")
        verb, words = verb.lower() or "help", words.strip()
    match verb:
        case "subscribe":
            return subscribe(words, acronyms) if words else Help(with_list=True)
        case "unsubscribe":
            return unsubscribe(words, acronyms)
        case "subscriptions":
            return Subscriptions()
        case "search":
            return search(words, acronyms)
        case "help":
            return Help()
    typed = f"/papers {verb[:40]}" if ask.verb.lower() == "papers" else f"/{verb[:40]}"
    raise WordsWrong(f"There is no command {typed}. These exist: {', '.join(VERBS)}.")


def subscribe(words: str, acronyms: rules.Acronyms = rules.KNOWN) -> Subscribe:
    """`rule [options]` → Subscribe."""
    rule, wanted = options.split(words)
    try:
        return Subscribe(rules.parse(rule, acronyms), wanted)
    except RuleError as error:  # its place is the same in the words as they were typed, options and all
        raise RuleError(error.sentence, words, error.start, error.end) from error


def unsubscribe(words: str, acronyms: rules.Acronyms = rules.KNOWN) -> Unsubscribe:
    """`number | rule | all` → Unsubscribe. A rule may bring its options, as it does in the list people copy from."""
    if words.lower() == "all":
        return Unsubscribe()
    bare = words.removeprefix("#")
    if bare.isascii() and bare.isdigit() and len(bare) < 10:
        return Unsubscribe(number=int(bare))
    if not words:
        raise WordsWrong("Which one? /subscriptions lists them with their numbers; then /unsubscribe NUMBER, or all.")
    return Unsubscribe(rule=subscribe(words, acronyms).rule)


def search(words: str, acronyms: rules.Acronyms = rules.KNOWN) -> Search:
    """`rule` → Search; options mean nothing here and are refused by the rule language."""
    if not words:
        raise WordsWrong("What for? /papers search takes a rule, such as: /papers search transformers quantization")
    return Search(rules.parse(words, acronyms))
