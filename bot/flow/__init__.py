"""poll, deliver, answer: one function each, read from top to bottom. No I/O of its own: it is handed the world."""

from bot.flow.answering import answer
from bot.flow.delivering import LEASE, claim, deliver
from bot.flow.polling import Polled, poll
from bot.flow.renewing import renew
from bot.flow.world import Read, World

__all__ = ["LEASE", "Polled", "Read", "World", "answer", "claim", "deliver", "poll", "renew"]
