"""The commands that Discord offers people, and telling Discord about them only when they changed."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from typing import Any

from bot.chat.discord.sdk import app_commands, discord

log = logging.getLogger("paper-round")

Interaction = discord.Interaction[Any]

OLD_COMMAND = "The bot has been updated and Discord still shows an old command: press Ctrl+R in Discord and try again."

_MATTERS = frozenset(
    {"name", "description", "type", "options", "required", "autocomplete", "choices", "value", "channel_types"}
    | {"min_length", "max_length", "min_value", "max_value"}
    | {"default_member_permissions", "contexts", "integration_types", "nsfw"}
)


class Tree(app_commands.CommandTree[Any]):
    """Our commands. What goes wrong before a command runs is told to the person, too."""

    async def on_error(self, interaction: Interaction, error: app_commands.AppCommandError) -> None:
        if isinstance(error, (app_commands.CommandNotFound, app_commands.CommandSignatureMismatch)):
            try:
                await interaction.response.send_message(OLD_COMMAND, ephemeral=True)
            except discord.DiscordException as unheard:
                log.warning("an old command could not be answered: %s", unheard)
        else:
            log.error("a Discord command failed", exc_info=error)


def offer(tree: Tree, ask: Callable[[Interaction, str, str], Awaitable[None]]) -> None:
    """Put the commands into the tree; each hands its words to `ask`."""
    managers = app_commands.default_permissions(manage_channels=True)

    @tree.command(description="Bring new papers that match a rule to this channel; shows you first what it means")
    @app_commands.describe(rule='Words, "a phrase", OR, -without, (…); and options such as mode:daily at:09:00')
    @managers
    async def subscribe(interaction: Interaction, rule: str) -> None:
        await ask(interaction, "subscribe", rule)

    @tree.command(description="End one of this channel's subscriptions")
    @app_commands.describe(which="Its number from /subscriptions, its rule, or all")
    @managers
    async def unsubscribe(interaction: Interaction, which: str) -> None:
        await ask(interaction, "unsubscribe", which)

    @tree.command(description="What this channel is subscribed to")
    async def subscriptions(interaction: Interaction) -> None:
        await ask(interaction, "subscriptions", "")

    papers = app_commands.Group(name="papers", description="Papers and help")

    @papers.command(description="Papers seen so far that match a rule, for your eyes only")
    @app_commands.describe(rule='Words, "a phrase", OR, -without, (…)')
    async def search(interaction: Interaction, rule: str) -> None:
        await ask(interaction, "papers", f"search {rule}")

    @papers.command(description="The best that this channel had of late, for your eyes only")
    @app_commands.describe(span="How far back: 7d, 2w, 12h")
    async def top(interaction: Interaction, span: str = "7d") -> None:
        await ask(interaction, "papers", f"top {span}")

    _tune(papers, ask)

    @papers.command(name="help", description="What you can type, with examples")
    async def help_(interaction: Interaction) -> None:
        await ask(interaction, "papers", "help")

    own = app_commands.Group(name="feeds", description="Feeds of this channel's own", parent=papers)

    @own.command(name="list", description="This channel's own feeds")
    async def list_(interaction: Interaction) -> None:
        await ask(interaction, "papers", "feeds")

    @own.command(description="A feed that only this channel's rules see")
    @app_commands.describe(address="Its web address, or that of a page that names it")
    async def add(interaction: Interaction, address: str) -> None:
        await ask(interaction, "papers", f"feeds add {address}")

    @own.command(description="End one of this channel's own feeds")
    @app_commands.describe(address="As /papers feeds list shows it")
    async def remove(interaction: Interaction, address: str) -> None:
        await ask(interaction, "papers", f"feeds remove {address}")

    tree.add_command(papers)


def _tune(papers: app_commands.Group, ask: Callable[[Interaction, str, str], Awaitable[None]]) -> None:
    """The commands about how and when a channel gets its papers."""

    @papers.command(description="When and how this channel gets its papers; with options, change it")
    @app_commands.describe(options="Such as mode:daily at:08:30 tz:Europe/Berlin days:mon-fri max:10")
    async def settings(interaction: Interaction, options: str = "") -> None:
        await ask(interaction, "papers", f"settings {options}".strip())

    @papers.command(description="Post nothing here for a while; what matches waits, and nothing is lost")
    @app_commands.describe(span="For how long: 3d, 2w; without it, until somebody resumes")
    async def pause(interaction: Interaction, span: str = "") -> None:
        await ask(interaction, "papers", f"pause {span}".strip())

    @papers.command(description="Go on; what waited comes in one digest")
    async def resume(interaction: Interaction) -> None:
        await ask(interaction, "papers", "resume")


async def publish(tree: Tree) -> bool:
    """Tell Discord our commands if they are not what it lists; True if it had to be told."""
    client = tree.client
    listed = await client.http.get_global_commands(client.application_id or 0)
    ours = [command.to_dict(tree) for command in tree.get_commands()]
    if _essence(listed) == _essence(ours):
        return False
    await tree.sync()
    return True


def _essence(commands: Any) -> Any:
    """What of a command matters, in one order: defaults that Discord adds or leaves out make no difference."""
    if isinstance(commands, list):
        return sorted((_essence(each) for each in commands), key=str)
    if not isinstance(commands, dict):
        return str(commands)
    return {key: _essence(value) for key, value in sorted(commands.items()) if key in _MATTERS and value}
