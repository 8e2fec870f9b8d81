"""Deliveries → Posts: everything that a channel reads about papers, before any markup.

Chooses and cuts words, never makes any up, and knows nothing of Slack, Discord or HTML.
"""

from bot.summary.cards import byline, card, example, links, opener, post, shown_title, signals, why
from bot.summary.citing import bibtex
from bot.summary.digests import digest, one_liners, week
from bot.summary.filing import filed
from bot.summary.later import another_rule, is_withdrawn, update, what_happened
from bot.summary.ranking import ranked, split
from bot.summary.reasons import why_here
from bot.summary.telling import gist
from bot.summary.words import cut, sentences

__all__ = [
    "another_rule",
    "bibtex",
    "byline",
    "card",
    "cut",
    "digest",
    "example",
    "filed",
    "gist",
    "is_withdrawn",
    "links",
    "one_liners",
    "opener",
    "post",
    "ranked",
    "sentences",
    "shown_title",
    "signals",
    "split",
    "update",
    "week",
    "what_happened",
    "why",
    "why_here",
]
