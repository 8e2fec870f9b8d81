"""What leads out of a chat to the pages: mail, and a channel's own page."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import pytest

from bot.model import Post, Reply
from bot.rights import default
from tests.flow.team import GENERAL, Team

BASE = "https://papers.example.org"


def team(**more: object) -> Team:
    made = Team()
    given = {"base": BASE, "mail_off": "", "secret": lambda: "s" * 32} | more
    made.world = replace(made.world, **given)  # type: ignore[arg-type]  # the table above is as the noun wants it
    return made


def links(post: Post) -> list[str]:
    return [span.url for line in (post.headline, *post.lines) for span in line.spans if span.url]


@pytest.mark.parametrize("words", ["quantization via:mail", "me quantization via:mail", "VIA:Mail quantization"])
async def test_mail_is_signed_up_for_on_the_pages_with_the_rule_filled_in(words: str) -> None:
    """No address is typed where others read, and nothing begins by it."""
    made = team()
    reply = await made.typed(f"/subscribe {words} mode:weekly tz:Europe/Berlin")
    (link,) = links(reply.post)
    assert link.startswith(f"{BASE}/mail?")
    wanted = {"q": ["quantization"], "every": ["weekly"], "tz": ["Europe/Berlin"]}
    assert parse_qs(urlsplit(link).query) == wanted
    assert reply.public is None
    assert await made.store.subscriptions() == []


async def test_a_quoted_via_is_a_phrase_and_another_way_is_refused() -> None:
    """`"via:mail"` is looked for in papers; `via:pigeon` is no way."""
    made = team()
    assert "confirm:" in str((await made.typed('/subscribe "via:mail"')).post.buttons)
    assert "via: takes mail" in (await made.typed("/subscribe llm via:pigeon")).post.plain
    assert "closed" in (await made.typed("/subscribe (llm via:mail")).post.plain


async def test_where_mail_is_off_the_answer_says_why() -> None:
    """Off, or no address of the pages."""
    off = await team(mail_off="Mail is off: neither SMTP_URL nor SMTP_HOST is set.").typed("/subscribe llm via:mail")
    assert "SMTP_URL" in off.post.plain
    assert "BOT_PUBLIC_URL" in (await team(base=None).typed("/subscribe llm via:mail")).post.plain


async def test_a_channels_address_is_told_where_it_is_asked_for_and_ended_there() -> None:
    """The same each time, to one person's eyes, until it is ended; then another."""
    made = team()
    replies = [await made.typed("/papers address") for _ in range(2)]
    assert {links(one.post)[0] for one in replies} == {f"{BASE}/shared/{'s' * 32}"}
    assert all(one.public is None for one in replies)
    assert await made.store.addressed("s" * 32) == GENERAL
    ended: Reply = await made.typed("/papers address end")
    assert ended.public is not None
    assert await made.store.addressed("s" * 32) is None
    assert "nothing was changed" in (await made.typed("/papers address end")).post.plain


async def test_only_who_may_change_rules_ends_an_address() -> None:
    """Everybody else hears who may."""
    made = team(who=default("managers"))
    await made.typed("/papers address")
    assert "manage" in (await made.typed("/papers address end")).post.plain
    assert await made.store.addressed("s" * 32) == GENERAL
    await made.typed("/papers address end", standing="manager")
    assert await made.store.addressed("s" * 32) is None


async def test_without_a_public_address_there_is_no_page_to_tell_of() -> None:
    """Nothing is made that leads nowhere."""
    assert "BOT_PUBLIC_URL" in (await team(base=None).typed("/papers address")).post.plain
