"""`paper-round export [CHANNEL]` and `import FILE`: rules and options as text, from bot to bot."""

from __future__ import annotations

import sys
from argparse import Namespace
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from bot import exchange, importing, options, rules
from bot.cli.progress import progress
from bot.cli.subscriptions import require_served, who
from bot.cli.world import clock, opened_store, print_rows, run, settings, tell
from bot.errors import WordsWrong
from bot.feeds import OwnFeed
from bot.importing import Entry, Step
from bot.model import Bookmark, Channel, Customs, Poll, Subscription
from bot.ports import Store
from bot.sources import mask

COLUMNS = {"change": 8, "channel": 28, "what": 50, "options": 0}
MOST = 64 * 1024 * 1024
"""Bytes of a file that is read in: half a million rules."""


def main(words: Namespace) -> int:
    """Write the text, or read it."""
    return run(_export(words) if words.action == "export" else _import(words))


async def _export(words: Namespace) -> int:
    only = Channel.parse(words.channel) if words.channel else None
    async with opened_store(settings(words)) as store:
        rules, feeds = await store.subscriptions(only), await store.feeds(only)
        places = sorted({one.channel for one in rules} | {one.channel for one in feeds} | ({only} if only else set()))
        customs = await store.customs(places)
    mine: dict[Channel, list[Subscription]] = defaultdict(list)
    own: dict[Channel, list[OwnFeed]] = defaultdict(list)
    for rule in rules:
        mine[rule.channel].append(rule)
    for feed in feeds:
        own[feed.channel].append(feed)
    kept = [exchange.Kept(customs[place], tuple(mine[place]), tuple(own[place])) for place in places]
    if only and not rules and not feeds:
        tell(f"{only} has no rules.")
    if words.complete:
        tell("It holds people's ids and the keys of feeds' addresses: keep it as you keep the database.")
    sys.stdout.write(exchange.write(kept, clock(), complete=words.complete))
    return 0


async def _import(words: Namespace) -> int:
    given = settings(words)
    acronyms = rules.extend(given.file.meanings())
    entries = importing.read(_text(words.file), acronyms, _moved(words.map or ()))
    for entry in entries:
        require_served(entry.channel)
    async with opened_store(given) as store:
        customs = await store.customs([entry.channel for entry in entries])
        steps = importing.compare(entries, await store.subscriptions(), customs, await store.feeds())
        if not words.dry_run:
            await _take(steps, store)
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
    except (OSError, RuntimeError) as error:
        raise WordsWrong(f"{file} cannot be read: {getattr(error, 'strerror', None) or error}.") from error
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


async def _take(steps: Sequence[Step], store: Store) -> None:
    """Each change; what is the same already is left alone, so that doing it again does nothing."""
    todo = [step for step in steps if step.kind != "same"]
    with progress("Importing") as told:
        for done, step in enumerate(todo, 1):
            await _put(step.wanted, store)
            told(done, len(todo))


async def _put(wanted: Subscription | Customs | OwnFeed, store: Store) -> None:
    maker = f"console:{who()}"
    match wanted:
        case Subscription():
            await store.subscribe(replace(wanted, creator=wanted.creator or maker), clock())
        case Customs():
            await store.keep_customs(wanted)
        case OwnFeed():  # read for the first time by the running bot: what it holds then is known, and not posted
            known = await store.bookmark(wanted.address) or Bookmark(wanted.address)
            await store.add_feed(replace(wanted, creator=maker), Poll(known), clock())


def _row(step: Step) -> dict[str, Any]:
    what, wanted = _named(step.wanted)
    before = _named(step.before)[1] if step.before else ""
    shown = f"{before or 'none'} → {wanted or 'none'}" if step.kind == "changed" and wanted != before else wanted
    return {"change": step.kind, "channel": str(step.channel), "what": what, "options": shown}


def _named(one: Subscription | Customs | OwnFeed) -> tuple[str, str]:
    """What it is, and how it is wanted."""
    match one:
        case Subscription():
            return one.rule, options.write(one.options) + (" (paused)" if one.state == "paused" else "")
        case Customs():
            zone = f" zone {one.zone}" if one.zone else ""
            rights = f" who:{','.join(one.who)}" if one.who else ""
            return "(the channel's own)", f"{options.write(one.options)}{zone}{rights}".strip()
        case OwnFeed():
            return mask(one.address), ""


def _summed(steps: Sequence[Step], entries: Sequence[Entry], *, dry: bool) -> str:
    count = {kind: sum(step.kind == kind for step in steps) for kind in ("new", "changed", "same")}
    would = "would be " if dry else ""
    end = " Nothing was changed: leave --dry-run out to do it." if dry else ""
    told = f"{count['new']} {would}new, {count['changed']} {would}changed, {count['same']} as they are"
    return f"{len(entries)} channel{'s' * (len(entries) != 1)}: {told}.{end}"
