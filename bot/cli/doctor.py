"""`paper-round doctor`: what is well and what is not, from the config to each channel, each fault with its remedy."""

from __future__ import annotations

import asyncio
from argparse import Namespace
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import timedelta
from importlib import import_module
from typing import Any

from bot import checks, health, options, store
from bot.chat import NEEDS
from bot.chat.mail import checks as mailing
from bot.checks import Check, Findings, fault, note, ok
from bot.cli import pages
from bot.cli.parsing import Parser
from bot.cli.progress import progress
from bot.cli.run import connected
from bot.cli.world import clock, opened_fetch, opened_store, print_rows, run, settings, source
from bot.config import Settings
from bot.errors import SettingsError, SourceFailed, StoreFailed, WordsWrong
from bot.fetch import Fetcher
from bot.model import Bookmark, Channel, Feed
from bot.proxies import proxy_for, require_proxies
from bot.replies import standing
from bot.replies.words import counted
from bot.sources import mask

SHOWN = 50
"""Channels of a platform that are well and have a line each; of more of them, one line says so."""

WIDEST = 50
"""Characters of what a line is about: a Discord channel by its ids has 48."""

LATELY = timedelta(hours=1)
"""A source that answered so lately is not asked again: its owner has been asked enough."""


def main(words: Namespace) -> int:
    """Look at everything; 1 on a fault."""
    found = run_checks(words)
    wide = max(24, *(min(WIDEST, len(check.about)) for check in found))
    rows = [_row(check, wide) for check in found]
    print_rows(rows, as_json=words.json, columns={"check": wide, "verdict": 7, "told": 0})
    return int(checks.failed(found))


def _row(check: Check, wide: int) -> dict[str, Any]:
    """A line of the table; the remedy stands under its fault there, and apart in JSON."""
    told = f"{check.said}\n{'':{wide + 11}}→ {check.remedy}" if check.remedy else check.said
    return {
        "check": check.about,
        "verdict": {"fault": "FAULT"}.get(check.verdict, check.verdict),
        "told": told,
        "said": check.said,
        "remedy": check.remedy or None,
    }


def run_checks(words: Namespace) -> list[Check]:
    """All checks in turn; what cannot be looked at for a fault before it is left out."""
    try:
        given = settings(words)
    except SettingsError as error:
        return [fault("config", str(error), "Mend what is named there, then ask again: paper-round doctor")]
    found: list[Check] = []

    async def looked() -> int:
        found.extend(await _all(given, offline=words.offline))
        return 0

    with progress("Looking"):
        run(looked())
    return found


async def _all(given: Settings, *, offline: bool) -> list[Check]:
    feeds, found = config(given)
    database = await asyncio.to_thread(store.examine, given.store)
    found += database
    broken = checks.failed(one for one in database if one.about in ("database", "database folder", "schema"))
    known, channels, mine = ({}, [], []) if broken else await _remembered(given, database)
    platforms = _tokens(given, found)
    if offline or any(one.about == "proxy" and one.verdict == "fault" for one in found):
        why = "--offline." if offline else "nothing can be asked through that proxy."
        found.append(await _mail(given, channels, offline=True))
        return [*found, *(_remembered_source(feed, known) for feed in feeds), note("world", f"Left out: {why}")]
    dates: list[tuple[str, str]] = []
    for platform in platforms:
        told = await _platform(platform, given, [one for one in channels if one.platform == platform])
        found += told.checks
        dates.append((platform.capitalize(), told.date))
    found += _silent(channels, platforms)
    found.append(await _mail(given, channels, offline=False))
    found += await _sources(given, [*feeds, *mine], known, dates)
    return [*found, _clock(dates)]


# ── config ──────────────────────────────────────────────────────────────────────────────────────────


def config(given: Settings) -> tuple[list[Feed], list[Check]]:
    """The config's feeds, and what is to be said of it."""
    found, feeds = [ok("config", f"{given.path} can be read.")], []
    for number, one in enumerate(given.file.sources, 1):
        try:
            feeds.append(source(one.address))
        except WordsWrong as error:
            found.append(fault(f"[[sources]] {number}", str(error), f"Mend or remove it in {given.path}."))
    if given.file.delivery.tz not in options.known_zones():
        said = f"There is no time zone {given.file.delivery.tz!r}."
        found.append(fault("[delivery] tz", said, f"Name one by its city in {given.path}, such as Europe/Berlin."))
    try:
        require_proxies(given.env)
        through = proxy_for("https://arxiv.org/", given.env)
    except SettingsError as error:
        found.append(fault("proxy", str(error), "Set that variable to such an address, or take it out."))
    else:
        if through:
            found.append(note("proxy", f"The web is asked through {mask(through)}. {PROXIED}"))
    if given.file.polling.allow_private_feeds:
        found.append(note("[polling]", "Feeds on private addresses are allowed, those that people add as well."))
    return feeds, found


PROXIED = (
    "It looks names up by itself, so a name that leads to a private address is not seen here: let it refuse those."
)


def _tokens(given: Settings, found: list[Check]) -> list[str]:
    """The platforms whose variables are all set."""
    try:
        platforms = connected(given.env)
    except SettingsError as error:
        where = "Set that one as well (the README, “in five minutes”, says where it is found), or take out the others."
        found.append(fault("tokens", str(error), where))
        return []
    if not platforms:
        found.append(note("tokens", "None are set: only the channel in the browser is served."))
    return platforms


# ── what the store remembers ────────────────────────────────────────────────────────────────────────


async def _remembered(
    given: Settings, database: Sequence[Check]
) -> tuple[Mapping[str, Bookmark], list[Channel], list[Feed]]:
    """Bookmarks, channels with rules, and channels' own feeds; nothing where the file is still to be made."""
    if not any(check.about == "schema" and check.verdict == "ok" for check in database):  # opening would migrate it
        return {}, [], []
    async with opened_store(given) as opened:
        rules = await opened.subscriptions()
        own = [Feed(one.address, one.address) for one in await opened.feeds()]
        return await opened.bookmarks(), list(dict.fromkeys(one.channel for one in rules)), own


def _remembered_source(feed: Feed, known: Mapping[str, Bookmark]) -> Check:
    """How a source was doing when it was last asked."""
    about, bookmark = mask(feed.address), known.get(feed.address)
    told = health.told(feed, bookmark, clock())
    if told.wrong:
        return fault(about, f"It {standing.state(told, clock())}.", remedy(told.state))
    return ok(about, _well(told, bookmark))


def _well(told: health.Health, bookmark: Bookmark | None) -> str:
    """How a source with which nothing is wrong was doing when it last answered, and when that was."""
    if bookmark is None or told.state == "new":
        return "It has not been asked yet."
    answered = bookmark.habits.answered_at
    then = standing.ago(answered, clock()) if answered else ""
    asked = f" It last answered {then if then.endswith('ago') else 'on ' + then}." if then else ""
    return f"It {standing.state(told, clock())}.{asked}"


def remedy(state: str) -> str:
    """What mends a source in this state."""
    return {
        "blocked": "Open the address in a browser on this machine's network; ask its owner to let feed readers in.",
        "gone": "Take it out of [[sources]], or put its new address there.",
        "stale": "Look at its own page: if that is as old, its owner has stopped; else its feed has moved.",
        "slow": "Nothing, if it is only today; else look for another feed of the same papers.",
    }.get(state, "Open the address in a browser; mend it in [[sources]] if it has moved, else wait: it is tried again.")


# ── the world ───────────────────────────────────────────────────────────────────────────────────────


async def _platform(platform: str, given: Settings, channels: list[Channel]) -> Findings:
    """What the platform says of tokens and channels."""
    ask: Callable[[Mapping[str, str], Sequence[Channel]], Awaitable[Findings]]
    ask = import_module(f"bot.chat.{platform}.checks").health
    told = await ask(given.env, channels)
    names = {str(channel) for channel in channels}
    well = [one for one in told.checks if one.about in names and one.verdict == "ok"]
    if len(well) <= SHOWN:
        return told
    rest = [one for one in told.checks if one not in well]
    return Findings((*rest, ok(platform, f"{len(well):,} channels can be posted to.")), told.date)


async def _mail(given: Settings, channels: Sequence[Channel], *, offline: bool) -> Check:
    try:
        base = pages.public_url(given.env)
    except SettingsError as error:
        return checks.split("BOT_PUBLIC_URL", str(error))
    return await mailing.health(given.env, base, sum(one.platform == "email" for one in channels), offline=offline)


def _silent(channels: Sequence[Channel], platforms: Sequence[str]) -> list[Check]:
    """Channels of platforms that are not connected."""
    found = []
    for platform in NEEDS.keys() - set(platforms):
        if count := sum(one.platform == platform for one in channels):
            have, whose = ("1 channel has", "its") if count == 1 else (f"{count:,} channels have", "their")
            said = f"{have} rules, and {platform.capitalize()} is not connected: {whose} papers wait."
            found.append(fault(platform, said, f"Set {' and '.join(NEEDS[platform])}, or end those rules."))
    return found


async def _sources(
    given: Settings, feeds: Sequence[Feed], known: Mapping[str, Bookmark], dates: list[tuple[str, str]]
) -> list[Check]:
    """Each source, as it answers now, or did a moment ago."""
    parser = Parser()
    try:
        async with opened_fetch(given) as fetch:
            each = [_source(feed, known.get(feed.address), fetch, parser, dates) for feed in dict.fromkeys(feeds)]
            return list(await asyncio.gather(*each))
    finally:
        await parser.close()


async def _source(
    feed: Feed, bookmark: Bookmark | None, fetch: Fetcher, parser: Parser, dates: list[tuple[str, str]]
) -> Check:
    about, now = mask(feed.address), clock()
    answered = bookmark.habits.answered_at if bookmark else None
    told = health.told(feed, bookmark, now)
    if bookmark and answered and now - answered < LATELY and not told.wrong:
        return ok(about, _well(told, bookmark))
    if bookmark and bookmark.failures and bookmark.due and bookmark.due > now:
        said = f"It {standing.state(told, now)}. It is asked again on {bookmark.due.day} {bookmark.due:%B, %H:%M} UTC."
        return fault(about, said, remedy(told.state))
    try:
        fetched = await fetch(feed, bookmark or Bookmark(feed.address))
        reading = None if fetched.body is None else await parser(fetched, feed, Bookmark(feed.address))
    except SourceFailed as error:
        said, _, mended = str(error).partition("; use ")
        return fault(about, f"{said.rstrip('.')}.", f"Use {mended}" if mended else remedy("failing"))
    except (StoreFailed, OSError) as error:
        return fault(about, str(error), remedy("failing"))
    dates.append((about, fetched.date))
    if told.state == "stale":
        return fault(about, f"It {standing.state(told, now)}.", remedy("stale"))
    return ok(
        about,
        "It is unchanged." if reading is None else f"It has {counted(len(reading.papers), 'paper')} ({reading.kind}).",
    )


def _clock(dates: Sequence[tuple[str, str]]) -> Check:
    """By the first answer that told the time."""
    of, date = next(((of, date) for of, date in dates if date), ("", ""))
    return checks.clock(date, clock(), of)
