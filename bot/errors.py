"""Everything we expect to go wrong. Each error carries one sentence that tells its receiver what to do next.

PaperRoundError
├── WordsWrong            what a person typed (exit 2)
│   ├── RuleError         a rule that cannot be read; knows where
│   ├── OptionError       an option such as `mode:` with a wrong value; knows where
│   ├── ChannelUnknown    a channel that cannot be named like this
│   └── SettingsError     a key of the config or a variable of the environment
└── WorldFailed           what the world did (exit 1)
    ├── SourceFailed      a feed that cannot be reached or read; may know when to try again
    ├── StoreFailed       a database that is locked, read-only, corrupt, or of a newer version
    │   ├── RulesChanged  the subscriptions changed between matching and recording: match again
    │   └── LeaseLost     somebody else has taken this delivery over: leave it alone
    └── PlatformFailed    Slack, Discord or a browser
        ├── TryLater      transient: try again after so many seconds
        │   └── Unsure        transient, and it may have been taken all the same: look before saying it again
        └── Refused       permanent: the delivery stops, the reason is told
            ├── ChannelLost   nothing can be said in that channel: its deliveries wait until somebody mends it
            ├── MessageGone   the message or thread it is about was deleted
            └── NotWelcome    it will not have the bot at all (a wrong token): deliveries wait until that is mended
"""

from __future__ import annotations


class PaperRoundError(Exception):
    """Its `str` is one sentence for a person: what is wrong, where, and what mends it."""


class WordsWrong(PaperRoundError):
    """What a person typed cannot be used; nothing was changed."""


class _Placed(WordsWrong):
    """Words that are wrong at a place: `text[start:end]` is what was not understood."""

    def __init__(self, sentence: str, text: str, start: int, end: int | None = None) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.text = text
        self.start = start
        self.end = end if end is not None else start + 1

    def caret(self) -> str:
        """Two lines: the text as typed, and carets under what is wrong (for a monospaced font)."""
        shown = "".join(" " if not c.isprintable() else c for c in self.text)
        return f"{shown}\n{' ' * self.start}{'^' * max(1, self.end - self.start)}"


class RuleError(_Placed):
    """A rule that cannot be read."""


class OptionError(_Placed):
    """An option whose value cannot be used."""


class ChannelUnknown(WordsWrong):
    """A channel that cannot be named like this."""


class SettingsError(WordsWrong):
    """A setting that is unknown or wrong, named by file and key."""


class WorldFailed(PaperRoundError):
    """The world failed, not the person."""


class SourceFailed(WorldFailed):
    """A feed could not be reached or read. `after` is the seconds the owner asked us to wait, if any.

    `status` is the HTTP status of an answer that was no feed, nor told where one is.
    """

    def __init__(
        self, sentence: str, *, after: float | None = None, gone: bool = False, status: int | None = None
    ) -> None:
        super().__init__(sentence)
        self.status = status
        self.after = after
        self.gone = gone


class StoreFailed(WorldFailed):
    """The database cannot be used as it is."""


class RulesChanged(StoreFailed):
    """The subscriptions changed between matching and recording: match again."""


class LeaseLost(StoreFailed):
    """Somebody else has taken this delivery over: leave it alone."""


class PlatformFailed(WorldFailed):
    """A platform did not take what we sent."""


class TryLater(PlatformFailed):
    """Transient. `after` is the seconds the platform asked us to wait, or None when it did not say."""

    def __init__(self, sentence: str, after: float | None = None) -> None:
        super().__init__(sentence)
        self.after = after


class Unsure(TryLater):
    """Transient, and the platform may have taken it all the same: its answer was lost, or says so little."""


class Refused(PlatformFailed):
    """Permanent: trying again would be refused again. The sentence is the reason a person reads."""


class ChannelLost(Refused):
    """Nothing can be said in this channel (gone, archived, not invited, a permission missing) until it is mended."""


class MessageGone(Refused):
    """The message or thread it is about is not there any more; the channel is."""


class NotWelcome(Refused):
    """The platform will not have the bot at all (a wrong token): whoever runs it mends that, and tries again."""
