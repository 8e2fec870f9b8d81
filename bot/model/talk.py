"""What people type and press, and what they are answered."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from bot.model.posts import Form, Post
from bot.model.wishes import Channel

Standing = Literal["member", "manager", "outsider"]
"""What a person is in a channel: one who may post there, one who may manage it, a guest of another company."""


@dataclass(frozen=True, slots=True)
class Ask:
    """Words that a person typed in a channel: `verb` is the command without its slash, `words` what follows.

    `person` is the platform's id of who typed them, with its platform (`slack:U1`, `local:you`), `zone` the IANA zone
    the platform knows them to live in. `message` is the platform's id of the message they ask about, if they do.
    """

    channel: Channel
    person: str
    verb: str
    words: str = ""
    standing: Standing = "member"
    zone: str | None = None
    message: str | None = None
    shared: bool = False
    """Whether people of another company read the channel too."""


@dataclass(frozen=True, slots=True)
class Press:
    """A button that a person pressed in a channel, or a form they sent: `fields` are what they filled in, by name.

    `shared` as in `Ask`.
    """

    channel: Channel
    person: str
    action: str
    standing: Standing = "member"
    fields: tuple[tuple[str, str], ...] = ()
    shared: bool = False


@dataclass(frozen=True, slots=True)
class Change:
    """What became of a channel on its platform, as the platform tells it; nobody typed anything.

    `joined`: the bot may speak there since now. `lost`: it cannot be reached any more, `why` says so in a sentence;
    `left`: so it is with all channels of its server or team, whatever follows the slash in its place.
    `expelled`: its whole team put the bot out, and what is for it waits with the platform; `returned`: it is back.
    `back`: it can be again. `moved`: it has another id now, `to`. `unthreaded`: somebody deleted its `thread`.
    `person` is who did it, where that is told.
    """

    channel: Channel
    kind: Literal["joined", "lost", "left", "back", "moved", "unthreaded", "expelled", "returned"]
    why: str = ""
    to: Channel | None = None
    person: str = ""
    thread: str = ""


@dataclass(frozen=True, slots=True)
class Typing:
    """Words that are being typed and not sent yet: `into` names what they are to become, a platform offers the rest.

    The answer's `choices` are wanted at once or not at all.
    """

    channel: Channel
    person: str
    into: Literal["rule", "subscription", "zone", "feed"]
    words: str = ""


Heard = Ask | Press | Change | Typing
"""What a platform hands to the bot."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What the bot answers: `post` to the person alone, and `public` to the whole channel, if anything is.

    `replaces` says that `post` takes the place of the message whose button was pressed.
    `thread` is the id of a paper's thread that the answer points to; the platform makes the link.
    `form` is opened instead of saying `post`; `wrong` says what is wrong with the fields of the form that was sent, by
    name: it stays open. `told` is said to the person in their own messages.
    `updated` is what the public post that was pressed shows now; where a platform can answer with it, that is enough.
    `choices` (value, label) answer a `Typing`, the likeliest first.
    To a `Change`, `public` alone is said, where the bot may speak.
    """

    post: Post
    public: Post | None = None
    replaces: bool = False
    thread: str | None = None
    form: Form | None = None
    wrong: tuple[tuple[str, str], ...] = ()
    told: Post | None = None
    choices: tuple[tuple[str, str], ...] = ()
    updated: Post | None = None


@dataclass(frozen=True, slots=True)
class Errand:
    """What a platform told the bot, kept until it is dealt with. `key` is the platform's own id of it.

    `way` leads back to the person, in the platform's own words; it has been used for `uses` answers. `reply` is None
    until it is known; an errand whose reply is known and whose way was used has only the channel left to tell.
    """

    key: str
    heard: Heard
    at: datetime
    way: str = ""
    uses: int = 0
    reply: Reply | None = None


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
