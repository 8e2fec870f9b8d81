"""Slack: slack-bolt in Socket Mode, and Slack's own Web API client. Only what stands here is for other rooms.

What may be said twice: a message of which we do not know whether Slack took it (its answer was lost, or was an error
that leaves it open), and one that was said just before this process ended without the store knowing. Every message
carries the hash of its key as metadata. In the first case the bot looks for it before saying it again, where the
optional scopes `channels:history` and `groups:history` let it; for the second, the same look belongs into
`Slack._once`, for keys that another process may have said. Within one process a key that was said is said once.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import timedelta

import aiohttp

from bot.chat.slack.answering import Answers, message
from bot.chat.slack.api import Api, settings
from bot.chat.slack.listening import PING, listen
from bot.errors import Refused, Unsure
from bot.model import Channel, Post
from bot.ports import Answer, Chat

PACE = timedelta(seconds=1)
"""One message a second a channel. https://docs.slack.dev/apis/web-api/rate-limits/#posting-messages"""
GRACE = 3.0
"""Seconds that answers under way get when the bot stops."""
BARE = {"unfurl_links": False, "unfurl_media": False, "mrkdwn": False}
"""Slack adds nothing of its own: no previews of links, no markup in the fallback text."""
SAID = 4096
"""Keys remembered with the message each became."""


async def connect(env: Mapping[str, str]) -> Chat:
    """Slack as SLACK_BOT_TOKEN, SLACK_APP_TOKEN and SLACK_API_URL say; nothing is asked of it before it is used.

    `SettingsError` when a variable is missing or cannot be one.
    """
    given = settings(env)
    session = aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar(), timeout=aiohttp.ClientTimeout(total=30))
    return Slack(Api(given, session))


class Slack:
    """A workspace. A channel's place is `TEAM/CHANNEL`; a message's id is its `ts`, a thread's that of its first."""

    platform = "slack"
    pace = PACE

    def __init__(self, api: Api, ping: float = PING) -> None:
        self._api = api
        self._ping = ping
        self._said: dict[str, str] = {}
        self._unsure: dict[str, str] = {}
        self._answers: list[Answers] = []

    async def listen(self, answer: Answer) -> None:
        """Connect, and hand every command and press to `answer` until cancelled; `Refused` on a wrong token."""
        answers = Answers(self._api, answer, self.post)
        self._answers.append(answers)
        try:
            await listen(self._api, answers, self._ping)
        finally:
            await answers.finish(GRACE)
            self._answers.remove(answers)

    async def post(self, channel: Channel, post: Post, key: str) -> str:
        """Say it in the channel and return its `ts`; a key said before in this process returns the first one's."""
        return await self._once(channel, post, key)

    async def thread(self, channel: Channel, message: str, name: str, opener: Post, key: str) -> str:
        """Say `opener` under a message. A thread in Slack has no name, and the id of the message it hangs from."""
        await self._once(channel, opener, key, message)
        return message

    async def link(self, channel: Channel, thread: str) -> str | None:
        """The permalink; None when the message or the channel is gone."""
        try:
            return await self._api.permalink(_place(channel), thread)
        except Refused:
            return None

    async def close(self) -> None:
        """Let answers under way end, and let go of every connection."""
        for answers in self._answers:
            await answers.finish(GRACE)
        await self._api.session.close()

    async def _once(self, channel: Channel, post: Post, key: str, thread: str | None = None) -> str:
        known, digest = f"{channel}|{thread}|{key}", _digest(key)
        if known not in self._said:
            ts = await self._api.find(_place(channel), thread, digest) if known in self._unsure else None
            self._said[known] = ts or await self._say(channel, post, digest, thread, known)
            self._unsure.pop(known, None)
            _forget(self._said)
        return self._said[known]

    async def _say(self, channel: Channel, post: Post, digest: str, thread: str | None, known: str) -> str:
        metadata = {"event_type": "paper_round_post", "event_payload": {"key": digest}}
        hung = {"thread_ts": thread} if thread else {}
        said = message(await self._api.introduced(post)) | hung | BARE | {"metadata": metadata}
        try:
            return await self._api.say(_place(channel), said)
        except Unsure:
            self._unsure[known] = ""
            _forget(self._unsure)
            raise


def _forget(memory: dict[str, str]) -> None:
    """Let the oldest go."""
    while len(memory) > SAID:
        del memory[next(iter(memory))]


def _place(channel: Channel) -> str:
    """The channel's own id, without its workspace's."""
    return channel.place.rpartition("/")[2]


def _digest(key: str) -> str:
    """A key as metadata carries it. https://docs.slack.dev/messaging/message-metadata/"""
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()
