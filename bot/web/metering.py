"""`/metrics` and `/healthz`: for programs, by whatever name they reach us. Alone where no pages are served."""

from __future__ import annotations

from collections.abc import Sequence

from aiohttp import web

from bot.errors import StoreFailed
from bot.model import Feed
from bot.ports import Clock, Store
from bot.web.measures import CONTENT_TYPE, Measures

FOR_PROGRAMS = frozenset({"/metrics", "/healthz"})


def routes(measures: Measures, store: Store, feeds: Sequence[Feed], clock: Clock) -> list[web.RouteDef]:
    """Both addresses over this bot."""

    async def metrics(request: web.Request) -> web.Response:
        try:
            page = await measures.scraped(store, feeds, clock())
        except StoreFailed as failed:
            return web.Response(status=503, text=f"{failed}\n")
        return web.Response(body=page, headers={"Content-Type": CONTENT_TYPE})

    return [web.get("/metrics", metrics)]


def health(store: Store) -> web.RouteDef:
    """200 while the database answers."""

    async def healthy(request: web.Request) -> web.Response:
        try:
            await store.version()
        except StoreFailed as failed:
            return web.Response(status=503, text=f"{failed}\n")
        return web.Response(text="ok\n")

    return web.get("/healthz", healthy)


def bare(measures: Measures, store: Store, feeds: Sequence[Feed], clock: Clock) -> web.Application:
    """Nothing but these two: where only Slack and Discord are served, and no pages."""
    made = web.Application()
    made.add_routes([*routes(measures, store, feeds, clock), health(store)])
    return made
