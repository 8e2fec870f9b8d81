"""`paper-round run`: the whole bot. Wires the real rooms together, then lets the flow run until it is told to stop."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
from argparse import Namespace
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from importlib import import_module
from pathlib import Path
from typing import Any

from bot import flow, rights
from bot.chat import ADDRESSES, CHOOSES, KEEPS, NEEDS, at_home, local
from bot.chat.mail.server import OFF, Server
from bot.cli import firsts, logs, loop, mailing, pages, posting, sparing, ticking, upkeep
from bot.cli.counting import counted, figures
from bot.cli.looks import LOOKS
from bot.cli.parsing import Parser
from bot.cli.world import clock, opened_fetch, opened_store, settings, source, tell
from bot.config import Limits, Settings
from bot.errors import PlatformFailed, SettingsError, WordsWrong
from bot.fetch import Joined
from bot.flow import World
from bot.matching import Matcher
from bot.model import Feed, Heard, Reply
from bot.options import known_zones
from bot.ports import Answer, Chat, Store, Wary
from bot.rules import extend
from bot.web.measures import Measures

log = logging.getLogger("paper-round")

LAST_WORDS = 3.0
"""Seconds that platforms get to close. With what posts get (`posting.end`) and open pages (`web.port`) it stays under
ten, after which whoever runs services kills: https://www.freedesktop.org/software/systemd/man/systemd.service.html"""


def main(words: Namespace) -> int:
    """Run until stopped, or once; 1 when a source or a platform failed in a single run."""
    found = settings(words)
    logs.begin(found.file.logs.format, logs.secrets_of(found.env.items()))
    platforms = connected(found.env)
    require_home(found, platforms)
    mail = mailing.wanted(found)
    feeds = chosen(words.source or _configured(found), platforms)
    if platforms and any(source(address).url == "sample:" for address in words.source or ()):
        tell("The sample is left out while a platform is connected: it is for a first look.")
    return loop.run(_run(words, found, platforms, feeds, mail))


def connected(env: Mapping[str, str]) -> list[str]:
    """The platforms whose variables are set; `SettingsError` when only some of a platform's are."""
    for platform, needs in NEEDS.items():
        missing = [name for name in needs if not env.get(name)]
        if missing and len(missing) < len(needs):
            raise SettingsError(f"{platform.capitalize()} needs {' and '.join(needs)}; {missing[0]} is not set.")
    return [platform for platform, needs in NEEDS.items() if all(env.get(name) for name in needs)]


def require_home(found: Settings, platforms: list[str]) -> None:
    """`SettingsError` when a platform itself, and not a stand-in on this machine, would be posted to at a pace."""
    away = [platform for platform in platforms if not at_home(platform, found.env)]
    if away and found.file.limits.pace != 1:
        raise SettingsError(
            f"The config {found.path} is wrong: [limits] pace: it is for tests with a stand-in on this machine, and "
            f"{away[0].capitalize()} would bar us for it: take it out, or let {ADDRESSES[away[0]]} be at 127.0.0.1."
        )


def _configured(found: Settings) -> list[str]:
    """The config's sources; what is wrong with one is told with its file and key."""
    for number, one in enumerate(found.file.sources, 1):
        try:
            source(one.address)
        except WordsWrong as error:
            raise SettingsError(
                f"The config {found.path} is wrong: [[sources]] number {number}, address: {error}"
            ) from error
    return [one.address for one in found.file.sources]


def chosen(addresses: list[str], platforms: list[str]) -> list[Feed]:
    """The feeds to watch, each once. The sample is a newcomer's: it is left out where a platform is connected."""
    feeds = list(dict.fromkeys(source(address) for address in addresses))
    return [feed for feed in feeds if not (feed.url == "sample:" and platforms)]


def _zone(found: Settings) -> str:
    """The zone of channels that have set none; `SettingsError` for one that does not exist."""
    name = found.file.delivery.tz
    if name not in known_zones():  # read here, before anybody waits for an answer
        raise SettingsError(
            f"The config {found.path} is wrong: [delivery] tz: there is no time zone {name!r}; "
            "zones are named by their city, such as Europe/Berlin."
        )
    return name


async def _run(
    words: Namespace, settings: Settings, platforms: list[str], feeds: list[Feed], mail: Server | str
) -> int:
    zone = _zone(settings)  # before anything is said or opened
    async with AsyncExitStack() as stack:
        store = await stack.enter_async_context(opened_store(settings))
        await store.lead()
        tell(f"The database is {whereabouts(settings.store)}")
        measures = Measures(feeds)
        chats = await _connect(stack, platforms, settings, store, measures, mail)
        fetch = await stack.enter_async_context(opened_fetch(settings))
        parser = Parser()
        stack.push_async_callback(parser.close)
        acronyms = extend(settings.file.meanings())
        max_age = timedelta(days=settings.file.polling.max_age_days)
        shared = frozenset(feed.address for feed in feeds)
        world = World(store, clock, fetch, parser, chats, Matcher(acronyms), acronyms, max_age, shared, zone)
        world = replace(world, base=pages.public_url(settings.env), mail_off=mail if isinstance(mail, str) else "")
        world = replace(world, who=rights.default(settings.file.rights.who))
        world = replace(world, tally=measures, fetch=Joined(fetch, lambda: ticking.sound(feeds, world), clock))
        if words.once:
            await _tell_silent(store, chats, mail)
            return await ticking.once(feeds, world)
        refused: dict[str, str] = {}
        if served := words.local or not platforms or world.base is not None:
            await stack.enter_async_context(_pages(settings, world, feeds, refused, measures, mail))
        else:
            await stack.enter_async_context(figures(settings, measures, store, feeds))
        await _tell_silent(store, chats, mail)  # last: whoever tries it out needs the address
        beside = [upkeep.keep_all(world, upkeep.retention(settings.file.keep)), upkeep.tell_all(feeds, world)]
        beside += [sparing.keep_small(), firsts.show(feeds, world)]
        return await _until_stopped(world, feeds, platforms, refused, beside, served=served)


def whereabouts(store: str) -> str:
    """A store's path in full: start-up says where it is, and `bot.db` is somewhere else from every folder."""
    try:
        return store if store.startswith("sqlite:") else str(Path(store).expanduser().absolute())
    except (OSError, RuntimeError):  # no home to expand ~ with: said as it was typed
        return store


async def _tell_silent(store: Store, chats: Mapping[str, Chat], mail: Server | str) -> None:
    """Channels of a platform that is not connected get nothing: their silence is explained at once.

    That mail is off is told to whoever has set something of it, or has mailboxes that wait; others did not ask for it.
    """
    wanting = {channel.platform for channel in await store.wanting()} - chats.keys()
    if isinstance(mail, str) and (mail != OFF or "email" in wanting):
        tell(mail)
    if "email" in wanting:
        tell("Mailboxes have subscriptions: their digests wait until mail is on.")
    for platform in sorted(wanting & NEEDS.keys()):
        needs = " and ".join(NEEDS[platform])
        tell(f"{platform.capitalize()} has subscriptions but is not connected: their posts wait until {needs} is set.")


async def _connect(
    stack: AsyncExitStack,
    platforms: list[str],
    settings: Settings,
    store: Store,
    measures: Measures,
    mail: Server | str,
) -> dict[str, Chat]:
    """The chats by platform; the local one is always there, so that `local:` subscriptions are served."""
    chats: dict[str, Chat] = {"local": local.connect(store, clock)}
    stack.push_async_callback(_close, chats)  # also when a later one does not connect
    open_ = settings.file.rights.who in ("anyone", "creator")
    for platform in platforms:
        page = import_module(f"bot.chat.{platform}")
        kept = (store, clock) if platform in KEEPS else ()
        shown = {"to_all": open_} if platform in CHOOSES else {}
        chats[platform] = await page.connect(settings.env, *kept, **shown)
    if not isinstance(mail, str):
        chats["email"] = await mailing.connected(mail, settings, store)
    limit(chats, settings.file.limits)
    for platform, chat in chats.items():
        if isinstance(chat, Wary):
            measures.watch_refusals(platform, chat.refusals)
            chat.hear_limits(measures.limits_of(platform))
    return {platform: counted(chat, measures) for platform, chat in chats.items()}


def limit(chats: Mapping[str, Chat], limits: Limits) -> None:
    """How often each chat is spoken to, as the settings say."""
    if "slack" in chats and limits.workspace:
        chats["slack"].crowd = timedelta(seconds=1 / limits.workspace)
    for chat in chats.values():
        chat.pace, chat.crowd = chat.pace / limits.pace, chat.crowd / limits.pace


async def _close(chats: Mapping[str, Chat]) -> None:
    """Let go of the platforms, all at once and for a moment only: whoever stops us waits ten seconds in all."""
    closing = [asyncio.create_task(chat.close()) for chat in chats.values()]
    await asyncio.wait(closing, timeout=LAST_WORDS)
    for task in closing:
        task.cancel()
    for ended in await asyncio.gather(*closing, return_exceptions=True):
        if isinstance(ended, Exception):
            log.warning("a platform could not be left in order (%s)", type(ended).__name__)


@asynccontextmanager
async def _pages(
    settings: Settings,
    world: World,
    feeds: list[Feed],
    refused: Mapping[str, str],
    measures: Measures,
    mail: Server | str,
) -> AsyncIterator[None]:
    """The pages and the local channel, at an address that is told."""
    from bot import web
    from bot.web import metering

    async def watched() -> list[Feed]:
        return feeds

    token = settings.env.get("BOT_WEB_TOKEN")
    app = web.app(
        world.store,
        answerer(world),
        clock,
        sources=watched,
        platforms=lambda: [*pages.platforms(world.chats, refused), *mailing.silent(mail)],
        acronyms=world.acronyms,
        shelf=world.shelf,
        looking=world.looking,
        base=pages.public_url(settings.env),
        mail=mailing.offered(world.chats, mail),
        looks=LOOKS,
        zone=world.zone,
        token=token,
        metrics=metering.routes(measures, world.store, feeds, clock),
    )
    served = await web.serve(app, settings.file.web.host, settings.file.web.port)
    tell(f"Open {served.url}/chat/general and type: /subscribe transformers quantization")
    if any(feed.url == "sample:" for feed in feeds):
        tell("The sample (73 real titles) is replayed there once somebody has subscribed.")
    try:
        yield
    finally:
        await served.close()


def answerer(world: World) -> Answer:
    """The flow's answer, with this world in hand."""

    async def answer(asked: Heard) -> Reply:
        return await flow.answer(asked, world)

    return answer


async def _until_stopped(
    world: World,
    feeds: list[Feed],
    platforms: list[str],
    refused: dict[str, str],
    beside: Iterable[Coroutine[Any, Any, None]] = (),
    *,
    served: bool,
) -> int:
    """Poll, deliver and listen side by side until SIGTERM or SIGINT, or until nothing is left to listen to.

    `served`: the pages are there to listen to, whatever the platforms say. `refused` takes up why platforms do.
    `beside` is whatever else runs meanwhile.
    """
    stopped = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        with contextlib.suppress(NotImplementedError):  # Windows has no signal handlers on its loop
            asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    work: list[Coroutine[Any, Any, None]] = [
        ticking.poll_all(feeds, world),
        posting.deliver_all(world),
        posting.tend_all(world),
    ]
    work += [ticking.fill_in_all(feeds, world), ticking.renew_all(feeds, world)]
    if isinstance(world.tally, Measures):
        work.append(world.tally.watch_loop())
    if served:
        work.append(pages.keep_searchable(world.store))
    work += beside
    work += [_listen(world, platform, refused) for platform in (*platforms, *({"email"} & world.chats.keys()))]
    loop.settle()
    tasks = [asyncio.create_task(each) for each in work]
    stop = asyncio.create_task(stopped.wait())
    try:
        await _first_end(stop, tasks, all_refused=lambda: not served and len(refused) == len(platforms))
    finally:
        for task in (*tasks, stop):
            task.cancel()
        await asyncio.gather(*tasks, stop, return_exceptions=True)
    return 1 if refused and not stopped.is_set() else 0


async def _first_end(
    stop: asyncio.Task[bool], tasks: list[asyncio.Task[None]], all_refused: Callable[[], bool]
) -> None:
    """Wait until told to stop, a task breaks, or every platform has refused us."""
    waiting = {stop, *tasks}
    while stop in waiting and not all_refused():
        done, waiting = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()


async def _listen(world: World, platform: str, refused: dict[str, str]) -> None:
    """Hear one platform; its refusal is told, and the others go on."""
    while True:
        try:
            await world.chats[platform].listen(answerer(world))
        except PlatformFailed as error:
            refused[platform] = str(error)
            tell(f"{platform.capitalize()}: {error}")
            return
        except Exception:  # our own mistake with one platform: the others go on, and this one is heard again
            log.exception("listening to %s broke off; it is taken up again in a minute", platform.capitalize())
        await asyncio.sleep(60)
