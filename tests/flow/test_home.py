"""A person's Home: gathered from the channels that they can see, and from what is theirs alone."""

from __future__ import annotations

from bot import flow
from bot.model import Ask, Channel, Options, Subscription
from tests.flow.stage import paper
from tests.flow.team import ADA, BOB, GENERAL, Team


async def home(team: Team, person: str = ADA) -> str:
    asked = Ask(await team.chat.inbox(person), person, "home")
    return (await flow.answer(asked, team.world)).post.plain


async def test_a_home_has_what_one_sees_follows_and_saved_and_nothing_of_others() -> None:
    team = Team()
    secret = Channel("local", "secret")
    inbox, theirs = await team.chat.inbox(ADA), await team.chat.inbox(BOB)
    daily = Options(mode="daily", at="09:00", tz="Europe/Berlin")
    for channel, rule, options in (
        (GENERAL, "mamba", daily), (secret, "hidden", daily), (inbox, "mine alone", Options(mode="instant")),
        (theirs, "of bob", daily),
    ):  # fmt: skip
        await team.store.subscribe(Subscription(channel, rule, ADA, options), team.hands.clock())
    team.chat.hidden = frozenset({secret, theirs})
    kept = paper("1", "A paper to keep")
    await team.known(kept)
    await team.store.save(ADA, kept.id, team.hands.clock())
    said = await home(team)
    assert "mamba" in said
    assert "mine alone" in said
    assert "A paper to keep" in said
    assert "tomorrow at 09:00 (Europe/Berlin)" in said
    assert "hidden" not in said
    assert "of bob" not in said
    assert "1 rule in 1 channel that you can see" in said


async def test_a_home_of_somebody_new_says_how_to_begin() -> None:
    said = await home(Team())
    assert "/subscribe me RULE" in said
    assert "No digest is planned" in said


async def test_a_paused_channel_has_nothing_due() -> None:
    team = Team()
    await team.subscribed("mamba", options=Options(mode="daily", at="09:00"))
    assert "at 09:00" in (await home(team)).partition("For you alone")[0]
    await team.typed("/papers pause")
    assert "No digest is planned" in await home(team)
