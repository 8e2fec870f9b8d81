"""What is said when a platform tells that a channel's life has changed."""

from __future__ import annotations

from bot.model import Line, Post, Reply, Span
from bot.replies.words import line


def unsaid() -> Reply:
    """Nobody waits for an answer."""
    return Reply(Post(line("Noted.")))


def greeting() -> Reply:
    """The first words in a channel that has just let the bot in: once, and with the command to begin with."""
    first = Post(
        line("Hello! I bring new research papers to this channel: those that match what you follow, each one once."),
        (
            Line(
                (
                    Span("Start with "),
                    Span("/subscribe transformers quantization", "code"),
                    Span(" or words of your own."),
                )
            ),
        ),
    )
    return Reply(first, public=first)
