"""The pages, put together: which address leads where, and what stands between the world and them."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from urllib.parse import urlsplit

from aiohttp import web

from bot.errors import StoreFailed
from bot.model import Feed
from bot.ports import Answer, Clock, Store
from bot.rules import KNOWN, Acronyms, Shelf
from bot.web import channels, events, feeds, following, mailbox, papers, searching, signup, standing
from bot.web.desk import (
    AS,
    DESK,
    LOOK_COOKIE,
    NEWCOMER,
    Desk,
    Platform,
    Platforms,
    Sources,
    desk,
    form,
    looked,
    page,
    visitor,
    wants_json,
)
from bot.web.door import COOKIE, HEADERS, KEY_COOKIE, Door, Wrong, same
from bot.web.live import Live
from bot.web.mailing import Mailing
from bot.web.metering import FOR_PROGRAMS, health
from bot.web.render import FILES, look
from bot.web.seek import Seeker
from bot.web.seen import Lay

log = logging.getLogger(__name__)

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

BODY = 64 * 1024
"""Bytes of a request's body: a form of ours with the longest message, percent-encoded, fits."""
YEAR = 365 * 24 * 3600
TITLES = {403: "Not from here", 404: "Not found", 413: "Too long", 429: "A little slower", 503: "Not now"}
SENTENCES = {
    404: "There is nothing at this address.",
    405: "This address cannot be used that way.",
    413: "That was far too long; a message holds some thousand characters.",
}


async def _no_sources() -> Sequence[Feed]:
    return ()


def _no_platforms() -> Sequence[Platform]:
    return ()


def app(
    store: Store,
    answer: Answer,
    clock: Clock,
    *,
    sources: Sources | None = None,
    platforms: Platforms = _no_platforms,
    acronyms: Acronyms = KNOWN,
    shelf: Shelf | None = None,
    looking: asyncio.Lock | None = None,
    base: str | None = None,
    mail: Mailing | str = "Mail is off.",
    looks: Mapping[str, Lay] | None = None,
    zone: str = "UTC",
    host: str = "127.0.0.1",
    names: Iterable[str] = (),
    token: str | None = None,
    every: float = 0.5,
    beat: float = 15.0,
    metrics: Sequence[web.RouteDef] = (),
) -> web.Application:
    """The pages over a store. `names` are further host names people reach them by; `token` is asked before changes.

    `mail` lets people sign up for mail, or says why they cannot; `zone` is for those who name none.
    `shelf` keeps what papers have been read for whoever has `looking`: the flow's, so that it is kept once.
    `looks` are what platforms would be sent for a post, by their names: a local channel can be seen as each of them.
    `base` is the public address (`https://papers.example.org`): its name is one of ours, and feeds link there.

    In seconds: `every` is how often an open channel looks for messages that other processes wrote, `beat` how often
    a silent line to a browser says that it is still there.
    """
    made = web.Application(middlewares=[_sentences, _entry], client_max_size=BODY)
    public = {urlsplit(base).hostname or ""} if base else set()
    door = Door(clock, host, frozenset(name.lower() for name in (*names, *public)), token or None)
    live = Live(store, every=every, beat=beat)
    seeker = Seeker(store, acronyms, shelf, looking)
    made[DESK] = Desk(
        store,
        answer,
        clock,
        look(),
        door,
        live,
        sources or _no_sources,
        platforms,
        seeker,
        base,
        mail,
        looks or {},
        zone,
    )
    made.on_response_prepare.append(_dress)
    made.on_shutdown.append(_quiet)
    made.add_routes(
        [
            web.get("/", papers.front),
            web.get("/day/{day}", papers.one_day),
            web.get("/papers/{id:.+}", papers.one_paper),
            web.get("/search", searching.search),
            web.get("/workshop", searching.workshop),
            web.post("/subscribe", searching.subscribe),
            web.get("/mail", signup.sign_up_page),
            web.post("/mail", signup.sign_up),
            web.get("/mail/confirm/{token}", mailbox.question),
            web.post("/mail/confirm/{token}", mailbox.yes),
            web.get("/mail/{token}", mailbox.manage),
            web.post("/mail/{token}", mailbox.change),
            web.get("/feed.{kind:atom|json}", feeds.searched),
            web.get("/channels", following.channels),
            web.get("/channels/{channel}", following.channel),
            web.get("/channels/{channel}/feed.{kind:atom|json}", feeds.channel),
            web.get("/shared/{secret}", following.shared),
            web.get("/shared/{secret}/feed.{kind:atom|json}", feeds.shared),
            web.get("/status", standing.status),
            web.get("/chat", channels.channels),
            web.get("/chat/{name}", channels.channel),
            web.post("/chat/{name}", channels.say),
            web.post("/chat/{name}/press", channels.press),
            web.get("/chat/{name}/events", events.events),
            web.get(r"/chat/{name}/{message:\d+}", channels.thread),
            web.post(r"/chat/{name}/{message:\d+}", channels.say),
            web.get(r"/chat/{name}/{message:\d+}/events", events.events),
            web.get("/token", _token_page),
            web.post("/token", _token_given),
            web.get("/static/{file}", _file),
            health(store),
            *metrics,
        ]
    )
    return made


# ── what stands between ──


@web.middleware
async def _sentences(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Whatever goes wrong becomes one sentence; nobody sees a traceback."""
    try:
        return await handler(request)
    except Wrong as wrong:
        return await _wrong(request, wrong.status, wrong.sentence)
    except web.HTTPException as ended:
        if ended.status < 400:
            raise
        return await _wrong(request, ended.status, SENTENCES.get(ended.status, "That request could not be understood."))
    except StoreFailed as failed:
        return await _wrong(request, 503, str(failed))
    except Exception:
        log.exception("%s %s failed", request.method, request.path)
        return await _wrong(request, 500, "Something went wrong here; it is written in the bot's log. Try it again.")


@web.middleware
async def _entry(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Let in who asks for us by our name, and tell a new browser who it is."""
    if request.path not in FOR_PROGRAMS:
        desk(request).door.check_host(request)
    answer = await handler(request)
    if newcomer := request.get(NEWCOMER):
        answer.set_cookie(COOKIE, newcomer.secret, max_age=YEAR, path="/", httponly=True, samesite="Strict")
    if AS in request.query and answer.status == 200 and request.path.startswith("/chat/"):
        answer.set_cookie(LOOK_COOKIE, looked(request), max_age=YEAR, path="/chat", httponly=True, samesite="Strict")
    return answer


async def _wrong(request: web.Request, status: int, sentence: str) -> web.Response:
    if wants_json(request):
        return web.json_response({"wrong": sentence}, status=status)
    return await page(
        request, "wrong.html", status=status, title=TITLES.get(status, "That did not work"), sentence=sentence
    )


async def _dress(request: web.Request, response: web.StreamResponse) -> None:
    """Put on what every answer carries."""
    for name, value in HEADERS.items():
        response.headers[name] = value
    response.headers.setdefault("Cache-Control", "no-cache, private")


async def _quiet(application: web.Application) -> None:
    await application[DESK].live.close()
    application[DESK].seeker.close()
    if not isinstance(mail := application[DESK].mail, str):
        await mail.close()


# ── small pages ──


async def _file(request: web.Request) -> web.Response:
    name = request.match_info["file"]
    if name not in FILES:
        raise web.HTTPNotFound
    lasting = {"Cache-Control": f"public, max-age={YEAR}, immutable"} if request.query_string else None
    return web.Response(body=desk(request).look.files[name], content_type=FILES[name], charset="utf-8", headers=lasting)


async def _token_page(request: web.Request) -> web.Response:
    possible = desk(request).door.token is not None
    return await page(request, "token.html", token=visitor(request).token, possible=possible)


async def _token_given(request: web.Request) -> web.StreamResponse:
    """Compare the token once; the browser then holds proof of it, not the token."""
    given = (await form(request)).get("given", "")
    door = desk(request).door
    if door.token is None or not same(given, door.token):
        raise Wrong(403, "That is not the token of this installation.")
    ended = web.HTTPSeeOther("/chat")
    ended.set_cookie(KEY_COOKIE, door.key(), max_age=YEAR, path="/", httponly=True, samesite="Strict")
    raise ended
