"""A Post in Discord's terms: the words it has, nothing forged, and no limit passed."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.chat.discord.embeds import PAPER, WITHDRAWN, Shown, show, thread_name
from bot.chat.discord.markdown import clean, size
from bot.chat.discord.menus import Menu, behind, unfolded
from bot.chat.discord.sending import said
from bot.model import Button, Entry, Line, Post, Span
from tests.chat.discord_running import channel, digest, logged_in
from tests.chat.test_discord_markdown import FORGED
from tests.standins.discord import Discord, limits
from tests.standins.discord.reading import read, read_inline

URL = "https://arxiv.org/abs/2310.16836"

HOSTILE = {
    **FORGED,
    "a NUL": "a\0b",
    "right to left": "invoice\u202efdp.exe\u202c",
    "a lone surrogate": "a\ud800b",
    "line breaks": "one\n# two\r\n- three\u2028> four",
    "10,000 characters": "x" * 10_000,
    "10,000 stars": "*" * 10_000,
    "10,000 words": "word " * 2_000,
    "emoji": "\U0001f469\u200d\U0001f467\u200d\U0001f466 \U0001f1e9\U0001f1ea 1\ufe0f\u20e3 " * 40,
    "stacked accents": "Z" + "\u0334" * 300,
    "nothing to see": "\u200b \u202e",
    "nothing": "",
}


def sendable(shown: Shown) -> dict[str, Any]:
    """The request's body as discord.py makes it."""
    embeds = [embed.to_dict() for embed in said(shown).embeds]
    row = [{"type": 2, "style": 2, "label": button.label, "custom_id": button.action} for button in shown.buttons]
    rows = [{"type": 1, "components": row[at : at + 5]} for at in range(0, len(row), 5)]
    rows += [{"type": 1, "components": [select(menu)]} for menu in shown.menus]
    return {"content": shown.content, "embeds": embeds, "components": rows, "allowed_mentions": {"parse": []}}


def select(menu: Menu) -> dict[str, Any]:
    options = [{"label": label, "value": action} for label, action in menu.options]
    return {"type": 3, "custom_id": menu.id, "placeholder": menu.placeholder, "options": options}


def card(title: str, *lines: Line, url: str | None = URL) -> Post:
    return Post(Line((Span(title, "strong", url),)), lines, (Button("Discuss", "discuss:1"),), "arxiv:2310.16836")


def text(words: str, kind: Any = "text", style: Any = "plain", url: str | None = None) -> Line:
    return Line((Span(words, style, url),), kind)


def test_a_paper_is_a_card_with_its_title_linked() -> None:
    """Title, address and lines each have their own place."""
    shown = show(card("Four bits *are* enough", text("A. Author et al."), text("matches quantized", "small")))
    assert shown == Shown(
        title=r"Four bits \*are\* enough",
        url=URL,
        description="A. Author et al.\n-# matches quantized",
        buttons=(Button("Discuss", "discuss:1"),),
    )


def test_a_short_answer_is_an_ordinary_message() -> None:
    """Text, items, quotes and code as Discord writes them."""
    lines = (
        text("one", "item"),
        text("two", "item"),
        text("said", "quote"),
        text("a\n^", "pre"),
        text("b", "pre"),
        text("para"),
        text("graph"),
        text("quietly", "small"),
    )
    shown = show(Post(Line((Span("You get "), Span("x -y", "code"), Span(" and "), Span("all", "strong", URL))), lines))
    assert shown.content == (
        f"You get `x -y` and [**all**](<{URL}>)\n- one\n- two\n> said\n```\na\n^\nb\n```\npara\n\ngraph\n-# quietly"
    )


def test_a_long_answer_becomes_a_card() -> None:
    """An embed takes twice as much as a message."""
    shown = show(
        Post(text("Papers for x"), tuple(text(f"Paper number {n} about a subject", "item") for n in range(90)))
    )
    assert (shown.content, shown.title) == ("", "Papers for x")
    assert "Paper number 89" in shown.description


def test_a_digest_is_one_embed_with_one_menu() -> None:
    """Two lines a paper, air between them, and below them one select that names each paper."""
    shown = show(digest(2))
    assert shown == Shown(
        title="Monday",
        description="The best first\n\n"
        "[**Paper 1**](<https://arxiv.org/abs/1>)\n-# Gist 1.\n\n[**Paper 2**](<https://arxiv.org/abs/2>)\n-# Gist 2.",
        menus=(Menu("pick:0", "Discuss…", (("Paper 1: a name", "discuss:1"), ("Paper 2: a name", "discuss:2"))),),
    )


def test_a_list_of_single_lines_stands_close() -> None:
    """The rest of a day, as one-liners."""
    entries = tuple(Entry(f"{n}", (text(f"paper {n}", "item"),)) for n in range(3))
    assert show(Post(text("The rest"), entries=entries, closing=(text("That is all"),))).content == (
        "The rest\n\n- paper 0\n- paper 1\n- paper 2\n\nThat is all"
    )


@pytest.mark.parametrize("count", [26, 60, 200])
def test_a_list_that_is_too_long_keeps_its_papers_whole_and_says_how_many_more(count: int) -> None:
    """More than 25 papers take more than one menu; what is left out is counted, and `fits` would have said no."""
    post = digest(count)
    long = Post(post.headline, post.lines, entries=post.entries, closing=(text("That is all", "small"),))
    shown = show(long)
    assert shown.description.endswith("\n\n-# That is all")
    kept = shown.description.count("Gist")
    assert (f"… and {count - kept} more" in shown.description) == (kept < count)
    assert [len(menu.options) for menu in shown.menus] == {26: [25, 1], 60: [25, 25, 10], 200: [25] * 5}[count]
    assert shown.menus[0].placeholder == "Discuss… (1–25)"
    assert shown.whole == (count < 200)
    assert limits.message(sendable(shown)) == []


def test_a_withdrawn_paper_is_struck_out() -> None:
    """In a title, and in a line beside others that are not."""
    headline = Line((Span("A ~~paper~~", "struck"), Span(" was withdrawn")))
    for shown in (show(Post(headline, paper="arxiv:1")).title, show(Post(headline)).content):
        assert shown == r"~~A \~\~paper\~\~~~ was withdrawn"
        assert (read_inline(shown).text, read_inline(shown).marks) == ("A ~~paper~~ was withdrawn", ("strike",))


_MORE = st.lists(
    st.builds(
        Button,
        st.text(st.sampled_from("Why not?|=:⋯ é"), min_size=1, max_size=30).filter(
            lambda label: label == label.strip()
        ),
        st.builds("{}:{}".format, st.sampled_from(["why", "save", "x|y", "a=b"]), st.integers(1, 10**12)),
    ),
    min_size=1,
    max_size=6,
)


@given(_MORE)
def test_a_menu_behind_a_button_unfolds_to_what_was_put_there(more: list[Button]) -> None:
    """Or it is not put there, but becomes a select."""
    button = behind(more)
    if button:
        assert size(button.action) <= 100
        assert [(b.label, b.action) for b in unfolded(button.action)] == [(b.label, b.action) for b in more]


def test_a_menu_too_long_for_a_button_becomes_a_select() -> None:
    """Nothing is lost by it."""
    more = tuple(Button(f"A label of some length, number {n}", f"verb{n}:{n}") for n in range(6))
    shown = show(Post(text("?"), more=more))
    assert shown.buttons == ()
    assert shown.menus == (Menu("pick:0", "More…", tuple((b.label, b.action) for b in more)),)
    assert shown.whole


def test_an_ordinary_action_is_no_menu() -> None:
    """Only what begins with the sign unfolds."""
    assert unfolded("discuss:7") == ()


def test_a_headline_that_a_title_cannot_draw_is_the_first_line() -> None:
    """Titles draw no mention and no code."""
    for span in (Span("1", person="discord:123456789012345678"), Span("x -y", "code")):
        post = Post(Line((Span("By "), span)), tuple(text("word " * 50) for _ in range(20)))
        shown = show(post)
        assert (shown.title, shown.content) == ("", "")
        assert shown.description.startswith(("By <@123456789012345678>\n", "By `x -y`\n"))


def test_a_line_that_cannot_be_shown_hides_nothing_else() -> None:
    """What is left of a text of control characters is nothing; the lines around it stay."""
    shown = show(Post(text("One"), (text("\u202e\ud800"), text("\0", "pre"), text("two"))))
    assert shown.content == "One\n\ntwo"


def test_lines_that_did_not_fit_are_hinted_at() -> None:
    """A list that goes on ends in an ellipsis."""
    shown = show(card("Title", *(text("item " * 9, "item") for _ in range(200))))
    assert shown.description.endswith("item\n…")
    assert size(shown.description) <= 4_096


def test_a_long_text_is_cut_and_the_quiet_line_stays() -> None:
    """The facts below an abstract are worth more than its last words."""
    shown = show(card("Title", text("long words " * 1_000), text("cs.CL · PDF", "small")))
    assert shown.description.endswith("words long…\n-# cs.CL · PDF")
    assert 4_050 < size(shown.description) <= 4_096


@pytest.mark.parametrize("title", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_text_is_plain_text_in_every_place(title: str) -> None:
    """In a title, a line, an item, a quote, small print, code, a link, a label and a thread's name."""
    kinds: list[Any] = ["text", "item", "quote", "small"]
    meant = {"item": "list", "quote": "quote", "small": "small"}
    for kind in kinds:
        shown = show(card(title, text(title, kind), url=None))
        assert limits.message(sendable(shown)) == []
        assert (read_inline(shown.title).marks, read_inline(shown.title).links) == ((), ())
        assert set(read(shown.description).marks) <= {meant.get(kind)}
        whole = " ".join(clean(title).split())
        for seen in (read_inline(shown.title).text, read(shown.description).text):
            assert whole.startswith(" ".join(seen.split()).removesuffix("…")) or not whole.strip()
    for style, mark in (("code", "code"), ("strong", "strong"), ("emphasis", "emphasis")):
        styled = read(show(card("A paper", text(title, "text", style))).description)
        assert set(styled.marks) <= {mark}
    linked = read(show(card("A paper", text(title, "text", "plain", URL))).description)
    assert (set(linked.marks) <= {"masked"}, set(linked.links) <= {URL}) == (True, True)
    assert set(read(show(card("A paper", text(title, "pre"))).description).marks) <= {"codeblock"}
    assert limits.thread({"name": thread_name(title)}) == []


_WILD = st.text(st.sampled_from(list("*_~`|<>#@:/[]()\\-+.1 a\n\0😀\u202e\ud800")) | st.characters(), max_size=400)
_LINES = st.builds(
    Line,
    st.lists(
        st.builds(
            Span,
            _WILD,
            st.sampled_from(["plain", "strong", "emphasis", "code", "struck"]),
            st.sampled_from([None, URL]),
            st.none() | _WILD,
        ),
        max_size=3,
    ).map(tuple),
    st.sampled_from(["text", "item", "quote", "small", "pre"]),
)
_BUTTONS = st.builds(Button, _WILD, st.text("abc:1", max_size=110))
_ENTRIES = st.builds(
    Entry,
    _WILD,
    st.lists(_LINES, min_size=1, max_size=2).map(tuple),
    st.none() | _BUTTONS,
    st.sampled_from([None, "p"]),
)
_POSTS = st.builds(
    Post,
    _LINES,
    st.lists(_LINES, max_size=8).map(tuple),
    st.lists(_BUTTONS, max_size=30).map(tuple),
    st.sampled_from([None, "arxiv:1"]),
    st.lists(_ENTRIES, max_size=8).map(tuple),
    st.lists(_LINES, max_size=3).map(tuple),
    st.lists(_BUTTONS, max_size=4).map(tuple),
)


@settings(deadline=None)  # other work on the machine is no fault of a text
@given(_POSTS, st.integers(1, 40))
def test_every_post_is_one_that_discord_takes(post: Post, times: int) -> None:
    """Whatever it holds and however long it is; and nothing in it links or pings but what was meant to."""
    long = replace(post, lines=post.lines * times, entries=post.entries * times)
    shown = show(long)
    assert limits.message(sendable(shown)) == []
    for seen in (read(shown.content), read_inline(shown.title), read(shown.description)):
        assert not {"mention", "channel", "command", "emoji", "time", "link", "invite"} & set(seen.marks)
        assert set(seen.links) <= {URL}


def test_buttons_are_each_there_once_and_short_enough() -> None:
    """Twenty-five of them, told apart by their actions, with labels cut at a word."""
    many = tuple(Button("press " * 30, f"do:{n % 40}") for n in range(80))
    shown = show(Post(text("?"), (), many)).buttons
    assert [button.action for button in shown] == [f"do:{n}" for n in range(25)]
    assert all(button.label == ("press " * 13).rstrip() + "…" for button in shown)


async def test_hostile_titles_arrive_as_they_are() -> None:
    """Through discord.py and REST: no mention, no markup, no refusal."""
    async with Discord() as discord, logged_in(discord) as chat:
        for number, title in enumerate(HOSTILE.values()):
            await chat.post(channel(discord), card(title), f"k{number}")
        for told, title in zip(discord.general.messages, HOSTILE.values(), strict=True):
            assert told.read.marks == ()
            assert " ".join(told.text.split()).removesuffix("…") in " ".join(clean(title).split()) or not clean(title)


def test_an_embeds_title_is_the_papers_and_who_wrote_it_stands_below() -> None:
    """All of a title is one link in bold; the names before the first paragraph are neither."""
    headline = Line((Span("Mamba", "strong", "https://arxiv.org/abs/1"), Span(" — Albert Gu and Tri Dao")))
    shown = show(Post(headline, (Line((Span("We scan."),)),), paper="arxiv:1"))
    assert (shown.title, shown.description) == ("Mamba", "Albert Gu and Tri Dao — We scan.")
    assert show(Post(headline, paper="arxiv:1")).description == "Albert Gu and Tri Dao"
    quiet = show(Post(headline, (Line((Span("matches"),), "small"),), paper="arxiv:1"))
    assert quiet.description == "Albert Gu and Tri Dao\n-# matches"


def test_a_title_with_a_dash_of_its_own_stays_whole() -> None:
    title = Span("Attention — all you need", "strong", "https://arxiv.org/abs/1")
    assert show(Post(Line((title,)), paper="arxiv:1")).title == "Attention — all you need"


def test_a_withdrawn_paper_has_no_colour() -> None:
    """The bar beside a card is as telling as the struck title."""
    headline = Line((Span("Withdrawn: ", "strong"), Span("Mamba", "struck", "https://arxiv.org/abs/1")))
    assert show(Post(headline, paper="arxiv:1")).colour == WITHDRAWN
    assert show(Post(Line((Span("Mamba", "strong", "https://arxiv.org/abs/1"),)), paper="arxiv:1")).colour == PAPER
