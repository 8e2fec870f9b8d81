"""The nouns. Frozen values without behaviour beyond naming themselves; nothing here reads the world."""

from bot.model.deliveries import Bundle, Claim, Delivery, Edit, Item, Match, News, NewsKind, Poll, Reason, State
from bot.model.papers import Announce, Bookmark, Feed, Original, Paper, Reading, Signals
from bot.model.posts import Button, Entry, Field, Form, Line, Post, Span
from bot.model.talk import Ask, Change, Errand, Heard, Message, Press, Reply, Standing, Typing
from bot.model.wishes import Amendment, Channel, Customs, Draft, Options, Rulebook, Subscription

__all__ = [
    "Amendment",
    "Announce",
    "Ask",
    "Bookmark",
    "Bundle",
    "Button",
    "Change",
    "Channel",
    "Claim",
    "Customs",
    "Delivery",
    "Draft",
    "Edit",
    "Entry",
    "Errand",
    "Feed",
    "Field",
    "Form",
    "Heard",
    "Item",
    "Line",
    "Match",
    "Message",
    "News",
    "NewsKind",
    "Options",
    "Original",
    "Paper",
    "Poll",
    "Post",
    "Press",
    "Reading",
    "Reason",
    "Reply",
    "Rulebook",
    "Signals",
    "Span",
    "Standing",
    "State",
    "Subscription",
    "Typing",
]
