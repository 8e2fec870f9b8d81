"""A right is asked for when a button is pressed, not when it was shown: it may have been withdrawn meanwhile."""

from __future__ import annotations

import pytest

from bot import rot
from bot.model import Standing
from tests.flow.team import ADA, BOB, GENERAL, Team, button
from tests.flow.test_posts import shown

BUTTONS = (
    "Subscribe", "wider", "from a form", "Change", "Undo", "Undo of an end", "Not for us", "Pause", "Pause all", "End",
    "End all", "near miss",
)  # fmt: skip
"""All that changes what comes to a channel."""


async def offered(team: Team) -> dict[str, str]:
    """Those buttons, as Bob was shown them while he might press them."""
    row = await shown(team, "diffusion")
    await team.subscribed("zebrafish video", BOB)
    await team.subscribed("compression", BOB)
    first, mine, _ = await team.store.subscriptions(GENERAL)
    preview = await team.typed("/subscribe zebrafish compression", BOB)
    form = await team.pressed(button(preview, "Edit"), BOB)
    assert form.form is not None
    sent = await team.pressed(form.form.action, BOB, rule="zebrafish")
    made = await team.pressed(button(await team.typed("/subscribe models", BOB), "Subscribe"), BOB)
    ended = await team.typed("/unsubscribe compression", BOB)
    opened = await team.pressed(f"go:{first.id}", BOB)
    found = {
        "Subscribe": button(preview, "Subscribe"),
        "wider": button(await team.pressed(button(preview, "Without"), BOB), "Subscribe"),
        "from a form": button(sent, "Subscribe"),
        "Change": button(await team.typed(f"/papers change {first.id} zebrafish", BOB), "Change"),
        "Undo": button(made.public, "Undo"),
        "Undo of an end": button(ended.public, "Undo"),
        "Not for us": button(await team.pressed(f"not:{row}", BOB), "Leave out"),
        "Pause": button(opened, "Pause"),
        "Pause all": "hold:0",
        "End": button(opened, "End"),
        "End all": "drop:0",
        "near miss": f"widen:{rot.seal(mine, 'zebrafish', team.world.acronyms)}",
    }
    assert tuple(found) == BUTTONS
    return found


@pytest.mark.parametrize("name", BUTTONS)
async def test_a_button_does_what_it_says_for_those_who_may(name: str) -> None:
    """Else the test below would show nothing."""
    team = Team()
    action = (await offered(team))[name]
    before = await team.rules(), await team.store.customs([GENERAL])
    await team.pressed(action, BOB)
    assert (await team.rules(), await team.store.customs([GENERAL])) != before


@pytest.mark.parametrize("standing", ["member", "outsider"])
@pytest.mark.parametrize("name", BUTTONS)
async def test_a_button_that_was_shown_changes_nothing_once_the_right_is_gone(name: str, standing: Standing) -> None:
    team = Team()
    action = (await offered(team))[name]
    await team.typed("/papers settings who:managers", ADA, standing="manager")
    before = await team.rules(), await team.store.customs([GENERAL])
    reply = await team.pressed(action, BOB, standing=standing)
    assert (await team.rules(), await team.store.customs([GENERAL])) == before
    assert reply.public is None
    told = "its members change what comes" if standing == "outsider" else "Only those who manage this channel"
    assert told in reply.post.plain or name in ("Pause all", "End all")
