"""Words of the command line that cannot be used → one sentence: what is wrong, and the command that mends it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches

from bot.errors import WordsWrong

_CHOICE = re.compile(r"argument (.+?): invalid choice: '(.*)' \(choose from (.+)\)", re.DOTALL)
_MISSING = "the following arguments are required: "
_ONE_OF = re.compile(r"one of the arguments (.+) is required")
_VALUE = re.compile(r"argument (\S+): expected (?:one|at least one) argument")


def misread(message: str, program: str, takes: Mapping[str, str]) -> WordsWrong:
    """What argparse says of words it cannot use, as a sentence; `takes` is what each word of the command stands for."""
    if found := _CHOICE.match(message):
        name, word, known = found[1], found[2], [one.strip("'") for one in found[3].split(", ")]
        if name == "COMMAND":
            return WordsWrong(f"There is no command {word!r}{_meant(word, known)} `{program} --help` lists them all.")
        return WordsWrong(f"`{program}` takes {_joined(known, 'or')} here, not {word!r}.")
    if message.startswith(_MISSING):
        missing = message.removeprefix(_MISSING).split(", ")
        told = "; ".join(f"{name} is {takes[name]}" for name in missing if takes.get(name))
        return WordsWrong(f"`{program}` needs {_joined(missing, 'and')}{told and f' ({told})'}. {_more(program)}")
    if found := _ONE_OF.match(message):
        return WordsWrong(f"`{program}` needs {_joined(found[1].split(), 'or')}. {_more(program)}")
    if found := _VALUE.match(message):
        return WordsWrong(f"{found[1]} needs a value after it. {_more(program)}")
    return WordsWrong(f"`{program}`: {message}. {_more(program)}")


def leftover(words: Sequence[str], program: str, options: Iterable[str]) -> WordsWrong:
    """Words that no part of a command takes: an option that it does not have, or more than it takes."""
    option = next((word.partition("=")[0] for word in words if word.startswith("-")), None)
    if option is None:
        return WordsWrong(f"`{program}` takes no {words[0]!r} here. {_more(program)}")
    return WordsWrong(f"`{program}` has no option {option}{_meant(option, options)} {_more(program)}")


def _more(program: str) -> str:
    return f"`{program} --help` says what it takes."


def _meant(word: str, known: Iterable[str]) -> str:
    close = get_close_matches(word, list(known), n=1, cutoff=0.6)
    return f"; did you mean {close[0]}?" if close else "."


def _joined(words: Sequence[str], last: str) -> str:
    return f" {last} ".join([", ".join(words[:-1]), words[-1]]) if len(words) > 1 else words[0]
