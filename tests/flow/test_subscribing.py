"""Stories of subscribing: preview, wider rules, the form, the public line and its way back, who may."""

from __future__ import annotations

import pytest

from bot.model import Channel, Customs, Options
from tests.flow.stage import paper
from tests.flow.team import ADA, BOB, EVE, GENERAL, Team, button, labels, shelf

INBOX = Channel("local", "inbox-ada")


# ── the preview ─────────────────────────────────────────────────────────────────────────────────────


async def test_the_best_widening_is_offered_by_name_and_leads_to_its_own_preview() -> None:
    """Pressing it changes nothing; it takes the first preview's place."""
    team = Team()
    await team.known(*shelf())
    reply = await team.typed("/subscribe transformers quantization")
    assert labels(reply) == ["Subscribe", "Without transformers: 2 a week", "Edit…", "Cancel"]
    wider = await team.pressed(button(reply, "Without"))
    assert wider.replaces
    assert wider.post.headline.text == "Subscribe this channel to quantization?"
    assert await team.rules() == []
    await team.pressed(button(wider, "Subscribe"))
    assert await team.rules() == ["quantization"]


async def test_a_wider_rule_is_its_persons_alone() -> None:
    team = Team()
    await team.known(*shelf())
    action = button(await team.typed("/subscribe transformers quantization"), "Without")
    assert "used up" in (await team.pressed(action, BOB)).post.plain
    assert "used up" in (await team.pressed(action, channel=Channel("local", "other"))).post.plain


async def test_edit_opens_a_form_with_the_rule_and_its_options() -> None:
    """Five fields at the most; what the channel does by itself is said beside them."""
    team = Team()
    await team.store.keep_customs(Customs(GENERAL, Options(at="08:15", tz="Asia/Tokyo")))
    reply = await team.pressed(button(await team.typed("/subscribe mamba mode:daily max:5"), "Edit"))
    assert reply.form is not None
    assert [(field.name, field.value) for field in reply.form.fields] == [
        ("rule", "mamba"),
        ("mode", "daily"),
        ("at", ""),
        ("tz", ""),
        ("more", "max:5"),
    ]
    assert "08:15" in reply.form.fields[2].hint
    assert "Asia/Tokyo" in reply.form.fields[3].hint


async def test_a_form_that_was_sent_shows_its_preview_in_place() -> None:
    team = Team()
    form = (await team.pressed(button(await team.typed("/subscribe mamba"), "Edit"))).form
    assert form is not None
    reply = await team.pressed(
        form.action, rule="mamba -vision", mode="weekly", at="8:30", tz="europe/berlin", more="days:fri"
    )
    assert reply.replaces
    assert "one digest a week at 08:30 (Europe/Berlin); the next on Friday 21 August" in reply.post.plain
    await team.pressed(button(reply, "Subscribe"))
    (made,) = await team.store.subscriptions(GENERAL)
    assert (made.rule, made.options) == ("mamba -vision", Options("weekly", "08:30", "Europe/Berlin", "fri"))


async def test_what_the_form_leaves_empty_is_the_channels() -> None:
    team = Team()
    form = (await team.pressed(button(await team.typed("/subscribe mamba mode:daily"), "Edit"))).form
    assert form is not None
    reply = await team.pressed(form.action, rule="mamba", mode="channel", at="", tz="", more="")
    await team.pressed(button(reply, "Subscribe"))
    assert (await team.store.subscriptions(GENERAL))[0].options == Options()


async def test_every_mistake_in_a_form_is_told_at_its_field() -> None:
    """All at once; nothing is changed, and the form can be sent again."""
    team = Team()
    form = (await team.pressed(button(await team.typed("/subscribe mamba"), "Edit"))).form
    assert form is not None
    wrong = dict(
        (await team.pressed(form.action, rule='mamba "open', mode="daily", at="noon", tz="Mars", more="max:0 x")).wrong
    )
    assert set(wrong) == {"rule", "at", "tz", "more"}
    assert '"open' in wrong["rule"]
    assert "such as 09:00" in wrong["at"]
    assert "Europe/Berlin" in wrong["tz"]
    reply = await team.pressed(form.action, rule="mamba", mode="daily", at="9 pm", tz="New York", more="")
    assert not reply.wrong
    assert "at 21:00 (America/New_York)" in reply.post.plain


async def test_a_preview_says_that_people_of_another_company_read_along() -> None:
    team = Team()
    assert "another company" in (await team.typed("/subscribe mamba", shared=True)).post.plain
    assert "another company" not in (await team.typed("/subscribe mamba")).post.plain


async def test_the_first_subscribers_zone_becomes_the_channels() -> None:
    """It is shown in the preview, kept when it is confirmed, and no later one changes it."""
    team = Team()
    reply = await team.typed("/subscribe mamba mode:daily", zone="Europe/Berlin")
    assert "09:00 (Europe/Berlin)" in reply.post.plain
    assert (await team.store.customs([GENERAL]))[GENERAL].zone is None
    await team.pressed(button(reply, "Subscribe"))
    assert (await team.store.customs([GENERAL]))[GENERAL].zone == "Europe/Berlin"
    later = await team.typed("/subscribe birds mode:daily", BOB, zone="Asia/Tokyo")
    assert "09:00 (Europe/Berlin)" in later.post.plain


async def test_a_zone_that_does_not_exist_is_not_believed() -> None:
    assert "(UTC)" in (await Team().typed("/subscribe mamba mode:daily", zone="Mars/Olympus")).post.plain


# ── changes, and the way back ───────────────────────────────────────────────────────────────────────


async def test_undo_on_the_public_line_ends_what_was_begun() -> None:
    """Once; the channel hears of it, too."""
    team = Team()
    done = await team.pressed(button(await team.typed("/subscribe mamba"), "Subscribe"))
    assert done.public is not None
    undo = button(done.public, "Undo")
    undone = await team.pressed(undo, BOB)
    assert await team.rules() == []
    assert undone.public is not None
    assert "took that back: this channel is not subscribed to mamba any more." in undone.public.plain
    assert "since" in (await team.pressed(undo)).post.plain


async def test_undo_of_a_change_brings_back_what_was() -> None:
    team = Team()
    before = await team.subscribed("mamba", options=Options(mode="weekly"))
    preview = await team.typed("/subscribe mamba mode:daily")
    assert preview.post.headline.text == f"Change how #{before.id} mamba comes?"
    assert "Until now: They come as one digest a week" in preview.post.plain
    done = await team.pressed(button(preview, "Change"))
    assert (await team.store.subscriptions(GENERAL))[0].options == Options(mode="daily")
    await team.pressed(button(done.public, "Undo"))
    assert await team.store.subscriptions(GENERAL) == [before]


async def test_undo_is_refused_where_something_has_changed_since() -> None:
    team = Team()
    done = await team.pressed(button(await team.typed("/subscribe mamba"), "Subscribe"))
    await team.subscribed("mamba", options=Options(max=3))
    assert "has been changed or taken back since" in (await team.pressed(button(done.public, "Undo"))).post.plain
    assert await team.rules() == ["mamba"]


async def test_undo_of_another_channel_is_no_button_of_this_one() -> None:
    team = Team()
    done = await team.pressed(button(await team.typed("/subscribe mamba"), "Subscribe"))
    await team.pressed(button(done.public, "Undo"), channel=Channel("local", "other"))
    assert await team.rules() == ["mamba"]


async def test_an_update_posts_no_stored_papers_again() -> None:
    """A beginning belongs to a new rule."""
    team = Team()
    await team.known(*shelf())
    await team.subscribed("quantization")
    await team.pressed(button(await team.typed("/subscribe quantization max:9"), "Change"))
    assert await team.store.deliveries(GENERAL) == []


async def test_change_gives_a_subscription_another_rule_and_keeps_its_options() -> None:
    team = Team()
    before = await team.subscribed("mamba", options=Options(mode="weekly"))
    preview = await team.typed(f"/papers change {before.id} mamba -vision max:4", BOB)
    assert preview.post.headline.text == f"Change #{before.id} mamba to mamba -vision?"
    done = await team.pressed(button(preview, "Change"), BOB)
    (after,) = await team.store.subscriptions(GENERAL)
    assert (after.id, after.rule, after.creator) == (before.id, "mamba -vision", ADA)
    assert after.options == Options(mode="weekly", max=4)
    assert done.public is not None
    assert f"changed #{before.id} from mamba to mamba -vision" in done.public.plain
    await team.pressed(button(done.public, "Undo"), BOB)
    assert await team.store.subscriptions(GENERAL) == [before]


async def test_an_ended_subscription_can_be_taken_back() -> None:
    team = Team()
    made = await team.subscribed("mamba", options=Options(max=3))
    gone = await team.typed(f"/unsubscribe {made.id}")
    assert await team.rules() == []
    await team.pressed(button(gone.public, "Undo"))
    assert await team.store.subscriptions(GENERAL) == [made]


@pytest.mark.parametrize("words", ["/papers subscribe mamba", "/subscribe mamba"])
async def test_the_short_names_have_long_ones(words: str) -> None:
    assert "mamba" in (await Team().typed(words)).post.headline.text


# ── who may ─────────────────────────────────────────────────────────────────────────────────────────


async def test_who_may_not_gets_a_preview_to_pass_on() -> None:
    """No Subscribe button, and a press of an older one is refused all the same."""
    team = Team()
    early = button(await team.typed("/subscribe mamba", BOB), "Subscribe")
    await team.typed("/papers settings who:managers,me")
    reply = await team.typed("/subscribe mamba max:3", BOB)
    assert labels(reply) == ["Edit…", "Cancel"]
    assert "Only those who manage this channel can change what comes here, besides" in reply.post.plain
    assert "You could pass this on: /subscribe mamba max:3" in reply.post.plain
    assert "You could pass this on: /subscribe mamba" in (await team.pressed(early, BOB)).post.plain
    assert await team.rules() == []
    await team.pressed(button(await team.typed("/subscribe mamba", ADA), "Subscribe"), ADA)
    assert await team.rules() == ["mamba"]
    await team.pressed(button(await team.typed("/subscribe birds", EVE, standing="manager"), "Subscribe"), EVE)
    refused = await team.pressed(button(await team.typed("/subscribe ants", ADA), "Subscribe"), ADA)
    assert refused.public is not None


async def test_with_creator_each_changes_their_own() -> None:
    """And may begin new ones; managers change all."""
    team = Team(who=("creator",))
    hers, his = await team.subscribed("mamba", ADA), await team.subscribed("birds", BOB)
    refused = await team.typed(f"/unsubscribe {hers.id}", BOB)
    assert "whoever made a subscription" in refused.post.plain
    assert f"/unsubscribe {hers.id}" in refused.post.plain
    assert "this channel" in (await team.typed(f"/papers change {hers.id} mamba -x", BOB)).post.plain
    await team.typed(f"/unsubscribe {his.id}", BOB)
    assert await team.rules() == ["mamba"]
    done = await team.pressed(button(await team.typed("/subscribe ants", BOB), "Subscribe"), BOB)
    undo = button(done.public, "Undo")
    assert "Only whoever made" in (await team.pressed(undo, EVE)).post.plain
    await team.pressed(undo, EVE, standing="manager")
    assert await team.rules() == ["mamba"]


async def test_of_all_subscriptions_those_end_that_one_may_end() -> None:
    team = Team(who=("creator",))
    await team.subscribed("mamba", ADA)
    await team.subscribed("birds", BOB)
    assert "birds" in (await team.typed("/unsubscribe all", BOB)).post.plain
    assert await team.rules() == ["mamba"]


@pytest.mark.parametrize("words", ["/papers pause 3d", "/papers resume", "/papers settings max:3"])
async def test_what_is_the_whole_channels_asks_for_rights_too(words: str) -> None:
    team = Team(who=("creator",))
    reply = await team.typed(words, BOB)
    assert reply.public is None
    assert f"You could pass this on: {words}" in reply.post.plain
    assert (await team.store.customs([GENERAL]))[GENERAL] == Customs(GENERAL)
    assert "pass this on" not in (await team.typed(words, BOB, standing="manager")).post.plain


@pytest.mark.parametrize(
    "words", ["/subscribe mamba", "/unsubscribe all", "/papers pause", "/papers settings who:anyone"]
)
async def test_people_of_another_company_change_nothing(words: str) -> None:
    team = Team()
    await team.subscribed("mamba")
    before = await team.store.version()
    reply = await team.typed(words, EVE, standing="outsider")
    for one in reply.post.buttons:
        await team.pressed(one.action, EVE, standing="outsider")
    assert await team.store.version() == before


async def test_whoever_sets_who_may_stays_able_to_change_it_back() -> None:
    team = Team()
    assert "who:managers,me" in (await team.typed("/papers settings who:managers")).post.plain
    reply = await team.typed("/papers settings who:managers,@bob,me max:7")
    assert reply.public is not None
    assert "decided that rules here can be changed by those who manage this channel" in reply.public.plain
    customs = (await team.store.customs([GENERAL]))[GENERAL]
    assert (customs.who, customs.options.max) == (("managers", BOB, ADA), 7)
    assert "Rules here can be changed by" in (await team.typed("/papers settings")).post.plain
    assert "Only those" in (await team.typed("/papers settings who:anyone", EVE)).post.plain


# ── personal rules ──────────────────────────────────────────────────────────────────────────────────


async def test_a_personal_rule_is_confirmed_where_it_was_typed_and_the_channel_hears_nothing() -> None:
    team = Team()
    reply = await team.typed("/subscribe me mamba")
    assert reply.post.headline.text == "Subscribe yourself to mamba?"
    assert "sent to you" in reply.post.plain
    done = await team.pressed(button(reply, "Subscribe"))
    assert done.public is None
    assert (await team.rules(), await team.rules(INBOX)) == ([], ["mamba"])
    listed = (await team.typed("/subscriptions me")).post.plain
    assert "You have 1 subscription:" in listed
    assert "/unsubscribe me NUMBER" in listed
    assert "mamba" not in (await team.typed("/subscriptions")).post.plain
    assert "no subscriptions" in (await team.typed("/subscriptions me", BOB)).post.plain
    gone = await team.typed("/unsubscribe me 1")
    assert gone.public is None
    assert await team.rules(INBOX) == []


async def test_me_counts_only_as_the_first_word() -> None:
    team = Team()
    await team.pressed(button(await team.typed("/subscribe about me"), "Subscribe"))
    assert (await team.rules(), await team.rules(INBOX)) == (["about me"], [])


async def test_nobody_needs_a_right_for_their_own_messages() -> None:
    team = Team(who=("managers",))
    await team.pressed(button(await team.typed("/subscribe me mamba", BOB), "Subscribe"), BOB)
    assert await team.rules(Channel("local", "inbox-bob")) == ["mamba"]


async def test_a_slip_of_the_pen_is_put_right_by_one_button() -> None:
    """It shows the preview of the rule that was meant, from which one can subscribe."""
    team = Team()
    await team.known(*(paper(f"{n}", f"Transformers and birds {n}") for n in range(30)))
    reply = await team.typed("/subscribe transfomers birds")
    assert "did you mean transformers?" in reply.post.plain
    right = await team.pressed(button(reply, "I meant birds transformers"))
    assert "30 of 30 papers" in right.post.plain
    await team.pressed(button(right, "Subscribe"))
    assert await team.rules() == ["birds transformers"]


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("mamba daily", "mode:daily at:09:00 instead"),
        ("mamba instant", "mode:instant instead"),
        ("mamba daily mode:weekly", None),
        ("mamba", None),
    ],
)
async def test_a_preview_says_how_to_say_when_papers_come(typed: str, meant: str | None) -> None:
    """Where that was typed as a word that papers would have to have."""
    said = (await Team().typed(f"/subscribe {typed}")).post.plain
    assert (meant in said) if meant else ("Papers have to mention" not in said)


async def test_a_pause_ends_by_the_channels_own_clock() -> None:
    team = Team()
    await team.typed("/papers settings tz:Asia/Tokyo")
    said = await team.typed("/papers pause 2d")
    assert "before Wednesday 19 August, 18:00 (Asia/Tokyo)" in said.post.plain
