"""Words and presses → what the bot says. The only place where a person's wish changes anything."""

from __future__ import annotations

import logging
from dataclasses import replace

from bot import commands, replies, rules
from bot.errors import PaperRoundError, WordsWrong
from bot.flow import (
    abroad,
    channels,
    completing,
    deciding,
    home,
    living,
    looking,
    own,
    posts,
    standing,
    subscribing,
    tending,
    tracing,
    tuning,
)
from bot.flow.world import World
from bot.model import Ask, Change, Channel, Heard, Press, Reply, Typing

log = logging.getLogger("paper-round")


async def answer(asked: Heard, world: World) -> Reply:
    """What the bot says to words and presses. Never raises: what is wrong comes back in a sentence."""
    try:
        match asked:
            case Ask():
                return await _command(asked, world)
            case Press():
                return await _press(asked, world)
            case Change():
                return await living.follow(asked, world)
            case Typing():
                return await completing.answer(asked, world)
    except PaperRoundError as error:
        if not isinstance(error, WordsWrong):
            log.warning("%s in %s: %s", type(asked).__name__, asked.channel, error)
        return replies.wrong(error)
    except Exception:  # the person gets a sentence, the log the traceback: an adapter must never see one
        log.exception("an answer in %s failed", asked.channel)
        return replies.broken()


async def _command(ask: Ask, world: World) -> Reply:
    if ask.verb == "home":  # nobody types it: a platform asks, when a person looks there
        return await home.of(ask, world)
    wanted = commands.read(ask, world.acronyms)
    match wanted:
        case commands.Subscribe():
            return await subscribing.typed(ask, wanted, world)
        case commands.ByMail():
            return abroad.by_mail(wanted, world)
        case commands.Change():
            return await subscribing.changed(ask, wanted, world)
        case commands.Unsubscribe():
            return await subscribing.ended(ask, wanted, world)
        case commands.Subscriptions(personal):
            return await _listed(ask, personal, world)
        case commands.Search(rule):
            return replies.searched(rule, await _caught(rule, ask.channel, world))
        case commands.Help(with_list):
            return replies.helped(await world.store.subscriptions(ask.channel) if with_list else ())
    if commands.changes(ask) and (refused := await subscribing.allowed(ask, world)):
        return refused
    return await _channels(ask, wanted, world)


async def _channels(ask: Ask, wanted: commands.Command, world: World) -> Reply:
    """What is about a channel as a whole."""
    match wanted:
        case commands.Address():
            return await abroad.address(ask, wanted, world)
        case commands.Feeds():
            return await own.listed(ask.channel, world)
        case commands.AddFeed(address):
            return await own.add(ask, address, world)
        case commands.RemoveFeed(address):
            return await own.remove(ask, address, world)
        case commands.Settings(_, str(who)):
            return await deciding.settled(ask, wanted, who, world)
        case commands.Settings(None):
            return await deciding.shown(ask, world)
        case commands.Settings() | commands.Pause() | commands.Resume() | commands.Top():
            return await tuning.answer(ask, wanted, world)
        case commands.Why(words):
            return await tracing.why(ask, words, world)
        case commands.Find():
            return await tracing.find(replace(ask, words=wanted.paper), world)
    return await _told(ask, wanted, world)


async def _told(ask: Ask, wanted: commands.Command, world: World) -> Reply:
    """What changes nothing."""
    match wanted:
        case commands.Status():
            return await standing.status(ask.channel, world)
        case commands.Test(number):
            return await channels.tested(ask, number, world)
        case commands.Export():
            return await channels.exported(ask.channel, world)
        case commands.Saved():
            return await channels.saved(ask.person, world)
    return await channels.overview(ask, world)


async def _listed(ask: Ask, personal: bool, world: World) -> Reply:
    place = await world.chats[ask.channel.platform].inbox(ask.person) if personal else ask.channel
    return replies.listing(await world.store.subscriptions(place), personal=personal)


async def _caught(rule: rules.Rule, channel: Channel, world: World) -> replies.Caught:
    """What the rule finds among the papers seen of late."""
    seen = await looking.back(rule, channel, world)
    found = await looking.hits(seen, seen.papers, world)
    oldest = min((day for paper in seen.papers if (day := paper.announced or paper.seen)), default=None)
    return replies.Caught(tuple(found), len(seen.papers), f"{oldest.day} {oldest:%B %Y}" if oldest else "")


async def _press(press: Press, world: World) -> Reply:
    verb, _, number = press.action.partition(":")
    if not (number.isascii() and number.isdigit() and len(number) < 16):
        return replies.nothing_there()
    match verb:
        case "confirm" | "cancel" | "edit" | "edited" | "show":
            return await subscribing.pressed(press, verb, int(number), world)
        case "undo":
            return await subscribing.undone(press, int(number), world)
        case "discuss" | "vote" | "why" | "not" | "save" | "unsave" | "bibtex":
            return await posts.pressed(press, verb, int(number), world)
        case "widen" | "tending":
            return await tending.pressed(press, verb, int(number), world)
    return await _overview(press, verb, int(number), world)


async def _overview(press: Press, verb: str, number: int, world: World) -> Reply:
    """A button of the overview."""
    match verb:
        case "go":
            return await channels.opened(press, number, world)
        case "hold":
            return await channels.held(press, number, world)
        case "ending":
            return await channels.ending(press, world)
        case "drop":
            return await channels.dropped(press, number, world)
    return replies.nothing_there()
