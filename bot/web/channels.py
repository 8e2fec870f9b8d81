"""Local channels: read them, write in them, press their buttons. Commands go to `answer`; words go to the store."""

from __future__ import annotations

import asyncio
from hashlib import sha256

from aiohttp import web

from bot.model import Ask, Channel, Line, Message, Post, Press, Reply, Span
from bot.public import inbox, owner
from bot.web import words
from bot.web.desk import NEWCOMER, Room, desk, form, page, room, visitor, wants_json
from bot.web.door import Wrong, visitor_of
from bot.web.render import OPENS_THREAD, channel_path
from bot.web.visitor import BOT
from bot.web.whispers import Whisper, again, filled, shown

SHOWN, MOST = 100, 1000
"""Messages on a page, the newest; and when older ones are asked for."""
STARTERS = (
    ("/subscribe transformers quantization", "papers with both words, in any form"),
    ('/subscribe "in-context learning" OR prompting', "a phrase, or another word"),
    ("/subscriptions", "what this channel follows"),
)


async def channels(request: web.Request) -> web.Response:
    """All local channels; `?name=` leads to one that may not have been used yet."""
    if name := request.query.get("name", "").strip().lstrip("#"):
        raise web.HTTPSeeOther(channel_path(named(request, name)))
    store = desk(request).store
    mine = inbox(visitor(request).person)
    known = {Channel("local", "general"), *(await store.channels("local"))}
    known = {channel for channel in known if owner(channel) is None or channel == mine}
    rules = await store.wanting()
    listed = [(c, rules.get(c, 0)) for c in sorted(known) if words.channel(c.place)]
    return await page(request, "channels.html", here="chat", channels=listed, mine=mine)


async def channel(request: web.Request) -> web.Response:
    """The channel's page, empty or not."""
    _from_elsewhere(request)
    return await _channel(request, named(request, request.match_info["name"]), draft=request.query.get("say", ""))


async def thread(request: web.Request) -> web.Response:
    """The page of the thread under one message; a message inside a thread leads to its thread."""
    _from_elsewhere(request)
    where = named(request, request.match_info["name"])
    top = await _top(request, where)
    if top.thread is not None:
        raise web.HTTPSeeOther(f"{channel_path(where, top.thread)}#m{top.id}")
    return await _thread(request, where, top)


async def say(request: web.Request) -> web.StreamResponse:
    """Take what was typed in the channel or in one of its threads."""
    fields = await form(request)
    desk(request).door.check_change(request)
    here = room(request, named(request, request.match_info["name"]))
    top = await _thread_of(request, here.channel) if "message" in request.match_info else None
    text = words.typed(fields.get("words", ""))
    if len(text) > words.LONGEST:
        raise Wrong(413, f"That is {len(text):,} characters; a message holds {words.LONGEST:,}.")
    if command := words.command(text):
        reply = await desk(request).answer(Ask(here.channel, here.person, *command, here.standing))
        return await tell(request, here, reply, top, shown(reply, here.channel, typed=text))
    if not text:
        raise web.HTTPSeeOther(channel_path(here.channel, top) + "#say")
    kept = await _keep(request, here, text, top, fields.get("nonce", ""))
    return await _said(request, here, kept, words.slashless(text))


async def press(request: web.Request) -> web.StreamResponse:
    """Take a pressed button to whoever knows what it means."""
    fields = await form(request)
    desk(request).door.check_change(request)
    here = room(request, named(request, request.match_info["name"]))
    action = words.action(fields.get("action", ""))
    if action is None:
        raise Wrong(400, "There is no such button; open the page again.")
    given = filled(fields)
    reply = await desk(request).answer(Press(here.channel, here.person, action, here.standing, given))
    whisper = shown(reply, here.channel, opened=action)
    if reply.wrong and (opener := words.action(fields.get("opened", ""))):
        form_again = await desk(request).answer(Press(here.channel, here.person, opener, here.standing))
        whisper = again(shown(form_again, here.channel, opened=opener), reply, given)
    there = words.number(fields.get("thread", ""))
    if whisper.path and action.partition(":")[0] in OPENS_THREAD:
        return _go(request, whisper.path)
    return await tell(request, here, reply, there, whisper)


# ── pages ──


async def _channel(
    request: web.Request, where: Channel, *, whisper: Whisper | None = None, draft: str = ""
) -> web.Response:
    store = desk(request).store
    fresh = visitor_of(request) is None
    limit = MOST if "older" in request.query else SHOWN
    turn, _ = await store.rewritten(where, None)  # before the messages: a change in between is told twice, not never
    messages = [m for m in await store.messages(where, limit=limit) if m.thread is None]
    subscriptions = await store.subscriptions(where)
    return await page(
        request,
        "channel.html",
        here="chat",
        room=room(request, where),
        messages=messages,
        replies=await _replies(request, where, messages),
        older=len(messages) == SHOWN,
        last=messages[-1].id if messages else 0,
        turn=turn,
        subscriptions=subscriptions,
        welcome=whisper is None and (fresh or not (messages or subscriptions)),
        starters=STARTERS,
        whisper=whisper,
        draft=words.typed(draft)[: words.LONGEST],
    )


async def _replies(request: web.Request, where: Channel, messages: list[Message]) -> dict[int, int]:
    """How many words of people stand in the threads of these posts, up to a hundred each."""
    about = [m.id for m in messages if m.post.paper]
    threads = await asyncio.gather(*(desk(request).store.messages(where, thread=n, limit=SHOWN) for n in about))
    return {n: sum(m.author != BOT for m in said) for n, said in zip(about, threads, strict=True)}


async def _thread(request: web.Request, where: Channel, top: Message, whisper: Whisper | None = None) -> web.Response:
    """The abstract stands there once: as the bot's opener, or, where none was said, from the paper itself."""
    store = desk(request).store
    turn, _ = await store.rewritten(where, None)
    messages = await store.messages(where, thread=top.id, limit=MOST)
    opened = any(m.author == BOT for m in messages)
    return await page(
        request,
        "thread.html",
        here="chat",
        room=room(request, where),
        top=top,
        paper=await store.paper(top.post.paper, own=(where,)) if top.post.paper and not opened else None,
        messages=messages,
        last=messages[-1].id if messages else 0,
        turn=turn,
        whisper=whisper,
        draft="",
    )


# ── what becomes of words and presses ──


async def tell(request: web.Request, here: Room, reply: Reply, top: int | None, whisper: Whisper) -> web.StreamResponse:
    """Say what is for all in the channel and what is for their own messages there; show the person the rest."""
    store, now = desk(request).store, desk(request).clock()
    if reply.public:
        await store.say(Message(here.channel, BOT, reply.public, now, f"reply:{here.nonce}"))
    if reply.told:
        own = inbox(here.person)
        await store.say(Message(own, BOT, reply.told, now, f"told:{here.nonce}"))
        desk(request).live.nudge((own, None))
    desk(request).live.nudge((here.channel, None))
    if wants_json(request):
        html = desk(request).look.part("whisper", here, whisper, top)
        return web.json_response({"whisper": html, "replaces": reply.replaces})
    if top is not None and (message := await store.message(top)) and message.channel == here.channel:
        return await _thread(request, here.channel, message, whisper)
    return await _channel(request, here.channel, whisper=whisper)


async def _keep(request: web.Request, here: Room, text: str, top: int | None, nonce: str) -> Message:
    """Keep a person's words. The form's nonce makes sending it twice harmless, the text's sum leaves Back usable."""
    digest = sha256(f"{nonce[:64] or here.nonce}:{top}:{text}".encode()).hexdigest()[:32]
    lines = tuple(Line((Span(line),)) for line in text.split("\n") if line.strip())
    message = Message(
        here.channel, here.person, Post(lines[0], lines[1:]), desk(request).clock(), f"{here.person}:{digest}", top
    )
    kept = await desk(request).store.say(message)
    desk(request).live.nudge((here.channel, top))
    return kept


async def _said(request: web.Request, here: Room, kept: Message, meant: str | None) -> web.StreamResponse:
    """Show what was said, and to its author alone that a command would have begun with a slash."""
    hint = _hint(meant) if meant else None
    look = desk(request).look
    if wants_json(request):
        answer = {"said": look.part("message", here, kept, kept.thread is None)}
        return web.json_response(
            answer | ({"whisper": look.part("whisper", here, Whisper(hint), kept.thread)} if hint else {})
        )
    if hint and kept.thread is None:
        return await _channel(request, here.channel, whisper=Whisper(hint))
    raise web.HTTPSeeOther(channel_path(here.channel, kept.thread) + f"#m{kept.id}")


def _hint(meant: str) -> Post:
    spans = Span("That was said to everybody here. A command begins with a slash: "), Span(meant, "code")
    return Post(Line(spans))


def _go(request: web.Request, path: str) -> web.StreamResponse:
    if wants_json(request):
        return web.json_response({"go": path})
    raise web.HTTPSeeOther(path)


# ── where we are ──


def named(request: web.Request, name: str) -> Channel:
    """The channel of this name, if this visitor can see it; `Wrong` for others' own messages, and for no name."""
    found = words.channel(name)
    if found is None:
        raise Wrong(404, "A channel's name has letters, digits, - and _, at most 40, such as reading-group.")
    if owner(found) not in (None, visitor(request).person):
        raise Wrong(404, "There is no such channel.")
    return found


async def _top(request: web.Request, where: Channel) -> Message:
    wanted = words.number(request.match_info["message"])
    found = await desk(request).store.message(wanted) if wanted is not None else None
    if found is None or found.channel != where:
        raise Wrong(404, f"There is no such message in #{where.place}.")
    return found


async def _thread_of(request: web.Request, where: Channel) -> int:
    """The thread that the address names, be it by its first message or by one within."""
    named = await _top(request, where)
    return named.id if named.thread is None else named.thread


def _from_elsewhere(request: web.Request) -> None:
    """Step in once more by our own door when another site's link leads here.

    A SameSite=Strict cookie does not come with such a request, and answering it would make a known visitor a new one;
    the page's own refresh brings it (https://www.rfc-editor.org/rfc/rfc6265#section-5.2, draft 6265bis, "Strict").
    """
    came = request.headers.get("Sec-Fetch-Site") == "cross-site"
    if came and visitor_of(request) is None and NEWCOMER not in request and "in" not in request.query:
        raise web.HTTPOk(
            text="<!doctype html><title>Paper Round</title>One moment…",
            content_type="text/html",
            headers={"Refresh": f"0; url={request.rel_url.update_query({'in': '1'})}"},
        )
