"""Answers that lead out of a chat to the pages."""

from __future__ import annotations

from bot.model import Line, Post, Reply, Span
from bot.replies.words import line, who


def sign_up(link: str, rule: str) -> Reply:
    """Where to give one's address."""
    return Reply(
        Post(
            line("By mail, for ", (rule, "code"), ": ", Span("give your address here", "strong", link)),
            (Line((Span("You are asked by mail first, and every mail has a link that ends it."),), "small"),),
        )
    )


def no_mail(why: str) -> Reply:
    """Mail is off here."""
    return Reply(Post(line(why or "Mail is off: BOT_PUBLIC_URL is not set."), (line("Nothing was changed."),)))


def shown(link: str) -> Reply:
    """The secret address."""
    warning = "Whoever has this address sees what this channel follows and was sent. /papers address end ends it."
    feeds = line("As a feed: ", Span("Atom", url=f"{link}/feed.atom"), ", ", Span("JSON Feed", url=f"{link}/feed.json"))
    return Reply(
        Post(line("This channel's page: ", Span(link, "strong", link)), (feeds, Line((Span(warning),), "small")))
    )


def no_pages() -> Reply:
    """There is nothing to link to."""
    return Reply(Post(line("This channel has no page: whoever runs the bot has set no BOT_PUBLIC_URL.")))


def ended(person: str, *, was: bool) -> Reply:
    """The address leads nowhere now; the channel hears of it."""
    if not was:
        return Reply(Post(line("This channel has no address; nothing was changed.")))
    public = Post(line(who(person), " ended the address of this channel's page."))
    return Reply(Post(line("Done: the address leads nowhere any more.")), public=public)
