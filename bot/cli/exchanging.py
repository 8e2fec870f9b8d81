"""`paper-round export [CHANNEL]` and `import FILE`: rules and options as text, from bot to bot."""

from __future__ import annotations

import sys
from argparse import Namespace
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from bot import exchange, options, rules
from bot.cli.progress import progress
from bot.cli.subscriptions import require_served, who
from bot.cli.world import clock, opened_store, print_rows, run, settings, tell
from bot.errors import WordsWrong
from bot.exchange import Entry, Step
from bot.model import Channel, Customs
from bot.ports import Store

COLUMNS = {"change": 8, "channel": 28, "rule": 50, "options": 0}
MOST = 64 * 1024 * 1024
"""Bytes of a file that is read in: half a million rules."""


def main(words: Namespace) -> int:
    """Write the text, or read it."""
    return run(_export(words) if words.action == "export" else _import(words))


async def _export(words: Namespace) -> int:
    only = Channel.parse(words.channel) if words.channel else None
    async with opened_store(settings(words)) as store:
        mine = await store.subscriptions(only)
        customs = await store.customs([only] if only else list({one.channel for one in mine}))
    if only and not mine:
        tell(f"{only} has no rules.")
    sys.stdout.write(exchange.write(mine, customs))
    return 0


async def _import(words: Namespace) -> int:
    given = settings(words)
    acronyms = rules.extend(given.file.meanings())
    entries = exchange.read(_text(words.file), acronyms, _moved(words.map or ()))
    for entry in entries:
        require_served(entry.channel)
    async with opened_store(given) as store:
        customs = await store.customs([entry.channel for entry in entries])
        steps = exchange.compare(entries, await store.subscriptions(), customs)
        if not words.dry_run:
            await _take(steps, customs, store)
    changed = [step for step in steps if step.kind != "same"]
    print_rows([_row(step) for step in changed], as_json=words.json, columns=COLUMNS)
    tell(_summed(steps, entries, dry=words.dry_run))
    return 0


def _text(file: str) -> str:
    try:
        raw = sys.stdin.buffer.read(MOST + 1) if file == "-" else _read(Path(file).expanduser())
        if len(raw) > MOST:
            raise WordsWrong(f"{file} is larger than {MOST // 1024 // 1024} MB: divide it.")
        return raw.decode("utf-8-sig")
    except OSError as error:
        raise WordsWrong(f"{file} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise WordsWrong(f"{file} is not UTF-8 text: save it as such.") from error


def _read(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(MOST + 1)


def _moved(pairs: Sequence[str]) -> dict[str, str]:
    """`OLD=NEW` from the command line; each must be a channel."""
    found = {}
    for pair in pairs:
        old, equals, new = pair.partition("=")
        if not equals:
            raise WordsWrong(f"--map takes OLD=NEW, such as slack:T0LAB/C0GENERAL=discord:1/2; {pair!r} is not that.")
        found[str(Channel.parse(old))] = str(Channel.parse(new))
    return found


async def _take(steps: Sequence[Step], customs: Mapping[Channel, Customs], store: Store) -> None:
    """Each change; what is the same already is left alone, so that doing it again does nothing."""
    todo = [step for step in steps if step.kind != "same"]
    with progress("Importing") as told:
        for done, step in enumerate(todo):
            if step.subscription is None:
                await store.keep_customs(replace(customs[step.channel], options=step.options))
            else:
                wanted = step.subscription
                maker = wanted.creator or f"console:{who()}"
                await store.subscribe(replace(wanted, creator=maker), clock())
            told(done + 1, len(todo))


def _row(step: Step) -> dict[str, Any]:
    wanted, before = options.write(step.options), options.write(step.before)
    shown = f"{before or 'none'} → {wanted or 'none'}" if step.kind == "changed" and wanted != before else wanted
    paused = " (paused)" if step.subscription and step.subscription.state == "paused" else ""
    return {
        "change": step.kind,
        "channel": str(step.channel),
        "rule": step.subscription.rule if step.subscription else "(all of the channel's)",
        "options": f"{shown}{paused}",
    }


def _summed(steps: Sequence[Step], entries: Sequence[Entry], *, dry: bool) -> str:
    count = {kind: sum(step.kind == kind for step in steps) for kind in ("new", "changed", "same")}
    would = "would be " if dry else ""
    end = " Nothing was changed: leave --dry-run out to do it." if dry else ""
    return (
        f"{len(entries)} channels: {count['new']} {would}new, {count['changed']} {would}changed, "
        f"{count['same']} as they are.{end}"
    )
