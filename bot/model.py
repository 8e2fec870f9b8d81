"""The nouns. Frozen values without behaviour beyond naming themselves; nothing here reads the world."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

from bot.errors import ChannelUnknown
from bot.habits import Habits

Announce = Literal["new", "cross", "replace", "replace-cross"]
"""How arXiv announces a paper; every other source's papers are `new`."""

State = Literal["pending", "held", "sent", "merged", "refused", "given_up"]
"""Where a delivery stands. `merged`: another delivery of the same paper already told this channel."""


# ── papers ──────────────────────────────────────────────────────────────────────────────────────────
@dataclass(frozen=True, slots=True)
class Feed:
    """A source of papers.

    `address` is what the operator wrote and the feed's identity: an `https:` address, a file's path,
    `-` (standard input), `sample:`, or a preset such as `huggingface:daily`.
    `url` is what is read for it: the address itself, or what the preset stands for.
    """

    address: str
    url: str


@dataclass(frozen=True, slots=True)
class Bookmark:
    """What we remember of a feed between two polls.

    `etag` and `modified` are byte for byte one set from one 200. `digest` is the SHA-256 of the last body,
    `due` when the feed may be asked again, `failures` how many polls in a row have failed since `failing_since`.
    `moved_to` is where that 200 came from, if not from the feed's own address: it moved there for good, or it is
    arXiv's for several feeds' categories together.
    """

    address: str
    etag: str | None = None
    modified: str | None = None
    digest: str | None = None
    due: datetime | None = None
    failures: int = 0
    failing_since: datetime | None = None
    error: str | None = None
    moved_to: str | None = None
    baseline_at: datetime | None = None
    """When the feed was first read to its end; None until then, and nothing of it is posted before."""
    habits: Habits = field(default_factory=Habits)


@dataclass(frozen=True, slots=True)
class Signals:
    """What a community adds to a paper, and may change later. None means: the source does not say."""

    upvotes: int | None = None
    comments: int | None = None
    code_url: str | None = None
    keywords: tuple[str, ...] = ()
    submitter: str | None = None
    organization: str | None = None
    gist: str | None = None
    """The source's own summary in one or two sentences."""


@dataclass(frozen=True, slots=True)
class Original:
    """A paper's title and abstract as its feed gave them, TeX, HTML and all; empty where they are as we show them."""

    title: str = ""
    abstract: str = ""


@dataclass(frozen=True, slots=True)
class Paper:
    """A paper, as plain readable text (no TeX, no HTML, no line breaks in titles).

    `id` is without version: `arxiv:2608.01234`, `doi:10.1101/…`, `guid:<feed>#…` or `url:…`.
    `source` is the address of the feed that brought it, its keys hidden.
    `aliases` are further ids the same paper is known by. `announced` is when the source brought it,
    `published` when its authors did, `seen` when we first saw it (None before the store has it).
    """

    id: str
    title: str
    source: str
    version: int | None = None
    authors: tuple[str, ...] = ()
    abstract: str = ""
    url: str | None = None
    pdf_url: str | None = None
    categories: tuple[str, ...] = ()
    published: datetime | None = None
    announced: datetime | None = None
    announce: Announce = "new"
    aliases: tuple[str, ...] = ()
    signals: Signals = field(default_factory=Signals)
    seen: datetime | None = None
    original: Original = field(default_factory=Original)


@dataclass(frozen=True, slots=True)
class Reading:
    """What a source's bytes said: its papers in the source's order, and what had to be left out and why.

    `ttl` is how many seconds the feed's own body asks to be left alone (RSS `ttl`), if it does. `kind` is its format:
    `rss`, `atom`, `rdf`, `jsonfeed`, `arxiv`, `huggingface`, `sample`.
    """

    papers: tuple[Paper, ...]
    title: str = ""
    kind: str = ""
    odd: tuple[str, ...] = ()
    ttl: int | None = None
    unchanged: int = 0
    """Entries left out of `papers` because they stood there word for word when `seen` was made."""
    seen: bytes = b""
    """What to hand to the next reading of this feed, so that it reads only what is new; empty: it reads all."""
    skip_hours: tuple[int, ...] = ()
    """Hours of the day (GMT) in which the feed asks not to be read; `skip_days` are days of the week, in English."""
    skip_days: tuple[str, ...] = ()
    period: int | None = None
    """How many seconds its owner says lie between two updates; a hint only."""


# ── who wants what ──────────────────────────────────────────────────────────────────────────────────
@dataclass(frozen=True, slots=True, order=True)
class Channel:
    """Where posts go: `slack:T…/C…`, `discord:guild/channel`, `local:general`, `email:…`, `console:`."""

    platform: str
    place: str

    def __str__(self) -> str:
        return f"{self.platform}:{self.place}"

    @staticmethod
    def parse(text: str) -> Channel:
        """Read a channel's id; `ChannelUnknown` says which forms there are."""
        platform, colon, place = text.partition(":")
        parts = place.split("/")
        pairs = platform in ("slack", "discord")
        shaped = len(parts) == (2 if pairs else 1) and all(p and p.isprintable() and " " not in p for p in parts)
        if not colon or platform not in ("slack", "discord", "local", "email") or not shaped:
            raise ChannelUnknown(
                f"There is no channel {text!r}. Channels read local:general, slack:TEAM/CHANNEL "
                "or discord:SERVER/CHANNEL (the ids, not the names)."
            )
        return Channel(platform, place)


@dataclass(frozen=True, slots=True)
class Options:
    """How a channel wants its posts. None: as the channel's default says.

    `at` is a digest's time of day, `HH:MM`; `tz` an IANA zone; `days` weekdays such as `mon-fri`; `max` posts a day.
    """

    mode: Literal["instant", "daily", "weekly"] | None = None
    at: str | None = None
    tz: str | None = None
    days: str | None = None
    format: Literal["compact", "card", "full"] | None = None
    max: int | None = None
    thread: Literal["ask", "auto", "off"] | None = None


@dataclass(frozen=True, slots=True)
class Subscription:
    """A channel's wish: papers that match `rule` (in canonical words). `id` is 0 until the store gives one."""

    channel: Channel
    rule: str
    creator: str
    options: Options = field(default_factory=Options)
    id: int = 0
    state: Literal["active", "paused"] = "active"


@dataclass(frozen=True, slots=True)
class Rulebook:
    """All active subscriptions at one moment; `version` changes whenever any of them does."""

    version: int
    subscriptions: tuple[Subscription, ...]


# ── matches and deliveries ──────────────────────────────────────────────────────────────────────────
@dataclass(frozen=True, slots=True)
class Reason:
    """Why a paper is here: `term` of the rule stands in `field` of the paper, at characters `start` to `end`.

    Facts without a place (`has:code`) have no `start` and `end`.
    """

    term: str
    field: str
    start: int | None = None
    end: int | None = None
    rule: str = ""


@dataclass(frozen=True, slots=True)
class Match:
    """A paper, the subscription that wants it, and why."""

    paper: Paper
    subscription: Subscription
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class Delivery:
    """A paper for a channel. (paper, channel) is its key: recording it twice adds reasons, never a second post.

    `row` is the store's own number for it (0 before it is stored): short enough for a button's id.
    `message` and `thread` are the platform's ids once those steps are done and remembered.
    """

    paper: str
    channel: Channel
    reasons: tuple[Reason, ...] = ()
    state: State = "pending"
    row: int = 0
    message: str | None = None
    thread: str | None = None
    attempts: int = 0
    first_tried: datetime | None = None
    """When the platform was first asked in vain; None while no attempt has failed."""
    error: str | None = None
    due: datetime | None = None
    posted_at: datetime | None = None
    options: Options = field(default_factory=Options)

    @property
    def key(self) -> str:
        """One word for (paper, channel), the same in every process: what a platform may deduplicate by."""
        return f"{self.channel}|{self.paper}"


@dataclass(frozen=True, slots=True)
class Claim:
    """A delivery taken for work. Whoever finishes it shows `lease`; an older number is refused (`LeaseLost`)."""

    delivery: Delivery
    paper: Paper
    lease: int


@dataclass(frozen=True, slots=True)
class Poll:
    """All that one poll learned, recorded in one transaction: bookmark, papers, deliveries.

    `version` is the rulebook the deliveries were planned with; None when nothing was matched (a baseline).
    `audience` are the channels whose own feed it is; None: it is read for all.
    `day` is the day of the source's past that was asked for again; the bookmark is that day's own. None: the feed's.
    """

    bookmark: Bookmark
    papers: tuple[Paper, ...] = ()
    deliveries: tuple[Delivery, ...] = ()
    version: int | None = None
    audience: frozenset[Channel] | None = None
    day: date | None = None


# ── what is said ────────────────────────────────────────────────────────────────────────────────────
@dataclass(frozen=True, slots=True)
class Span:
    """A run of text in one style. `text` is plain: markup characters in it mean themselves.

    `person` is somebody on the platform (`slack:U1`), shown there by name and never pinged; `text` stands in elsewhere.
    """

    text: str
    style: Literal["plain", "strong", "emphasis", "code"] = "plain"
    url: str | None = None
    person: str | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """One paragraph. `pre` keeps its spaces and wants a monospaced font; `small` is said quietly."""

    spans: tuple[Span, ...]
    kind: Literal["text", "item", "quote", "small", "pre"] = "text"

    @property
    def text(self) -> str:
        return "".join(span.text for span in self.spans)


@dataclass(frozen=True, slots=True)
class Button:
    """Something to press. `action` reads `verb:number` and is checked against the store when it comes back."""

    label: str
    action: str
    style: Literal["plain", "primary", "danger"] = "plain"


@dataclass(frozen=True, slots=True)
class Post:
    """What to say, before any markup: a headline, paragraphs, buttons. `plain` reads well in a notification."""

    headline: Line
    lines: tuple[Line, ...] = ()
    buttons: tuple[Button, ...] = ()
    paper: str | None = None
    """The id of the paper this post is about, if it is about one."""

    @property
    def plain(self) -> str:
        return "\n".join([self.headline.text, *(line.text for line in self.lines)])


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
