"""The front door: the command line. Parses words and nothing else, so that `--help` starts as fast as Python does."""

from __future__ import annotations

import os
import sys
from argparse import SUPPRESS, ArgumentError, ArgumentParser, Namespace
from contextlib import suppress
from importlib import import_module
from io import TextIOWrapper
from typing import Any

VERSION = "0.1.0"

OWN = ("-h", "--help", "--version")
"""What stands before any command and is about the program itself."""

EXCLUDED = "\0"
"""Before a rule's `-video` while argparse reads the words; nothing typed can hold it."""

SOURCES = (
    "https: address, file, - (standard input), sample:, or a preset such as arxiv:cs.CL+cs.LG or huggingface:daily"
)


def parser() -> ArgumentParser:
    """Every command and its words; `page` names the module of bot/cli that does it."""
    shared = ArgumentParser(add_help=False)
    shared.add_argument("--config", metavar="FILE", default=SUPPRESS, help="settings (default: ./config/bot.toml)")
    shared.add_argument(
        "--store", metavar="PATH", default=SUPPRESS, help="the database (default: BOT_STORE, or your data folder)"
    )
    listing = ArgumentParser(add_help=False)
    listing.add_argument("--json", action="store_true", help="one JSON object a line")

    top = ArgumentParser(
        prog="paper-round",
        description="Brings research papers to the teams who should read them, in Slack and in Discord.",
        epilog="No command: run, with its options. "
        "Exit 0: done; 1: the world failed (a source, a platform, a database); 2: the words were wrong.",
        parents=[shared],
    )
    top.add_argument("--version", action="version", version=f"paper-round {VERSION}")
    commands = top.add_subparsers(metavar="COMMAND", dest="command")

    run = commands.add_parser("run", parents=[shared], help="watch the sources and post what matches")
    run.add_argument("--once", action="store_true", help="poll what is due, deliver what is due, and exit")
    run.add_argument("--local", action="store_true", help="keep the local channel beside Slack and Discord")
    run.add_argument("--source", action="append", metavar="ADDRESS", help=f"instead of the config's: {SOURCES}")
    run.set_defaults(page="run")

    feed = commands.add_parser("feed", parents=[shared, listing], help="what the bot sees in a feed")
    feed.add_argument("sources", nargs="+", metavar="SOURCE", help=SOURCES)
    feed.set_defaults(page="feed")

    match = commands.add_parser("match", parents=[shared, listing], help="which papers match, and why; no database")
    which = match.add_mutually_exclusive_group(required=True)
    which.add_argument("--rule", action="append", metavar="RULE", help="a rule; may be given more than once")
    which.add_argument("--rules", metavar="FILE", help="a file with one rule a line, # for comments")
    match.add_argument("--explain", action="store_true", help="misses too: which terms failed, and how near it was")
    match.add_argument("sources", nargs="+", metavar="SOURCE", help=SOURCES)
    match.set_defaults(page="match")

    for name, words in (("subscribe", "RULE"), ("unsubscribe", "RULE|ID")):
        command = commands.add_parser(name, parents=[shared, listing], help=f"{name} a channel")
        command.add_argument(
            "channel", metavar="CHANNEL", help="local:NAME, slack:TEAM/CHANNEL, discord:SERVER/CHANNEL"
        )
        command.add_argument("words", nargs="+", metavar=words)
        command.set_defaults(page="subscriptions", action=name)
    listed = commands.add_parser("subscriptions", parents=[shared, listing], help="who is subscribed to what")
    listed.set_defaults(page="subscriptions", action="list")
    sent = commands.add_parser(
        "deliveries", parents=[shared, listing], help="what went where, and what waits or failed"
    )
    sent.set_defaults(page="deliveries")
    stands = commands.add_parser("status", parents=[shared, listing], help="what came, what comes, why nothing did")
    stands.add_argument("channel", nargs="?", default="", metavar="CHANNEL", help="else each that has rules")
    stands.set_defaults(page="standing")
    watched = commands.add_parser("sources", parents=[shared, listing], help="how each source is doing")
    watched.set_defaults(page="sources")
    held = commands.add_parser("held", parents=[shared, listing], help="what waits after an unusual day; let it go")
    held.add_argument("action", nargs="?", choices=("release", "discard"), help="post it after all, or never")
    held.add_argument("source", nargs="?", metavar="SOURCE", help="only this source's, as it is listed")
    held.set_defaults(page="held")
    address = commands.add_parser(
        "address", parents=[shared, listing], help="a secret address for a channel's page; or end it"
    )
    address.add_argument("channel", metavar="CHANNEL", help="local:NAME, slack:TEAM/CHANNEL, discord:SERVER/CHANNEL")
    address.add_argument("--end", action="store_true", help="from now on the address leads nowhere")
    address.set_defaults(page="address")
    _keeping(commands, shared, listing)
    _beginning(commands)
    top.set_defaults(page="run", once=False, local=False, source=None)
    return top


def _beginning(commands: Any) -> None:
    """What is done once, before the bot runs."""
    setup = commands.add_parser("setup", help="what to click to let the bot into a platform")
    setup.add_argument("platform", choices=("slack",), metavar="slack")
    setup.set_defaults(page="setup")


def _keeping(commands: Any, shared: ArgumentParser, listing: ArgumentParser) -> None:
    """The commands of whoever runs the bot: is it well, copies, rules as text, forgetting."""
    doctor = commands.add_parser("doctor", parents=[shared, listing], help="what is well and what is not, and remedies")
    doctor.add_argument("--offline", action="store_true", help="leave the world out: config and database only")
    doctor.set_defaults(page="doctor")
    for name, told in (("backup", "copy the database while the bot runs"), ("restore", "put a backup in its place")):
        command = commands.add_parser(name, parents=[shared, listing], help=told)
        command.add_argument("file", metavar="FILE")
        command.set_defaults(page="copies", action=name)
    export = commands.add_parser("export", parents=[shared, listing], help="rules and options as text (TOML)")
    export.add_argument("channel", nargs="?", metavar="CHANNEL", default="", help="only this one's")
    export.add_argument("--complete", action="store_true", help="with people's ids and the keys of feeds' addresses")
    export.set_defaults(page="exchanging", action="export")
    importing = commands.add_parser(
        "import", parents=[shared, listing], help="read rules in; done again, nothing changes"
    )
    importing.add_argument("file", metavar="FILE", help="what export wrote; - is standard input")
    importing.add_argument("--dry-run", action="store_true", help="show what would change, and change nothing")
    importing.add_argument("--map", action="append", metavar="OLD=NEW", help="rules of the channel OLD go to NEW")
    importing.set_defaults(page="exchanging", action="import")
    forget = commands.add_parser("forget", parents=[shared, listing], help="take a person out of the database")
    forget.add_argument("person", metavar="USER", help="slack:U0ADA, discord:NUMBER, local:…")
    forget.set_defaults(page="forgetting")


def main(argv: list[str] | None = None) -> int:
    """Do what the words say; the exit code as in the epilog. No traceback reaches a person."""
    _speak_plainly()
    words = parser().parse_args(arranged(sys.argv[1:] if argv is None else argv))
    words.config = getattr(words, "config", None)
    words.store = getattr(words, "store", None)
    words.channel = getattr(words, "channel", "").removeprefix(EXCLUDED)
    words.words = [word.removeprefix(EXCLUDED) for word in getattr(words, "words", ())]
    try:
        return _do(words)
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


def _do(words: Namespace) -> int:
    errors = import_module("bot.errors")
    try:
        code: int = import_module(f"bot.cli.{words.page}").main(words)
    except errors.WordsWrong as error:
        _say(error)
        return 2
    except errors.WorldFailed as error:
        _say(error)
        return 1
    return code


def _say(error: Exception) -> None:
    """The sentence, and the place it is about, on stderr."""
    caret = getattr(error, "caret", None)
    text = f"{caret()}\n{error}" if caret else str(error)
    if sys.stderr is not None:  # `2>&-`: nobody wants to hear it
        sys.stderr.write(text.encode("utf-8", "replace").decode("utf-8") + "\n")


if __name__ == "__main__":
    sys.exit(main())
