"""rights: who may change what a channel gets."""

from __future__ import annotations

import pytest

from bot import rights
from bot.errors import WordsWrong
from bot.model import Channel, Customs, Standing
from bot.replies import deciding

ADA, BOB = "slack:U1", "slack:U2"


@pytest.mark.parametrize(
    ("who", "person", "standing", "creator", "may"),
    [
        (("anyone",), ADA, "member", None, True),
        (("anyone",), ADA, "outsider", ADA, False),
        (("creator",), ADA, "member", ADA, True),
        (("creator",), ADA, "member", BOB, False),
        (("creator",), ADA, "member", None, False),
        (("creator",), ADA, "manager", BOB, True),
        (("managers",), ADA, "member", ADA, False),
        (("managers",), ADA, "manager", None, True),
        (("managers", ADA), ADA, "member", None, True),
        (("managers", ADA), ADA, "outsider", None, False),
        ((), ADA, "member", ADA, False),
    ],
)
def test_who_may(who: rights.Who, person: str, standing: Standing, creator: str | None, may: bool) -> None:
    assert rights.may(who, person, standing, creator) is may


@pytest.mark.parametrize(
    ("words", "who"),
    [
        ("anyone", ("anyone",)),
        ("Creator,ME", ("creator", ADA)),
        ("managers, @U2", ("managers", BOB)),
        ("<@U2|bob b>,@W9", (BOB, "slack:W9")),
        ("me,me", (ADA,)),
    ],
)
def test_people_are_read_by_their_ids(words: str, who: rights.Who) -> None:
    """Ids, never names, are kept."""
    assert rights.read(words, ADA) == who


@pytest.mark.parametrize("words", ["", ",", "everybody", "bob", "@", ",".join(f"@U{n}" for n in range(30))])
def test_what_names_nobody_is_a_sentence(words: str) -> None:
    with pytest.raises(WordsWrong, match="who: takes"):
        rights.read(words, ADA)


def test_a_name_is_nobody_where_people_have_ids() -> None:
    """Kept as one, it would let in nobody, or whoever takes that name later."""
    for person, word in ((ADA, "@ada"), ("discord:1", "@ada"), ("discord:1", "<@U2>")):
        with pytest.raises(WordsWrong, match="choose them from the list"):
            rights.read(f"managers,{word}", person)
    with pytest.raises(WordsWrong, match=r"pastes config/slack-app\.yaml anew"):  # as an older manifest hands it over
        rights.read("@ada", ADA)
    assert rights.read("<@!99>", "discord:1") == ("discord:99",)
    assert rights.read("@bob", "local:ada") == ("local:bob",)


def test_a_channel_that_says_nothing_is_as_the_config_says() -> None:
    channel = Channel("slack", "T1/C1")
    assert rights.counts(Customs(channel), ("managers",)) == ("managers",)
    assert rights.counts(Customs(channel, who=("creator",)), ("managers",)) == ("creator",)
    assert rights.default("creator") == ("creator",)
    with pytest.raises(WordsWrong):
        rights.default("U1")


def test_a_config_that_says_nothing_leaves_discord_to_its_managers() -> None:
    """And other platforms to anyone; what it says counts everywhere."""
    discord, slack = Customs(Channel("discord", "1/2")), Customs(Channel("slack", "T1/C1"))
    assert rights.default(None) is None
    assert (rights.counts(discord, None), rights.counts(slack, None)) == (("managers",), ("anyone",))
    assert rights.counts(discord, rights.default("anyone")) == ("anyone",)


def test_that_discord_hides_a_command_is_told_where_it_does() -> None:
    """A config that leaves rules to anyone shows `/subscribe` to all, and other platforms hide nothing."""
    told = deciding.settled(None, rights.ANYONE, "discord:1").post.plain
    assert "everybody else has /papers subscribe" in told
    for said in (
        deciding.settled(None, rights.ANYONE, "discord:1", rights.ANYONE),
        deciding.settled(None, rights.MANAGERS, "discord:1"),
        deciding.settled(None, rights.ANYONE, "slack:U1"),
    ):
        assert "/papers subscribe" not in said.post.plain


def test_who_shuts_themselves_out_is_known_before() -> None:
    assert rights.locks_out(("managers",), ADA, "member")
    assert rights.locks_out(("creator",), ADA, "member")
    assert not rights.locks_out(("managers",), ADA, "manager")
    assert not rights.locks_out(("managers", ADA), ADA, "member")
