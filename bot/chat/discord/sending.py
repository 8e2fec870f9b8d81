"""What is shown → discord.py's own objects."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from bot.chat.discord.embeds import Shown
from bot.chat.discord.menus import ROWS, WIDTH, Menu
from bot.chat.discord.sdk import discord, handle_message_parameters
from bot.model import Button

_STYLES = {
    "plain": discord.ButtonStyle.secondary,
    "primary": discord.ButtonStyle.primary,
    "danger": discord.ButtonStyle.danger,
}


@dataclass(frozen=True, slots=True)
class Said:
    """A message for discord.py: what is None is cleared when a message is edited."""

    content: str | None
    embeds: list[discord.Embed]
    view: discord.ui.View | None

    def fresh(self) -> dict[str, Any]:
        """Keyword arguments for a new message: discord.py takes no None for a view there."""
        view = {"view": self.view} if self.view else {}
        return {"content": self.content, "embeds": self.embeds, **view}

    async def instead(self, client: discord.Client, place: int, message: int) -> None:
        """Take the place of a message. Previews of addresses are off while it has no embed of ours, as when new."""
        with handle_message_parameters(
            self.content,
            embeds=self.embeds,
            view=self.view,
            flags=discord.MessageFlags(suppress_embeds=not self.embeds),
            allowed_mentions=discord.AllowedMentions.none(),
        ) as params:
            await client.http.edit_message(place, message, params=params)


def said(shown: Shown, thread: str | None = None) -> Said:
    """Content, embeds and what can be pressed; `thread` is an address that gets a button of its own."""
    embeds = []
    if shown.title or shown.description:
        embeds.append(_embed(shown))
    return Said(shown.content or None, embeds, _view(shown.buttons, shown.menus, thread))


def _embed(shown: Shown) -> discord.Embed:
    title, description = shown.title or None, shown.description or None
    return discord.Embed(title=title, url=shown.url, description=description, colour=shown.colour)


def _view(buttons: tuple[Button, ...], menus: tuple[Menu, ...], thread: str | None) -> discord.ui.View | None:
    """What can be pressed; stopped at once, so that discord.py keeps no memory of any message's buttons."""
    if not buttons and not menus and not thread:
        return None
    view = discord.ui.View(timeout=None)
    room = (ROWS - len(menus)) * WIDTH
    for button in buttons[: room - bool(thread)]:
        view.add_item(discord.ui.Button(style=_STYLES[button.style], label=button.label, custom_id=button.action))
    if thread and room:
        view.add_item(discord.ui.Button(label="Open the thread", url=thread))
    for menu in menus:
        options = [discord.SelectOption(label=label, value=action) for label, action in menu.options]
        view.add_item(discord.ui.Select(custom_id=menu.id, placeholder=menu.placeholder, options=options))
    view.stop()
    return view
