"""What the flow needs from the world: Clock, Fetch, Chat, Store. Protocols only; the real ones live on floor 4."""

from bot.ports.amending import Amending
from bot.ports.errands import Errands
from bot.ports.lives import Doubt, Round
from bot.ports.mail import Mailboxes
from bot.ports.outbox import NOTHING, Waiting
from bot.ports.roster import Memory, Roster
from bot.ports.store import Store
from bot.ports.world import Answer, Chat, Clock, Fetch, Fetched, Wary

__all__ = [
    "NOTHING",
    "Amending",
    "Answer",
    "Chat",
    "Clock",
    "Doubt",
    "Errands",
    "Fetch",
    "Fetched",
    "Mailboxes",
    "Memory",
    "Roster",
    "Round",
    "Store",
    "Waiting",
    "Wary",
]
