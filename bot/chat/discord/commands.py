"""The tree of our commands, and telling Discord about them only when they changed. What they are is in `offering`."""

from __future__ import annotations

import logging
from typing import Any

from bot.chat.discord.sdk import Interaction, app_commands, discord

log = logging.getLogger("paper-round")

OLD_COMMAND = "The bot has been updated and Discord still shows an old command: press Ctrl+R in Discord and try again."

UNSEEN = "The bot cannot see that channel: in its settings, Permissions, allow the bot View Channel, and try again."
OURS = "That went wrong on our side; nothing was changed. It is in the bot's log. Please try it once more."

_MATTERS = frozenset(
    {"name", "description", "type", "options", "required", "autocomplete", "choices", "value", "channel_types"}
    | {"min_length", "max_length", "min_value", "max_value"}
    | {"default_member_permissions", "contexts", "integration_types", "nsfw"}
)


class Tree(app_commands.CommandTree[Any]):
    """Our commands. What goes wrong before a command runs is told to the person, too."""

    async def on_error(self, interaction: Interaction, error: app_commands.AppCommandError) -> None:
        if isinstance(error, (app_commands.CommandNotFound, app_commands.CommandSignatureMismatch)):
            said = OLD_COMMAND
        elif isinstance(error, app_commands.TransformerError):
            said = UNSEEN
        else:
            log.error("a Discord command failed", exc_info=error)
            said = OURS
        try:
            if not interaction.response.is_done():
                await interaction.response.send_message(said, ephemeral=True)
        except discord.DiscordException as unheard:
            log.warning("a command in Discord could not be answered: %s", unheard)


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
