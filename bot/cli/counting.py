"""What is counted of the running bot, and where it is shown: chats with a tally around them, the page of figures."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager
from typing import Any, cast

from bot.cli.world import clock, tell
from bot.config import Settings
from bot.errors import PlatformFailed, SettingsError
from bot.model import Feed
from bot.ports import Chat, Store
from bot.ports.tally import Step, Tally
from bot.web.measures import Measures

STEPS: tuple[Step, ...] = ("post", "thread", "reply", "edit", "tell")
"""What a chat is asked for and may refuse."""


class Counted:
    """A chat whose calls are counted; all else of it is its own."""

    def __init__(self, chat: Chat, tally: Tally) -> None:
        self._chat = chat
        for step in STEPS:
            setattr(self, step, _counted(getattr(chat, step), chat.platform, step, tally))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._chat, name)


def counted(chat: Chat, tally: Tally) -> Chat:
    """The chat with a tally around it."""
    return cast("Chat", Counted(chat, tally))


def _counted(
    call: Callable[..., Coroutine[Any, Any, Any]], platform: str, step: Step, tally: Tally
) -> Callable[..., Coroutine[Any, Any, Any]]:
    async def around(*args: Any, **named: Any) -> Any:
        with tally.saying(platform, step):
            return await call(*args, **named)

    return around


@asynccontextmanager
async def figures(settings: Settings, measures: Measures, store: Store, feeds: Sequence[Feed]) -> AsyncIterator[None]:
    """`/metrics` and `/healthz` alone, where no pages are served; a port that cannot be had is told, and no more."""
    from bot.web.metering import bare
    from bot.web.port import serve

    try:
        served = await serve(bare(measures, store, feeds, clock), settings.file.web.host, settings.file.web.port)
    except (PlatformFailed, SettingsError) as error:
        tell(f"There are no metrics: {error}")
        yield
        return
    tell(f"Metrics are at {served.url}/metrics")
    try:
        yield
    finally:
        await served.close()
