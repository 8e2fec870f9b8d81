"""Open a port for the pages, or say in one sentence why there is none."""

from __future__ import annotations

import errno
import socket
from dataclasses import dataclass

from aiohttp import web

from bot.errors import PlatformFailed, SettingsError
from bot.web.keys import DESK

TRIES = 21
"""The port asked for, and the twenty after it."""
PATIENCE = 2.0
"""Seconds that open requests get to finish when we close."""


@dataclass(frozen=True, slots=True)
class Served:
    """Pages being served at `url` (`http://127.0.0.1:8090`)."""

    url: str
    runner: web.AppRunner

    async def close(self) -> None:
        await self.runner.cleanup()


async def serve(app: web.Application, host: str, port: int, *, tries: int = TRIES) -> Served:
    """Serve on the port, or on the next free one of twenty. Port 0 is any free one.

    `SettingsError` when the host or the port cannot be ours, `PlatformFailed` when all are taken.
    """
    if DESK in app:
        app[DESK].door.host = host
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=PATIENCE)
    await runner.setup()
    try:
        taken = await _first_free(runner, host, port, tries)
    except BaseException:
        await runner.cleanup()
        raise
    return Served(_address(host, taken), runner)


async def _first_free(runner: web.AppRunner, host: str, port: int, tries: int) -> int:
    last = min(port + tries - 1, 65535)
    for candidate in range(port, last + 1):
        try:
            await web.TCPSite(runner, host, candidate).start()
        except OSError as problem:
            if problem.errno != errno.EADDRINUSE:
                raise SettingsError(_sentence(host, candidate, problem)) from None
            continue
        return candidate or int(runner.addresses[0][1])
    raise PlatformFailed(f"The ports {port} to {last} of {host} are all taken; set another one as [web] port.")


def _sentence(host: str, port: int, problem: OSError) -> str:
    if isinstance(problem, socket.gaierror) or problem.errno == errno.EADDRNOTAVAIL:
        return f"This machine has no address {host!r} to serve on; mend [web] host (127.0.0.1 is this machine alone)."
    if problem.errno == errno.EACCES:
        return f"The system does not let us serve on port {port}; set [web] port to 1024 or more."
    return f"Cannot serve on {host} port {port} ({problem.strerror or problem}); mend [web] host and port."


def _address(host: str, port: int) -> str:
    """The address to open in a browser on this machine."""
    shown = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)  # noqa: S104
    return f"http://{shown}:{port}"
