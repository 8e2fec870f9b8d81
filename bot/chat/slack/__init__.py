"""Slack: slack-bolt in Socket Mode, and Slack's own Web API client. Only what stands here is for other rooms.

What may be said twice: a message of which nobody knows whether Slack took it, because its answer was lost or this
process ended before it was written down. Every message carries the hash of its key as metadata; whoever is in doubt has
the bot look for it first, where the optional scopes `channels:history` and `groups:history` let it and the bot is a
member. Within one process a key that was said is said once.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
from collections.abc import Collection, Mapping
from datetime import UTC, datetime, timedelta
from weakref import WeakValueDictionary

import aiohttp

from bot.chat.slack.answering import Answers, Rooming
from bot.chat.slack.api import Api, settings
from bot.chat.slack.blocks import fits
from bot.chat.slack.forgetful import Oblivious
from bot.chat.slack.listening import PING, listen
from bot.chat.slack.people import People
from bot.chat.slack.rooms import Rooms
from bot.chat.slack.telling import rendered
from bot.errors import ChannelLost, Refused
from bot.model import Channel, Post, Standing
from bot.ports import Answer, Chat, Clock, Memory

log = logging.getLogger(__name__)

PACE = timedelta(seconds=1)
"""One message a second a channel. https://docs.slack.dev/apis/web-api/rate-limits/#posting-messages"""
CROWD = timedelta(0)
"""Slack names no figure for all channels of a workspace together: what it says is in its 429s."""
GRACE = 3.0
"""Seconds that answers under way get when the bot stops."""
BARE = {"unfurl_links": False, "unfurl_media": False, "mrkdwn": False}
"""Slack adds nothing of its own: no previews of links, no markup in the fallback text."""
SAID = 4096
"""Keys remembered with the message each became."""


LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
"""The time where nobody tells it: no address of Slack's grows old then before Slack itself says so."""


async def connect(env: Mapping[str, str], errands: Memory | None = None, clock: Clock | None = None) -> Chat:
    """Slack as SLACK_BOT_TOKEN, SLACK_APP_TOKEN and SLACK_API_URL say; nothing is asked of it before it is used.

    `errands` keep who waits for an answer over a restart; without them that lasts as long as the process.
    `SettingsError` when a variable is missing or cannot be one.
    """
    given = settings(env)
    session = aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar(), timeout=aiohttp.ClientTimeout(total=30))
    return Slack(Api(given, session), errands or Oblivious(), clock or (lambda: LONG_AGO))


class Slack:
    """A workspace. A channel's place is `TEAM/CHANNEL`; a message's id is its `ts`, a thread's that of its first."""

    platform = "slack"
    pace = PACE
    crowd = CROWD

    def __init__(self, api: Api, errands: Memory, clock: Clock, ping: float = PING) -> None:
        self._api = api
        self._errands = errands
        self._clock = clock
        self._ping = ping
        people = People(api)
        self._known = Rooming(people, Rooms(api, people))
        self._said: dict[str, str] = {}
        self._turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._answers: list[Answers] = []

    async def listen(self, answer: Answer) -> None:
        """Connect, and hand every command and press to `answer` until cancelled; `Refused` on a wrong token."""
        answers = Answers(self._api, answer, self._announce, self.tell, self._known, self._errands, self._clock)
        self._answers.append(answers)
        try:
            await listen(self._api, answers, self._ping)
        finally:
            await answers.finish(GRACE)
            self._answers.remove(answers)

    def fits(self, post: Post) -> bool:
        """Whether one message holds the post without anything being cut, as rendered."""
        return fits(post)

    async def post(self, channel: Channel, post: Post, key: str, *, doubt: bool = False) -> str:
        """Say it in the channel and return its `ts`; a key said before in this process returns the first one's."""
        return await self._once(_place(channel), post, key, None, doubt)

    async def thread(
        self, channel: Channel, message: str, name: str, opener: Post, key: str, *, doubt: bool = False
    ) -> str:
        """Say `opener` under a message. A thread in Slack has no name, and the id of the message it hangs from."""
        await self._once(_place(channel), opener, key, message, doubt)
        return message

    async def reply(self, channel: Channel, thread: str, post: Post, key: str, *, doubt: bool = False) -> str:
        """Say it in the thread and return its `ts`."""
        return await self._once(_place(channel), post, key, thread, doubt)

    async def edit(self, channel: Channel, message: str, post: Post) -> None:
        """Put it in the place of what the message said; its key stays with it."""
        shown = rendered(await self._api.introduced(post))
        await self._api.change(_place(channel), message, shown)

    async def tell(self, person: str, post: Post, key: str, *, doubt: bool = False) -> None:
        """Say it to one person (`slack:U…`), where only they and the bot are."""
        platform, _, user = person.partition(":")
        if platform != "slack" or not user:
            raise Refused(f"{person} is nobody in Slack.")
        try:
            await self._once(await self._api.inbox(user), post, key, None, doubt)
        except ChannelLost as lost:
            raise Refused("This person takes no messages from the bot in Slack.") from lost

    async def inbox(self, person: str) -> Channel:
        """The direct messages of a person and the bot (`slack:TEAM/D…`)."""
        platform, _, user = person.partition(":")
        if platform != "slack" or not user:
            raise Refused(f"{person} is nobody in Slack.")
        return Channel("slack", f"{(await self._api.me()).team}/{await self._api.inbox(user)}")

    async def visible(self, person: str, channels: Collection[Channel]) -> frozenset[Channel]:
        """Their own messages, the channels they are in, and the public ones unless they are guests (`rooms`)."""
        platform, _, user = person.partition(":")
        if platform != "slack" or not user or not channels:
            return frozenset()
        seen = await self._known.rooms.visible(user, channels)
        if any(_place(one).startswith("D") for one in channels):
            mine = await self.inbox(person)
            seen |= {one for one in channels if one == mine}
        return seen

    async def standing(self, person: str, channel: Channel) -> Standing:
        """What they are in the workspace, which is the same in all of its channels."""
        platform, _, user = person.partition(":")
        if platform != "slack" or not user:
            return "member"
        said = (await self._known.people.look(user)).standing
        own = said == "member" and _place(channel).startswith("D")
        return "manager" if own and channel == await self.inbox(person) else said

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

    async def _announce(
        self, channel: Channel, post: Post, key: str, *, doubt: bool = False, shy: bool = False
    ) -> None:
        """As `post`. `shy`: what may have been said is not said again where Slack lets nobody look."""
        try:
            await self._once(_place(channel), post, key, None, doubt, blind=shy)
        except _Untold:
            log.info("%s may have been told “%s”, so it is not told again.", channel, post.headline.text)

    async def _once(
        self, place: str, post: Post, key: str, thread: str | None, doubt: bool, *, blind: bool = False
    ) -> str:
        """Say it, or return what it became; one at a time, so that two who mean the same wait for each other."""
        known, digest = f"{place}|{thread}|{key}", _digest(key)
        async with self._turns.setdefault(known, asyncio.Lock()):
            if known not in self._said:
                found = await self._look(place, thread, digest, blind=blind) if doubt else None
                self._said[known] = found or await self._say(place, post, digest, thread)
                _forget(self._said)
            return self._said[known]

    async def _look(self, place: str, thread: str | None, digest: str, *, blind: bool) -> str | None:
        try:
            return await self._api.find(place, thread, digest)
        except Refused as refused:
            if blind:
                raise _Untold from refused
            return None

    async def _say(self, place: str, post: Post, digest: str, thread: str | None) -> str:
        metadata = {"event_type": "paper_round_post", "event_payload": {"key": digest}}
        hung = {"thread_ts": thread} if thread else {}
        shown = rendered(await self._api.introduced(post))
        return await self._api.say(place, shown | hung | BARE | {"metadata": metadata})


class _Untold(Exception):
    """It may have been said, and nobody can look."""


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
