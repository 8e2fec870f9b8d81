"""Stories of the menu below a post: not for us, save for later."""

from __future__ import annotations

from bot.model import Channel
from tests.flow.stage import paper
from tests.flow.team import ADA, BOB, EVE, GENERAL, Team, button, labels

VIDEO = paper("v", "Diffusion for video of zebrafish")
OTHERS = [paper(str(n), f"Diffusion models {n}") for n in range(8)]
FILMS = [paper(f"f{n}", f"Video compression {n}") for n in range(8)]


async def shown(team: Team, *rules: str) -> int:
    """The paper was posted for these rules; its delivery's row."""
    for rule in rules:
        await team.subscribed(rule)
    await team.known(*OTHERS, *FILMS)
    await team.brought(VIDEO)
    return (await team.store.reached(VIDEO.id))[0].row


async def test_not_for_us_offers_what_would_have_kept_it_away_and_does_it_on_press() -> None:
    team = Team()
    row = await shown(team, "diffusion")
    reply = await team.pressed(f"not:{row}")
    assert labels(reply) == ["Leave out video", "Leave out zebrafish"]
    assert "#1 diffusion found 8 other papers of late" in reply.post.plain
    assert "no other would be lost" in reply.post.plain
    done = await team.pressed(button(reply, "Leave out video"))
    assert done.replaces
    assert await team.rules() == ["diffusion -video"]
    assert done.public is not None
    assert "changed #1 from diffusion to diffusion -video" in done.public.plain
    await team.pressed(button(done.public, "Undo"), BOB)
    assert await team.rules() == ["diffusion"]


async def test_each_rule_that_brought_it_is_named() -> None:
    team = Team()
    reply = await team.pressed(f"not:{await shown(team, 'diffusion', 'zebrafish')}")
    assert [label.partition(":")[0] for label in labels(reply)] == ["#1", "#1", "#2", "#2"]


async def test_who_may_not_change_rules_gets_words_to_pass_on() -> None:
    team = Team(who=("creator",))
    reply = await team.pressed(f"not:{await shown(team, 'diffusion')}", BOB)
    assert labels(reply) == []
    assert "You could pass this on: /papers change 1 diffusion -video" in reply.post.plain


async def test_people_of_another_company_are_only_told() -> None:
    team = Team()
    reply = await team.pressed(f"not:{await shown(team, 'diffusion')}", EVE, standing="outsider")
    assert labels(reply) == []
    assert "its members change what comes" in reply.post.plain


async def test_a_paper_that_no_rule_asks_for_any_more_is_not_ours_to_stop() -> None:
    team = Team()
    row = await shown(team, "diffusion")
    await team.typed("/unsubscribe all")
    assert "nothing like it comes again" in (await team.pressed(f"not:{row}")).post.plain


async def test_a_saved_paper_goes_to_the_person_once_and_is_listed() -> None:
    team = Team()
    row = await shown(team, "diffusion")
    reply = await team.pressed(f"save:{row}")
    assert reply.told is not None
    assert reply.told.headline.text.startswith("Diffusion for video of zebrafish")
    assert (reply.told.buttons, reply.told.more) == ((), ())
    again = await team.pressed(f"save:{row}")
    assert again.told is None
    assert "saved Diffusion for video of zebrafish already" in again.post.plain
    assert [one.id for one in await team.store.saved(ADA)] == [VIDEO.id]
    assert "Removed from what you saved" in (await team.pressed(button(again, "Remove it"))).post.plain
    assert not await team.store.saved(ADA)


async def test_a_posts_buttons_belong_to_its_channel() -> None:
    """What a button says of itself is checked against the store."""
    team = Team()
    row = await shown(team, "diffusion")
    elsewhere = Channel("local", "other")
    for verb in ("not", "save", "why", "vote", "bibtex", "discuss"):
        reply = await team.pressed(f"{verb}:{row}", channel=elsewhere)
        assert "nothing behind that button" in reply.post.plain
        assert "nothing behind that button" in (await team.pressed(f"{verb}:{row + 99}")).post.plain
    assert await team.store.deliveries(elsewhere) == []
    assert GENERAL in {one.channel for one in await team.store.deliveries()}
