"""Socket Mode by Slack's own SDK: a connection that acknowledges at once, answers once, and comes back.

Bolt's app is given an `authorize` instead of a token: the door through which many workspaces can come later.
"""

from __future__ import annotations

import asyncio
import json
import logging
import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from functools import partial
from typing import Any

from aiohttp import WSMessage, WSMsgType
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.adapter.socket_mode.async_internals import run_async_bolt_app
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.socket_mode.response import SocketModeResponse
from slack_sdk.web.async_client import AsyncWebClient

from bot.chat.slack.answering import Answers
from bot.chat.slack.api import Api
from bot.chat.slack.discreet import sdk_logger
from bot.chat.slack.happening import Happenings
from bot.chat.slack.submitting import Submissions
from bot.chat.slack.ways import of_press, of_words
from bot.chat.slack.words import asked, pointed, press, pressed
from bot.errors import Refused, TryLater

log = logging.getLogger(__name__)

PING = 5.0
"""Seconds between two looks at the connection; the SDK opens a new one when one look finds it closed."""
MISSES = 6
"""So many looks in a row without a connection, and we start over with a fresh address: the SDK, once it has one that
does not open, tries that same one for ever, and each is good for a few seconds only."""
CLOSING = 2.0
"""Seconds for the closing handshake, which Slack does not always finish."""
REMEMBERED = 4096
"""Envelopes remembered, so that one sent again is answered once."""
OFF = Refused(
    "Socket Mode is switched off for the Slack app: switch it on under “Socket Mode” at https://api.slack.com/apps."
)
SLOWEST = 60.0
"""Seconds between two tries to connect, at most."""


async def listen(api: Api, answers: Answers, ping: float = PING) -> None:
    """Hear every command and press until cancelled; `Refused` when Slack will not have us."""
    app, seen = _app(api, answers), dict[str, asyncio.Task[Any]]()
    tries, told, resumed = 0, "", False
    while True:
        try:
            async with _connected(api, app, answers, seen, ping) as door:
                log.log(logging.WARNING if tries else logging.INFO, "Slack is connected.")
                tries, told = 0, ""
                await answers.return_home()
                if not resumed:
                    resumed = await answers.resume()
                await door.lost(ping)
        except TryLater as error:
            wait = error.after or min(SLOWEST, ping * 2 ** min(tries, 8))
            level = logging.INFO if str(error) == told else logging.WARNING  # an outage is told once
            log.log(level, "%s Trying to connect again in %.0f s.", error, wait)
            tries, told = tries + 1, str(error)
        await asyncio.sleep(wait)


def _app(api: Api, answers: Answers) -> AsyncApp:
    logger = sdk_logger()
    level = logger.level
    logger.setLevel(logging.ERROR)  # bolt warns that it leaves the environment's token alone: that is as we want it
    client = AsyncWebClient(base_url=api.given.base, session=api.session, logger=logger, retry_handlers=[])

    async def authorize(enterprise_id: str | None, team_id: str | None) -> AuthorizeResult:
        me = await api.me()
        return AuthorizeResult(
            enterprise_id=enterprise_id,
            team_id=team_id,
            bot_token=api.given.bot_token,
            bot_id=me.bot,
            bot_user_id=me.user,
        )

    app = AsyncApp(name="paper-round", client=client, authorize=authorize, logger=logger)
    logger.setLevel(level)
    _register(app, api, answers)
    return app


def _register(app: AsyncApp, api: Api, answers: Answers) -> None:
    anything = re.compile("")
    happenings, submissions = Happenings(api, answers), Submissions(api, answers)

    async def command(ack: AsyncAck, body: dict[str, Any]) -> None:
        await ack()
        me = await api.me()
        answers.hear(partial(answers.take, named(body), of_words(body), asked(body, me.team)))

    async def action(ack: AsyncAck, body: dict[str, Any]) -> None:
        await ack()
        way, value = of_press(body), pressed(body)
        found = press(body, (await api.me()).team)
        if found is not None:
            answers.hear(partial(answers.take, named(body), way, found))
        elif value and way.kind == "view":
            answers.hear(partial(answers.pressed, named(body), way, value))

    async def shortcut(ack: AsyncAck, body: dict[str, Any]) -> None:
        await ack()
        if body.get("type") == "message_action":
            found = pointed(body, (await api.me()).team)
            answers.hear(partial(answers.take, named(body), of_press(body), found))

    async def view(ack: AsyncAck, body: dict[str, Any]) -> None:
        await ack(**await submissions.submit(body))

    async def event(body: dict[str, Any]) -> None:
        answers.start(happenings.follow(body))  # bolt acknowledges events before it calls us, and nobody waits

    app.command(anything)(command)
    app.action(anything)(action)
    app.shortcut(anything)(shortcut)
    app.view(anything)(view)
    app.event(anything)(event)


def named(body: Mapping[str, Any]) -> str:
    """Slack's own id of what came: the same when it comes again."""
    return str(body.get("event_id") or body.get("trigger_id") or "")


class Door(AsyncSocketModeHandler):
    """One Socket Mode client."""

    def __init__(
        self, app: AsyncApp, api: Api, answers: Answers, seen: dict[str, asyncio.Task[Any]], ping: float
    ) -> None:
        super().__init__(
            app, api.given.app_token, sdk_logger(), web_client=api.client, proxy=api.given.proxy, ping_interval=ping
        )
        self.client.proxy = api.given.proxy
        self.client.on_message_listeners.append(self._look)
        self._answers = answers
        self._seen = seen

    async def handle(  # type: ignore[override]  # as the SDK's own
        self, client: SocketModeClient, req: SocketModeRequest
    ) -> None:
        """Acknowledge it, then have it answered; once, for what is not acknowledged comes again.

        A form that was sent is acknowledged with what is wrong at its fields, so bolt's listeners are heard first; and
        when it comes again, over another connection, with the same. All else is acknowledged before anything is done.
        """
        key, form = named(req.payload) or req.envelope_id, req.payload.get("type") == "view_submission"
        if not form:
            await client.send_socket_mode_response(SocketModeResponse(envelope_id=req.envelope_id))
        if key not in self._seen:
            self._seen[key] = asyncio.create_task(self._dispatch(req))
            if len(self._seen) > REMEMBERED:
                del self._seen[next(iter(self._seen))]
        try:
            payload = await asyncio.shield(self._seen[key])
        except Exception:
            self._seen.pop(key, None)  # when it comes again, it is tried again
            raise
        try:
            if form:
                await client.send_socket_mode_response(SocketModeResponse(envelope_id=req.envelope_id, payload=payload))
        finally:
            self._answers.begin()

    async def _dispatch(self, req: SocketModeRequest) -> dict[str, Any] | None:
        """What bolt's listeners acknowledge it with."""
        said = await run_async_bolt_app(self.app, req)
        return json.loads(said.body) if said.status == 200 and said.body else None

    async def lost(self, ping: float) -> None:
        """Wait until the connection is beyond the SDK's repair, and raise why."""
        missed = 0
        while missed < MISSES:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._answers.over.wait(), ping)
            if self._answers.over.is_set():
                raise self._answers.verdict
            missed = 0 if await self.client.is_connected() else missed + 1
        raise TryLater("The connection to Slack is lost.")

    async def _look(self, message: WSMessage) -> None:
        """https://docs.slack.dev/apis/events-api/using-socket-mode/#disconnect"""
        if message.type is WSMsgType.TEXT and '"link_disabled"' in message.data:
            self._answers.expel(OFF)


@asynccontextmanager
async def _connected(
    api: Api, app: AsyncApp, answers: Answers, seen: dict[str, asyncio.Task[Any]], ping: float
) -> AsyncIterator[Door]:
    await api.me()
    door = Door(app, api, answers, seen, ping)
    try:
        door.client.wss_uri = await api.ticket(door.client)
        try:
            opening = door.connect_async()  # type: ignore[no-untyped-call]  # the SDK leaves it untyped
            await asyncio.wait_for(opening, MISSES * ping)
        except TimeoutError:
            raise TryLater("Slack's socket does not open.") from None
        yield door
    finally:
        await _shut(door)


async def _shut(door: Door) -> None:
    """Close the socket and wait for the SDK's tasks, which its own `close` only asks to stop."""
    with suppress(TimeoutError):
        closing = door.close_async()  # type: ignore[no-untyped-call]  # the SDK leaves it untyped
        await asyncio.wait_for(closing, CLOSING)
    client = door.client
    tasks = [client.message_processor, client.message_receiver, client.current_session_monitor]
    running = [task for task in tasks if task is not None]
    for task in running:
        task.cancel()
    await asyncio.gather(*running, return_exceptions=True)
    await client.aiohttp_client_session.close()
