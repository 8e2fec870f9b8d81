"""Where an application keeps what its pages need: apart, so that whoever only looks for it loads no pages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiohttp import web

if TYPE_CHECKING:
    from bot.web.desk import Desk

DESK: web.AppKey[Desk] = web.AppKey("desk")
