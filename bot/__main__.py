"""The front door: the command line. Parses words and nothing else, so that `--help` starts as fast as Python does."""

from __future__ import annotations

import os
import sys
from argparse import SUPPRESS, ArgumentError, ArgumentParser, Namespace
from contextlib import suppress
from importlib import import_module
from io import TextIOWrapper
from typing import Any, NoReturn

VERSION = "0.1.0"

OWN = ("-h", "--help", "--version")
"""What stands before any command and is about the program itself."""

EXCLUDED = "\0"
"""Before a rule's `-video` while argparse reads the words; nothing typed can hold it."""

SOURCES = (
    "an https: address, a file, - (standard input), sample:, or a preset such as arxiv:cs.CL+cs.LG or huggingface:daily"
)


CHANNEL = "local:NAME, slack:TEAM/CHANNEL or discord:SERVER/CHANNEL"


class Words(ArgumentParser):
    """A command and its words. What it cannot use it tells in a sentence, without the lines of its usage."""

    def error(self, message: str) -> NoReturn:
        takes = {str(action.metavar): action.help or "" for action in self._actions if not action.option_strings}
        raise import_module("bot.cli.misread").misread(message, self.prog, takes)

    def read(self, argv: list[str]) -> Namespace:
        """All words, or the sentence that says which cannot be used."""
        found, rest = self.parse_known_args(argv)
        if rest:
            asked = found.asked
            options = [name for action in asked._actions for name in action.option_strings]
            raise import_module("bot.cli.misread").leftover(rest, asked.prog, options)
        return found


def parser() -> Words:
    """Every command and its words; `page` names the module of bot/cli that does it."""
    shared = ArgumentParser(add_help=False)
    shared.add_argument("--config", metavar="FILE", default=SUPPRESS, help="settings (default: ./config/bot.toml)")
    shared.add_argument(
        "--store", metavar="PATH", default=SUPPRESS, help="the database (default: BOT_STORE, or your data folder)"
    )
    listing = ArgumentParser(add_help=False)
    listing.add_argument("--json", action="store_true", help="one JSON object a line")

    top = Words(
        prog="paper-round",
        description="Brings research papers to the teams who should read them, in Slack and in Discord.",
        epilog="Without a command it runs. `paper-round COMMAND --help` says what a command takes. "
        "Exit 0: done; 1: the world failed (a source, a platform, a database); 2: the words were wrong.",
        parents=[shared],
    )
    top.add_argument("--version", action="version", version=f"paper-round {VERSION}")
    commands = top.add_subparsers(title="commands", metavar="COMMAND", dest="command")
    _running(commands, shared, listing)
    _subscribing(commands, shared, listing)
    _watching(commands, shared, listing)
    _keeping(commands, shared, listing)
    top.set_defaults(page="run", once=False, local=False, source=None, asked=top)
    return top


def _command(commands: Any, name: str, told: str, *parents: ArgumentParser, example: str = "", **more: str) -> Words:
    """A command: `told` is what it does, `more` its page of bot/cli and what of it is meant."""
    command: Words = commands.add_parser(
        name,
        parents=parents,
        help=told,
        description=f"{told[0].upper()}{told[1:]}.",
        epilog=f"Such as: paper-round {name} {example}" if example else None,
    )
    command.set_defaults(asked=command, **more)
    return command


def _running(commands: Any, shared: ArgumentParser, listing: ArgumentParser) -> None:
    """Running the bot, and trying out what it would do."""
    run = _command(commands, "run", "watch the sources and post what matches", shared, page="run")
    run.add_argument("--once", action="store_true", help="poll what is due, deliver what is due, and exit")
    run.add_argument("--local", action="store_true", help="keep the local channel beside Slack and Discord")
    run.add_argument("--source", action="append", metavar="ADDRESS", help=f"instead of the config's: {SOURCES}")
    setup = _command(commands, "setup", "what to click to let the bot into a platform", page="setup", example="slack")
    setup.add_argument("platform", choices=("slack", "discord"), metavar="PLATFORM", help="slack or discord")
    told, example = "what the bot sees in a feed", "huggingface:daily"
    feed = _command(commands, "feed", told, shared, listing, page="feed", example=example)
    feed.add_argument("sources", nargs="+", metavar="SOURCE", help=SOURCES)
    told, example = "which papers match, and why; no database", "--explain --rule 'transformers quantization' sample:"
    match = _command(commands, "match", told, shared, listing, page="match", example=example)
    which = match.add_mutually_exclusive_group(required=True)
    which.add_argument("--rule", action="append", metavar="RULE", help="a rule; may be given more than once")
    which.add_argument("--rules", metavar="FILE", help="a file with one rule a line, # for comments")
    match.add_argument("--explain", action="store_true", help="misses too: which terms failed, and how near it was")
    match.add_argument("sources", nargs="+", metavar="SOURCE", help=SOURCES)


def _subscribing(commands: Any, shared: ArgumentParser, listing: ArgumentParser) -> None:
    """Who wants what."""
    for name, words, told in (
        ("subscribe", "RULE", "a rule as in a chat, and options such as mode:daily at:09:00"),
        ("unsubscribe", "RULE|ID", "a rule, or its number as `paper-round subscriptions` lists it"),
    ):
        example = "local:general transformers quantization"
        command = _command(
            commands, name, f"{name} a channel", shared, listing, page="subscriptions", action=name, example=example
        )
        command.add_argument("channel", metavar="CHANNEL", help=CHANNEL)
        command.add_argument("words", nargs="+", metavar=words, help=told)
    told = "who is subscribed to what"
    _command(commands, "subscriptions", told, shared, listing, page="subscriptions", action="list")
    told = "rules and options as text (TOML)"
    export = _command(commands, "export", told, shared, listing, page="exchanging", action="export", example="> a.toml")
    export.add_argument("channel", nargs="?", metavar="CHANNEL", default="", help="only this one's")
    export.add_argument("--complete", action="store_true", help="with people's ids and the keys of feeds' addresses")
    told = "read rules in; done again, nothing changes"
    importing = _command(
        commands, "import", told, shared, listing, page="exchanging", action="import", example="a.toml --dry-run"
    )
    importing.add_argument("file", metavar="FILE", help="what export wrote; - is standard input")
    importing.add_argument("--dry-run", action="store_true", help="show what would change, and change nothing")
    importing.add_argument("--map", action="append", metavar="OLD=NEW", help="rules of the channel OLD go to NEW")
    address = _command(
        commands, "address", "a secret address for a channel's page; or end it", shared, listing, page="address"
    )
    address.add_argument("channel", metavar="CHANNEL", help=CHANNEL)
    address.add_argument("--end", action="store_true", help="from now on the address leads nowhere")


def _watching(commands: Any, shared: ArgumentParser, listing: ArgumentParser) -> None:
    """What came, what comes, and what went wrong."""
    told = "what went where, and what waits or failed"
    _command(commands, "deliveries", told, shared, listing, page="deliveries")
    told = "what came, what comes, why nothing did"
    status = _command(commands, "status", told, shared, listing, page="standing", example="local:general")
    status.add_argument("channel", nargs="?", default="", metavar="CHANNEL", help="else each that has rules")
    _command(commands, "sources", "how each source is doing", shared, listing, page="sources")
    told = "what waits after an unusual day; let it go"
    held = _command(commands, "held", told, shared, listing, page="held", example="release arxiv:cs.CL")
    held.add_argument("action", nargs="?", choices=("release", "discard"), help="post it after all, or never")
    held.add_argument("source", nargs="?", metavar="SOURCE", help="only this source's, as it is listed")
    told = "what is well and what is not, and remedies"
    doctor = _command(commands, "doctor", told, shared, listing, page="doctor")
    doctor.add_argument("--offline", action="store_true", help="leave the world out: config and database only")


def _keeping(commands: Any, shared: ArgumentParser, listing: ArgumentParser) -> None:
    """Copies of the database, and forgetting."""
    for name, told, file in (
        ("backup", "copy the database while the bot runs", "where the copy goes; a new file"),
        ("restore", "put a backup in its place", "what backup wrote"),
    ):
        example = "paper-round-backup.db"
        command = _command(commands, name, told, shared, listing, page="copies", action=name, example=example)
        command.add_argument("file", metavar="FILE", help=file)
    told = "take a person out of the database"
    forget = _command(commands, "forget", told, shared, listing, page="forgetting", example="slack:U0ADA")
    forget.add_argument("person", metavar="USER", help="slack:U0ADA, discord:NUMBER, local:…")


def main(argv: list[str] | None = None) -> int:
    """Do what the words say; the exit code as in the epilog. No traceback reaches a person."""
    _speak_plainly()
    try:
        return _done(sys.argv[1:] if argv is None else argv)
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:  # `paper-round feed … | head`: the reader has seen enough
        return 0
    finally:
        _flush()


def arranged(argv: list[str]) -> list[str]:
    """The words as argparse wants them: `run` where no command stands first, and `-video` of a rule no option."""
    shared = ArgumentParser(add_help=False, allow_abbrev=False, exit_on_error=False)
    shared.add_argument("--config")
    shared.add_argument("--store")
    try:
        first = shared.parse_known_args(argv)[1][:1]
    except ArgumentError:  # an option without its value: told below, by the parser that knows the command
        return argv
    if first in (["subscribe"], ["unsubscribe"]):
        return [EXCLUDED + word if _excludes(word) else word for word in argv]
    return ["run", *argv] if first and first[0].startswith("-") and first[0] not in OWN else argv


def _excludes(word: str) -> bool:
    """Whether it reads `-video`: neither an option of ours nor a lone dash."""
    return len(word) > 1 and word[0] == "-" and word[1] != "-" and word not in OWN


def _speak_plainly() -> None:
    """What a stream's encoding cannot write becomes a mark there: no reason to stop."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace" if stream is sys.stdout else "backslashreplace")


def _flush() -> None:
    """Write what is left; to nowhere if stdout takes no more, so that Python's own last flush has nothing to say."""
    with suppress(OSError, ValueError, AttributeError):  # a stdout that is closed, or is none at all
        try:
            sys.stdout.flush()
        except OSError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _done(argv: list[str]) -> int:
    errors = import_module("bot.errors")
    try:
        words = _read(argv)
        code: int = import_module(f"bot.cli.{words.page}").main(words)
    except errors.WordsWrong as error:
        _say(error)
        return 2
    except errors.WorldFailed as error:
        _say(error)
        return 1
    return code


def _read(argv: list[str]) -> Namespace:
    words = parser().read(arranged(argv))
    words.config = getattr(words, "config", None)
    words.store = getattr(words, "store", None)
    words.channel = getattr(words, "channel", "").removeprefix(EXCLUDED)
    words.words = [word.removeprefix(EXCLUDED) for word in getattr(words, "words", ())]
    return words


def _say(error: Exception) -> None:
    """The sentence, and the place it is about, on stderr."""
    caret = getattr(error, "caret", None)
    text = f"{caret()}\n{error}" if caret else str(error)
    if sys.stderr is not None:  # `2>&-`: nobody wants to hear it
        sys.stderr.write(text.encode("utf-8", "replace").decode("utf-8") + "\n")


if __name__ == "__main__":
    sys.exit(main())
