"""What leads out of a chat to the pages: signing up for mail, and a channel's own page behind its secret address."""

from __future__ import annotations

from urllib.parse import urlencode

from bot import commands, rules
from bot.flow.world import World
from bot.model import Ask, Reply
from bot.replies import abroad


def by_mail(wanted: commands.ByMail, world: World) -> Reply:
    """Where to give one's address: it is never typed in a chat, and its owner is asked by mail."""
    if world.mail_off or world.base is None:
        return abroad.no_mail(world.mail_off)
    said, rule = wanted.options, rules.write(wanted.rule)
    asked = {"q": rule, "every": "weekly" if said.mode == "weekly" else "daily"} | ({"tz": said.tz} if said.tz else {})
    return abroad.sign_up(f"{world.base}/mail?{urlencode(asked)}", rule)


async def address(ask: Ask, wanted: commands.Address, world: World) -> Reply:
    """The channel's page for whoever is shown its address, made the first time; or ended."""
    if wanted.end:
        return abroad.ended(ask.person, was=await world.store.end_address(ask.channel))
    if world.base is None:
        return abroad.no_pages()
    secret = await world.store.address(ask.channel, world.secret())
    return abroad.shown(f"{world.base}/shared/{secret}")
