"""What people type and press, and what they are answered."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.model.posts import Post
from bot.model.wishes import Channel


@dataclass(frozen=True, slots=True)
class Ask:
    """Words that a person typed in a channel: `verb` is the command without its slash, `words` what follows.

    `person` is the platform's id of who typed them, with its platform (`slack:U1`, `local:you`).
    """

    channel: Channel
    person: str
    verb: str
    words: str = ""


@dataclass(frozen=True, slots=True)
class Press:
    """A button that a person pressed in a channel."""

    channel: Channel
    person: str
    action: str


@dataclass(frozen=True, slots=True)
class Reply:
    """What the bot answers: `post` to the person alone, and `public` to the whole channel, if anything is.

    `replaces` says that `post` takes the place of the message whose button was pressed.
    `thread` is the id of a paper's thread that the answer points to; the platform makes the link.
    """

    post: Post
    public: Post | None = None
    replaces: bool = False
    thread: str | None = None


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a local channel. `key` makes saying it twice harmless; `thread` is the message it hangs from."""

    channel: Channel
    author: str
    post: Post
    at: datetime
    key: str
    thread: int | None = None
    id: int = 0
