"""What becomes of a channel → Change. Pure.

Events come in any order and more than once, so an event only says where to look: what counts is how Slack shows the
channel now. Only where Slack does not say, the event's own word counts.
"""

from __future__ import annotations

from bot.chat.slack.events import Turn, Word
from bot.chat.slack.rooms import Room
from bot.chat.slack.words import channel
from bot.model import Change

_WHY = {
    "left": "The bot was removed from the Slack channel: invite it by typing /invite {bot} there.",
    "archived": "The Slack channel is archived: unarchive it, or subscribe in another one.",
    "deleted": "The Slack channel is gone, or private and without the bot: invite it by typing /invite {bot} there.",
}


def change(turn: Turn, room: Room | None, team: str, bot: str) -> Change | None:
    """What the bot should know of it; None where nothing changes for it. `bot` is its name in `/invite`."""
    word = turn.word if room is None else _now(turn.word, room)
    where, person = channel(team, turn.place), f"slack:{turn.user}" if turn.user else ""
    match word:
        case "touched":
            return None
        case "joined":
            return Change(where, "joined", person=person)
        case "unarchived":
            return Change(where, "back", person=person)
    return Change(where, "lost", _WHY[word].format(bot=bot), person=person)


def _now(word: Word, room: Room) -> Word:
    """How it stands, whatever was told last."""
    if word == "touched":
        return word
    if room.gone:
        return "deleted"
    if room.archived:
        return "archived"
    if word in ("joined", "left"):
        return "joined" if room.member and word == "joined" else "unarchived" if room.member else "left"
    return "unarchived" if room.open else "left"
