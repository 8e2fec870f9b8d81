"""discord.py, imported without the warning that its voice part gives on Python 3.11 and 3.12 (we have no voice).

Import it from here: `from bot.chat.discord.sdk import discord`.
"""

from __future__ import annotations

import warnings
from typing import Any

with warnings.catch_warnings():
    warnings.filterwarnings("ignore", message="'audioop' is deprecated", category=DeprecationWarning)
    import discord as discord
    from discord import app_commands as app_commands
    from discord.gateway import DiscordWebSocket as DiscordWebSocket
    from discord.http import Route as Route
    from discord.http import handle_message_parameters as handle_message_parameters

discord.VoiceClient.warn_nacl = False  # voice libraries are rightly missing: no warning about them at start
discord.VoiceClient.warn_dave = False

Interaction = discord.Interaction[Any]
