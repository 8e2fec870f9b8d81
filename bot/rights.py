"""Who may change what a channel gets: the one place that decides it, for words typed and for buttons pressed. Pure."""

from __future__ import annotations

import re

from bot.errors import WordsWrong
from bot.model import Customs, Standing

Who = tuple[str, ...]
"""`anyone`, `creator` (each their own), `managers`, and people by their ids (`slack:U1`)."""

ANYONE: Who = ("anyone",)
MANAGERS: Who = ("managers",)
GROUPS = ("anyone", "creator", "managers")
MOST = 20
"""People that can be named; a longer list belongs into the platform's own groups."""

_PERSON = re.compile(r"<?@!?([A-Za-z0-9_.-]{1,64})(?:\|[^>]*)?>?")
"""How people are named in words: `@U1`, Slack's `<@U1|ada>`, Discord's `<@1>` and `<@!1>`."""

_IDS = {"slack": re.compile(r"[UW][A-Z0-9]{1,40}"), "discord": re.compile(r"[0-9]{1,20}")}
"""What ids look like where names are typed the same way: a name is nobody's, and would let in nobody."""

OUTSIDER = "Papers here are looked after by the company whose channel this is: its members change what comes."


def may(who: Who, person: str, standing: Standing, creator: str | None = None) -> bool:
    """Whether this person may change a subscription of `creator` (None: something that is nobody's, such as a pause).

    Managers always may; people of another company never.
    """
    if standing != "member":
        return standing == "manager"
    return "anyone" in who or person in who or ("creator" in who and creator == person)


def counts(customs: Customs, default: Who | None) -> Who:
    """Who may change the rules of a channel: as it says itself, else as the bot's config does, else as is usual there.

    Discord shows what changes a channel to those who manage it, until the config, the server or the channel says
    otherwise; elsewhere it is anyone's.
    """
    if customs.who is not None:
        return customs.who
    if default is not None:
        return default
    return MANAGERS if customs.channel.platform == "discord" else ANYONE


def read(words: str, person: str) -> Who:
    """`creator,@U1,me` → Who. `WordsWrong` for what names nobody."""
    platform = person.partition(":")[0]
    found = dict.fromkeys(_one(word, person, platform) for word in words.split(",") if word.strip())
    if not found or len(found) > MOST:
        raise WordsWrong(f"who: takes one to {MOST} of these, with commas: anyone, creator, managers, me, @person.")
    return tuple(found)


def default(words: str | None) -> Who | None:
    """The config's: one of the groups, since people are of one platform; None where it says nothing."""
    if words is None:
        return None
    if words not in GROUPS:
        raise WordsWrong(f"who: is one of {', '.join(GROUPS)}; {words[:40]!r} is none of these.")
    return (words,)


def _one(word: str, person: str, platform: str) -> str:
    word = word.strip()
    if word.lower() in GROUPS:
        return word.lower()
    if word.lower() == "me":
        return person
    if named := _PERSON.fullmatch(word):
        if platform in _IDS and not _IDS[platform].fullmatch(named[1]):
            raise WordsWrong(_nameless(word, platform))
        return f"{platform}:{named[1]}"
    raise WordsWrong(f"who: takes anyone, creator, managers, me, or people as @person; {word[:40]!r} is none of these.")


def _nameless(word: str, platform: str) -> str:
    """A name where an id is needed. Slack hands names over where the app was made from an older manifest."""
    older = (
        " Was that done? Then the Slack app's manifest is an old one: whoever runs the bot pastes "
        "config/slack-app.yaml anew under “App Manifest” at https://api.slack.com/apps."
    )
    told = f"who: knows nobody by the name {word[:40]!r}: choose them from the list that @ opens."
    return told + (older if platform == "slack" else "")


def locks_out(who: Who, person: str, standing: Standing) -> bool:
    """Whether whoever sets this could not change it back."""
    return not may(who, person, standing)


def people(who: Who) -> Who:
    """Those who are named one by one."""
    return tuple(one for one in who if one not in GROUPS)


def spoken(who: Who) -> str:
    """Who may change rules, in words, without those who are named one by one."""
    if "anyone" in who:
        return "anyone who can post here"
    if "creator" in who:
        return "whoever made a subscription, and those who manage this channel"
    return "those who manage this channel"
