"""Words typed in chat → Command. What a command's outcome says is in `replies`."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from types import MappingProxyType

from bot import options, rules
from bot.commands.kinds import (
    AddFeed,
    Address,
    ByMail,
    Change,
    Command,
    Delivering,
    Export,
    Feeds,
    Find,
    Help,
    Overview,
    Pause,
    RemoveFeed,
    Resume,
    Saved,
    Search,
    Settings,
    Status,
    Subscribe,
    Subscriptions,
    Telling,
    Test,
    Top,
    Unsubscribe,
    Why,
)
from bot.errors import RuleError, WordsWrong
from bot.model import Ask, Options, Press

VERBS = (
    "/subscribe", "/unsubscribe", "/subscriptions", "/papers search", "/papers find", "/papers why", "/papers top",
    "/papers status", "/papers test", "/papers change", "/papers settings", "/papers pause", "/papers resume",
    "/papers feeds", "/papers saved", "/papers address", "/papers overview", "/papers export", "/papers help",
)  # fmt: skip
"""As every platform offers them. A platform where another app owns a short name has `/papers subscribe` and so on."""

PRESSES: Mapping[str, bool] = MappingProxyType({
    # of a preview, by the draft's number
    "confirm": True, "cancel": False, "edit": False, "edited": False, "show": False,
    # of a public line, by the change's number
    "undo": True,
    # of a post, by the delivery's number
    "discuss": False, "vote": False, "why": False, "not": False, "save": False, "bibtex": False,
    # of lists: by the subscription's number, by the overview's, by the delivery's
    "drop": True, "hold": True, "go": False, "ending": False, "unsave": False,
    # of what is told about rules that rot
    "widen": True, "tending": False,
})  # fmt: skip
"""Every button's verb, and whether pressing it changes what a channel gets, so that rights are asked (`bot.rights`).

Actions read `verb:number`; the verb of a form that was sent is `edited`.
"""

_OPENERS: Mapping[str, str] = MappingProxyType({"edited": "edit"})
"""The verb of each form that can be sent → that of the button that opens it."""

_HELP = frozenset({"help", "?", "-h", "-help", "--help", "—help", "–help"})
"""What somebody types who wants to know more; papers that mention help are found by "help" in quotes."""

_CHANGING = frozenset({"change", "pause", "resume"})


__all__ = [
    "LONGEST",
    "PRESSES",
    "VERBS",
    "WEEK",
    "AddFeed",
    "Address",
    "ByMail",
    "Change",
    "Command",
    "Delivering",
    "Export",
    "Feeds",
    "Find",
    "Help",
    "Overview",
    "Pause",
    "RemoveFeed",
    "Resume",
    "Saved",
    "Search",
    "Settings",
    "Status",
    "Subscribe",
    "Subscriptions",
    "Telling",
    "Test",
    "Top",
    "Unsubscribe",
    "Why",
    "changes",
    "opener",
    "read",
]

WEEK = timedelta(days=7)
LONGEST = timedelta(days=366)
_WHO = re.compile(r"(?<!\S)who[:：]\s*((?:[^\s,<]|<[^>]*>)+(?:\s*,\s*(?:[^\s,<]|<[^>]*>)+)*)", re.IGNORECASE)
"""Who may change rules; a mention may hold spaces (`<@U1|Ada L>`)."""

_VIA = re.compile(r"""["“”„«»＂][^"“”„«»＂]*["“”„«»＂]?|(?<!\S)via[:：]\s*(?P<via>\S*)""", re.IGNORECASE)

_LINK = re.compile(r"<(https?://[^<>|\s]*)(?:\|[^<>]*)?>")
"""An address as Slack writes it."""

_UNITS = {"h": timedelta(hours=1), "d": timedelta(days=1), "w": WEEK}


def read(ask: Ask, acronyms: rules.Acronyms = rules.KNOWN) -> Command:
    """The command that was typed, its rule read with the team's acronyms.

    `WordsWrong` says what was not understood, and what to type instead.
    """
    verb, words = ask.verb.lower(), ask.words.strip()
    if verb == "papers":
        verb, _, words = words.partition(" ")
        verb, words = verb.lower() or "help", words.strip()
    if verb == "subscribe" and (mailed := by_mail(words, acronyms)):
        return mailed
    found = _subscribing(verb, words, acronyms) or _telling(verb, words, ask.message) or delivering(verb, words)
    if found is not None:
        return found
    match verb:
        case "search":
            return search(words, acronyms)
        case "feeds":
            return feeds(words)
        case "address":
            return address(words)
        case "help":
            return Help()
    typed = f"/papers {verb[:40]}" if ask.verb.lower() == "papers" else f"/{verb[:40]}"
    named = {one.rpartition(" ")[2].removeprefix("/"): one for one in VERBS}
    near = difflib.get_close_matches(verb[:40], named, n=1, cutoff=0.75)
    if near:
        raise WordsWrong(f"There is no command {typed}. Did you mean {named[near[0]]}? /papers help shows the others.")
    raise WordsWrong(f"There is no command {typed}. These exist: {', '.join(VERBS)}.")


def changes(heard: Ask | Press) -> bool:
    """Whether it would change what a channel gets: words as typed, a button by its verb. Unknown buttons would."""
    if isinstance(heard, Press):
        return PRESSES.get(heard.action.partition(":")[0], True)
    verb, words = heard.verb.lower(), heard.words.strip()
    if verb == "papers":
        verb, _, words = words.lower().partition(" ")
    first, *more = (*words.lower().split(), "")
    match verb:
        case "subscribe":
            return first not in ("", "me")
        case "unsubscribe":
            return first != "me"
        case "settings":
            return bool(first)
        case "address":
            return first == "end"
        case "feeds":
            return first in ("add", "remove") and more != [""]
    return verb in _CHANGING


def opener(sent: str) -> str | None:
    """The action that opens the form whose action was sent, as it is now; None for what is no form.

    >>> opener("edited:7")
    'edit:7'
    """
    verb, colon, number = sent.partition(":")
    return f"{_OPENERS[verb]}{colon}{number}" if verb in _OPENERS else None


def _subscribing(
    verb: str, words: str, acronyms: rules.Acronyms
) -> Subscribe | Unsubscribe | Subscriptions | Change | Help | None:
    """The commands about rules; None for any other."""
    mine, rest = _personal(words)
    if verb in ("subscribe", "unsubscribe", "subscriptions", "change") and rest.casefold() in _HELP:
        return Help(with_list=True)
    match verb:
        case "subscribe":
            return replace(subscribe(rest, acronyms), personal=mine) if rest else Help(with_list=True)
        case "unsubscribe":
            return replace(unsubscribe(rest, acronyms), personal=mine)
        case "subscriptions":
            return Subscriptions(mine)
        case "change":
            return change(words, acronyms)
    return None


def _personal(words: str) -> tuple[bool, str]:
    """Whether `me` is the first word, and what follows."""
    first, _, rest = words.partition(" ")
    return (True, rest.strip()) if first.lower() == "me" else (False, words)


def _telling(verb: str, words: str, message: str | None) -> Telling | None:
    """The commands that only tell; None for any other."""
    match verb:
        case "why" if not words:
            raise WordsWrong("Which paper? /papers why takes its id, its link, or words of its title.")
        case "why":
            return Why(_LINK.sub(r"\1", words))
        case "find" if not words and not message:
            raise WordsWrong("Which paper? /papers find takes its id, its link, or words of its title.")
        case "find":
            return Find(words)
        case "test":
            return Test(_number(words, "/papers test"))
    plain: Mapping[str, Telling] = {
        "status": Status(),
        "export": Export(),
        "overview": Overview(),
        "saved": Saved(),
    }
    return plain.get(verb)


def _number(words: str, command: str) -> int:
    bare = words.removeprefix("#")
    if bare.isascii() and bare.isdigit() and len(bare) < 10:
        return int(bare)
    raise WordsWrong(f"Which one? /subscriptions lists them with their numbers; then {command} NUMBER.")


def change(words: str, acronyms: rules.Acronyms = rules.KNOWN) -> Change:
    """`number rule [options]` → Change."""
    first, _, rest = words.partition(" ")
    number = _number(first, "/papers change NUMBER RULE, with the")
    if not rest.strip():
        raise WordsWrong(f"Into what? /papers change {number} RULE, such as: /papers change {number} mamba -vision")
    found = subscribe(rest.strip(), acronyms)
    return Change(number, found.rule, found.options)


def subscribe(words: str, acronyms: rules.Acronyms = rules.KNOWN) -> Subscribe:
    """`rule [options]` → Subscribe."""
    rule, wanted = options.split(words)
    try:
        return Subscribe(rules.parse(rule, acronyms), wanted)
    except RuleError as error:  # its place is the same in the words as they were typed, options and all
        raise RuleError(error.sentence, words, error.start, error.end) from error


def by_mail(words: str, acronyms: rules.Acronyms = rules.KNOWN) -> ByMail | None:
    """`rule [options] via:mail` → ByMail; None where nobody wants mail. Inside quotation marks it is a word."""
    found = next((one for one in _VIA.finditer(words) if one["via"] is not None), None)
    if found is None:
        return None
    if found["via"].lower() not in ("mail", "email"):
        said = f"{found['via'][:40]!r} cannot be used" if found["via"] else "nothing is given"
        raise WordsWrong(f"via: takes mail; {said}.")
    wanted = subscribe(_personal(f"{words[: found.start()]} {words[found.end() :]}".strip())[1], acronyms)
    return ByMail(wanted.rule, wanted.options)


def address(words: str) -> Address:
    """`end`, or nothing: what it is."""
    if words.lower() not in ("", "end"):
        raise WordsWrong("/papers address tells this channel's own; /papers address end makes it lead nowhere.")
    return Address(bool(words))


def unsubscribe(words: str, acronyms: rules.Acronyms = rules.KNOWN) -> Unsubscribe:
    """`number | rule | all` → Unsubscribe. A rule may bring its options, as it does in the list people copy from."""
    if words.lower() == "all":
        return Unsubscribe()
    bare = words.removeprefix("#")
    if bare.isascii() and bare.isdigit() and len(bare) < 10:
        return Unsubscribe(number=int(bare))
    if not words:
        raise WordsWrong("Which one? /subscriptions lists them with their numbers; then /unsubscribe NUMBER, or all.")
    return Unsubscribe(rule=subscribe(words, acronyms).rule)


def search(words: str, acronyms: rules.Acronyms = rules.KNOWN) -> Search:
    """`rule` → Search; options mean nothing here and are refused by the rule language."""
    if not words:
        raise WordsWrong("What for? /papers search takes a rule, such as: /papers search transformers quantization")
    return Search(rules.parse(words, acronyms))


def delivering(verb: str, words: str) -> Delivering | None:
    """The commands about how and when papers come; None for any other."""
    match verb:
        case "settings":
            return settings(words)
        case "pause":
            return Pause(_span(words) if words else None)
        case "resume":
            return Resume()
        case "top":
            return Top(_span(words) if words else WEEK)
    return None


def settings(words: str) -> Settings:
    """`mode:daily at:08:30 tz:Europe/Berlin who:creator`, or nothing: how it stands."""
    if not words:
        return Settings()
    people = _WHO.search(words)
    rest, wanted = options.split(_WHO.sub(" ", words))
    if rest.strip() or (wanted == Options() and not people):
        raise WordsWrong(
            "/papers settings takes options, such as: /papers settings mode:daily at:08:30 tz:Europe/Berlin; "
            "and who may change rules here, such as: who:creator"
        )
    return Settings(wanted if wanted != Options() else None, people[1] if people else None)


def _span(words: str) -> timedelta:
    """`3d`, `2w`, `12h`; `WordsWrong` for anything else."""
    found = re.fullmatch(r"([1-9][0-9]{0,2})\s*(h|d|w|hours?|days?|weeks?)", words.strip().lower(), re.ASCII)
    if not found or (span := int(found[1]) * _UNITS[found[2][0]]) > LONGEST:
        raise WordsWrong(f"{words.strip()[:40]!r} is no span of time: write 12h, 3d or 2w, a year at the most.")
    return span


def feeds(words: str) -> Feeds | AddFeed | RemoveFeed:
    """`add ADDRESS | remove ADDRESS`, or nothing: the list."""
    action, _, address = words.partition(" ")
    match action.lower(), address.strip():
        case ("" | "list", ""):
            return Feeds()
        case "add", str(given) if given:
            return AddFeed(given)
        case "remove", str(given) if given:
            return RemoveFeed(given)
    raise WordsWrong(
        "/papers feeds lists this channel's own feeds; /papers feeds add ADDRESS and /papers feeds remove ADDRESS "
        "change them."
    )
