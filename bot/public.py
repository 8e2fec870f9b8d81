"""Which channels everybody may read of: the one place that decides it, for pages, feeds and figures. Pure."""

from __future__ import annotations

from bot.model import Channel

PUBLIC = "local"
"""The platform whose channels everybody may read of, and whose votes count for all."""
OWN = "me-"
"""What the name of somebody's own channel on these pages begins with; the rest is who they are (`local:…`)."""


def owner(channel: Channel) -> str | None:
    """Whose own messages a channel of these pages holds; None where it is everybody's."""
    own = channel.platform == "local" and channel.place.startswith(OWN)
    return f"local:{channel.place.removeprefix(OWN)}" if own else None


def inbox(person: str) -> Channel:
    """The channel of one visitor's own messages on these pages."""
    return Channel("local", OWN + person.partition(":")[2])


def alone(channel: Channel) -> bool:
    """Whether a channel of Slack or Discord is one person's messages with the bot.

    Slack's begin with D (https://docs.slack.dev/reference/objects/conversation-object), Discord's stand under `@me`.
    """
    name = channel.place.rpartition("/")[2]
    return (channel.platform == "slack" and name[:1] == "D") or (
        channel.platform == "discord" and channel.place.startswith("@me/")
    )


def public(channel: Channel) -> bool:
    """Whether what a channel follows and was sent may be shown to anybody who can open the pages.

    Only channels that live on these pages are known to be, without people's own messages. What is not known to be
    public is private: a direct message, a closed channel, a mailbox.
    """
    return channel.platform == PUBLIC and owner(channel) is None
