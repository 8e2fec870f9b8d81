"""Where an interaction is meant, by whom, with which rights; and what its answer is told about that."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Final

from bot.chat.discord.places import OWN, is_number
from bot.chat.discord.sdk import Interaction, discord
from bot.chat.discord.seeing import People, missing, named, standing
from bot.model import Button, Channel, Form, Line, Post, Span, Standing

ELSEWHERE: Final = "@"
"""Stands in an action before the number of another channel than the one it is pressed in."""


@dataclass(frozen=True, slots=True)
class Where:
    """`channel` is the one that is meant, with the person's standing in it and what the bot `lacks` there.

    `note` says which it is where that is not the place a person looks at; `elsewhere`: it is another channel.
    """

    channel: Channel
    standing: Standing
    lacks: tuple[str, ...] = ()
    note: str = ""
    elsewhere: bool = False


def of(interaction: Interaction) -> Where | None:
    """The channel that is typed in: inside a thread or a forum's post, the one it hangs from."""
    place = interaction.channel
    if place is None:
        return None
    if interaction.guild_id is None:
        return Where(Channel("discord", f"{OWN}/{place.id}"), "manager")
    thread = place if isinstance(place, discord.Thread) else None
    forum = isinstance(thread.parent if thread else place, discord.ForumChannel)
    return Where(
        Channel("discord", f"{interaction.guild_id}/{thread.parent_id if thread else place.id}"),
        standing(interaction.permissions),
        missing(interaction.app_permissions, forum=forum),
        _note(thread) if thread else "",
    )


def target(interaction: Interaction, channel: Any) -> Where | None:
    """Another channel that was named: the person's rights, and the bot's, are those there; None where they see nothing.

    Discord offers only channels that they see, but takes any number from whoever writes to it by other means.
    """
    forum = isinstance(channel, discord.ForumChannel)
    theirs = channel.permissions_for(interaction.user)
    if not theirs.view_channel:
        return None
    ours = channel.permissions_for(channel.guild.me)
    lacks = missing(ours, forum=forum)
    return Where(
        Channel("discord", f"{channel.guild.id}/{channel.id}"),
        standing(theirs),
        lacks,
        f"This is about #{channel.name}.",
        elsewhere=True,
    )


def pressed(interaction: Interaction, number: str, people: People) -> Where | None:
    """What a button about another channel means; None when that channel, or the person's rights there, are gone."""
    channel = interaction.client.get_channel(int(number)) if is_number(number) else None
    people.meet(interaction.user)
    permissions = people.permissions(channel, interaction.user.id)
    if channel is None or permissions is None or channel.guild.id != interaction.guild_id:
        return None
    if not permissions.view_channel:
        return None
    return Where(Channel("discord", f"{channel.guild.id}/{channel.id}"), standing(permissions), elsewhere=True)


def split(action: str) -> tuple[str, str]:
    """An action, and the channel that it is about if that is another one."""
    bare, _, number = action.partition(ELSEWHERE)
    return bare, number


def addressed(post: Post, where: Where) -> Post:
    """The post with actions that say which channel they are about, if that is another one than it is shown in."""
    if not where.elsewhere:
        return post
    number = where.channel.place.partition("/")[2]
    entries = tuple(replace(one, button=_to(one.button, number) if one.button else None) for one in post.entries)
    return replace(
        post,
        buttons=tuple(_to(button, number) for button in post.buttons),
        more=tuple(_to(button, number) for button in post.more),
        entries=entries,
    )


def form(form: Form, where: Where) -> Form:
    """The form, its action saying which channel it is about, if that is another one than it is filled in in."""
    if not where.elsewhere:
        return form
    number = where.channel.place.partition("/")[2]
    return Form(form.title, f"{form.action}{ELSEWHERE}{number}", form.fields, form.send)


def noted(post: Post, where: Where, *, subscribing: bool) -> Post:
    """The post, with the channel that is meant where that is not plain, and what the bot may not do there."""
    lines = [Line((Span(where.note),), "small")] if where.note else []
    if subscribing and where.lacks:
        lines.append(Line((Span("The bot lacks permissions here: ", "strong"), Span(_lacking(where.lacks)))))
    return replace(post, closing=(*post.closing, *lines))


def _lacking(lacks: tuple[str, ...]) -> str:
    return f"in the channel's settings, Permissions, allow it {named(lacks)}, or posts will not arrive as they should."


def _to(button: Button, number: str) -> Button:
    return replace(button, action=f"{button.action}{ELSEWHERE}{number}")


def _note(thread: discord.Thread) -> str:
    parent = thread.parent
    if isinstance(parent, discord.ForumChannel):
        return f"You are in a post: this is about #{parent.name}, the forum it stands in."
    return f"You are in a thread: this is about {f'#{parent.name}, ' if parent else ''}the channel it hangs from."
