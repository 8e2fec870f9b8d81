"""Post → Block Kit: what anybody writes comes out as the text it is, within every limit of Slack's."""

from __future__ import annotations

import random
import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.chat.slack.blocks import BUDGET, blocks, fallback, fits, weight
from bot.chat.slack.text import clean, cut, one_line, size
from bot.model import Button, Entry, Line, Post, Span
from tests.chat.slack_bot import says
from tests.standins.slack import read, spans
from tests.standins.slack.blockkit import faults

HOSTILE = (
    "<!here|here>", "<!channel>", "@here", "@everyone", "<@U0ADA>", "<#C0GENERAL>", "<!subteam^S1>", "*bold*", "_it_",
    "<!date^1^{date}|x>", "~gone~", "`code`", "```pre```", ":smile:", ":+1::skin-tone-2:", ">quote", ">>> all",
    "&lt;!channel&gt;", "&amp;", "<https://evil.example|arxiv.org>", "[a](https://evil.example)", "https://evil.example",
    "\x00", "\x1b[31m", "\u202egnp.exe", "\u2067x\u2069", "\ud800", "e\u0301\u0302", "\u200b", "\u2028", "ﷺ", "שלום",
    "👩\u200d👩\u200d👧\u200d👦", "🏳\ufe0f\u200d🌈", "🇩🇪🇫🇷", "a" * 500, "word " * 200, "&" * 100, "\n\n", "\t",
    "• list", "{}", '"', "\\", "%s", "{{x}}", "'; DROP TABLE",
)  # fmt: skip

KINDS = ("text", "item", "quote", "small", "pre")
words = st.one_of(st.sampled_from(HOSTILE), st.text(max_size=80), st.text(alphabet="ab *_~`:<>&@\n", max_size=3000))
urls = st.one_of(
    st.none(), st.sampled_from(["https://a.example/x?y=1&z=2", "javascript:alert(1)", "https://", "x" * 4000])
)
span = st.builds(Span, words, st.sampled_from(("plain", "strong", "emphasis", "code", "struck")), urls)
line = st.builds(Line, st.lists(span, max_size=6).map(tuple), st.sampled_from(KINDS))
button = st.builds(Button, words, st.from_regex(r"[a-z]{1,9}:[0-9]{1,9}", fullmatch=True))
entry = st.builds(Entry, words, st.lists(line, max_size=3).map(tuple), st.none() | button)
posts = st.builds(
    Post,
    line,
    st.lists(line, max_size=60).map(tuple),
    st.lists(button, max_size=30).map(tuple),
    entries=st.lists(entry, max_size=60).map(tuple),
    closing=st.lists(line, max_size=5).map(tuple),
    more=st.lists(button, max_size=12).map(tuple),
)

some = st.builds(Line, st.builds(Span, st.sampled_from(HOSTILE) | st.text(max_size=40)).map(lambda one: (one,)))
modest = st.builds(
    Post,
    some,
    st.lists(some, max_size=5).map(tuple),
    st.lists(button, max_size=5).map(tuple),
    entries=st.lists(st.builds(Entry, words, st.tuples(some, some), st.none() | button), max_size=8).map(tuple),
    closing=st.lists(some, max_size=2).map(tuple),
    more=st.lists(button, max_size=7).map(tuple),
)


def titled(title: str) -> Post:
    return Post(Line((Span(title, "strong", "https://arxiv.org/abs/2402.12345"),)), (Line((Span(title),)),))


@settings(max_examples=80, deadline=None)
@given(posts)
def test_slack_takes_every_post(post: Post) -> None:
    laid = blocks(post)
    assert faults(laid) == []
    assert weight(laid) <= BUDGET
    assert not re.search(r"[<>]|&(?!amp;|lt;|gt;)", fallback(post))
    assert 0 < len(fallback(post)) <= 5000


@settings(max_examples=80, deadline=None)
@given(posts)
def test_nothing_in_a_post_is_markup_but_what_the_bot_put_there(post: Post) -> None:
    for block in blocks(post):
        if block["type"] == "rich_text":
            assert {one["type"] for one in spans(block)} <= {"text", "link"}
        elif block["type"] == "context":
            for element in block["elements"]:
                assert_quiet(element)
        else:
            assert_pressable(block["elements"])


def assert_pressable(elements: list[dict[str, Any]]) -> None:
    """Buttons and options are plain text, without emoji."""
    for item in elements:
        texts = [option["text"] for option in item.get("options", [])] or [item["text"]]
        assert {(text["type"], text["emoji"]) for text in texts} == {("plain_text", False)}


def assert_quiet(text: dict[str, Any]) -> None:
    """Plain text; or mrkdwn whose only marks are links and bold that stand where the bot's spans were."""
    if text["type"] == "plain_text":
        assert text["emoji"] is False
        return
    assert text["verbatim"] is True
    bare = re.sub(r"<https://a\.example/x\?y=1&amp;z=2\|([^<>|]*)>", r"\1", text["text"])
    bare = re.sub(r"\*([^*]+)\*", r"\1", bare)
    assert not re.search(r"[*_~`:<>&@#|]", bare)


def test_a_thousand_hostile_titles_come_out_as_the_text_they_are() -> None:
    dice = random.Random(6)
    for _ in range(1000):
        title = " ".join(dice.choices(HOSTILE, k=dice.randint(1, 4)))
        laid = blocks(titled(title))
        assert faults(laid) == []
        shown = read(laid).split("\n")
        expected = one_line(title)
        assert shown == ([expected, expected] if expected.strip() else [""]), title
        assert {one["type"] for one in spans([block["elements"] for block in laid])} <= {"link", "text"}


@pytest.mark.parametrize("length", [3001, 10_000, 100_000])
def test_a_long_paragraph_ends_with_an_ellipsis_after_a_whole_word(length: int) -> None:
    laid = blocks(titled("attention " * (length // 10 + 1)))
    assert faults(laid) == []
    for shown in read(laid).split("\n"):
        assert shown.endswith("attention…")
        assert 2900 < len(shown) <= 3000


def test_each_kind_of_line_looks_like_itself() -> None:
    kinds = ("text", "item", "item", "quote", "pre", "small")
    said = tuple(Line((Span(f"{kind}  {n}"),), kind) for n, kind in enumerate(kinds))  # type: ignore[arg-type]  # a table
    post = Post(Line((Span("Head"),)), said)
    made = [block["elements"][0]["type"] for block in blocks(post)]
    assert made == [
        "rich_text_section",
        "rich_text_section",
        "rich_text_list",
        "rich_text_quote",
        "rich_text_preformatted",
        "plain_text",
    ]
    assert read(blocks(post)) == "Head\ntext 0\nitem 1\nitem 2\nquote 3\npre  4\nsmall 5"


def test_styles_are_rich_texts_own() -> None:
    line = Line((Span("a", "strong"), Span("b", "emphasis"), Span("c", "code"), Span("d", url="https://d.example")))
    laid = blocks(Post(Line((Span("Head", "code"),)), (line,)))
    assert [one.get("style") for one in spans([block["elements"] for block in laid])] == [
        {"bold": True, "code": True},
        {"bold": True},
        {"italic": True},
        {"code": True},
        None,
    ]


def test_a_quiet_line_keeps_its_links_and_bold_words_where_that_is_safe() -> None:
    facts = (
        Span("matches "),
        Span("state space", "strong"),
        Span(" · "),
        Span("PDF", url="https://a.example/?a=1&b=2"),
    )
    (_, block) = blocks(Post(Line((Span("Head"),)), (Line(facts, "small"),)))
    assert block["elements"] == [
        {
            "type": "mrkdwn",
            "text": "matches *state space* · <https://a.example/?a=1&amp;b=2|PDF>",
            "verbatim": True,
        }
    ]


@pytest.mark.parametrize("term", ["a*b", "_x_", ":smile:", "<!here>", "`x`", "@here", "a & b", "a|b", " x"])
def test_a_quiet_line_with_marks_in_it_is_plain_words_beside_its_links(term: str) -> None:
    facts = (Span("matches "), Span(term, "strong"), Span(" · "), Span("PDF", url="https://a.example/"))
    (_, block) = blocks(Post(Line((Span("Head"),)), (Line(facts, "small"),)))
    assert block["elements"] == [
        {"type": "plain_text", "text": f"matches {term} ·", "emoji": False},
        {"type": "mrkdwn", "text": "<https://a.example/|PDF>", "verbatim": True},
    ]


@pytest.mark.parametrize("words", [("*PDF*",), ("code",) * 11])
def test_a_quiet_line_whose_links_are_no_plain_words_or_too_many_is_said_in_rich_text(words: tuple[str, ...]) -> None:
    facts = (Span("a*b "), *(part for word in words for part in (Span(word, url="https://a.example/"), Span(" · "))))
    (_, block) = blocks(Post(Line((Span("Head"),)), (Line(facts, "small"),)))
    assert block["type"] == "rich_text"
    assert one_line("".join(span.text for span in facts)) in read([block])


def test_a_command_in_a_quiet_line_is_as_quiet() -> None:
    hint = (Span("To change it: "), Span("/papers settings mode:daily", "code"))
    (_, block) = blocks(Post(Line((Span("Head"),)), (Line(hint, "small"),)))
    assert [one["text"] for one in block["elements"]] == ["To change it: /papers settings mode:daily"]


def test_a_title_that_names_a_paper_is_bold_only_there() -> None:
    named = Line((Span("A paper", "strong", "https://a.example/"), Span(" — Ada Lovelace")))
    link, who = spans([block["elements"] for block in blocks(Post(named))])
    assert link["style"] == {"bold": True}
    assert "style" not in who


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "data:text/html,x",
        "ftp://a.example/",
        "https://",
        "https://a.example/ x",
        "https://a.example/\nx",
        "https://a.example/\u202ex",
        "https://[::1",
        "slack://open",
        "//a.example",
        "https://a.example/<b>",
        "https://a.example/" + "x" * 3000,
        "",
    ],
)
def test_an_address_that_is_no_web_page_is_no_link(url: str) -> None:
    laid = blocks(Post(Line((Span("Click", url=url),))))
    assert spans([block["elements"] for block in laid]) == [{"type": "text", "text": "Click", "style": {"bold": True}}]


def test_many_quiet_lines_are_all_there() -> None:
    lines = [f"fact {n}" for n in range(100)]
    post = Post(
        Line((Span("Head"),)), tuple(Line((Span(text),), "small" if n % 2 else "text") for n, text in enumerate(lines))
    )
    assert faults(blocks(post)) == []
    assert read(blocks(post)).split("\n") == ["Head", *lines]


def test_more_lines_than_a_message_holds_are_counted() -> None:
    post = says("Head", *(f"line {n}" for n in range(5000)))
    shown = read(blocks(post)).split("\n")
    assert faults(blocks(post)) == []
    left = re.fullmatch(r"… and ([\d,]+) more lines\.", shown[-1])
    assert left
    assert int(left[1].replace(",", "")) == 5000 - len(shown[1:-1])


def test_the_longest_paragraphs_are_cut_first() -> None:
    post = says("Head", *(["long " * 500] * 20), "the end")
    shown = read(blocks(post)).split("\n")
    assert len(shown) == 22
    assert shown[-1] == "the end"
    assert weight(blocks(post)) > BUDGET / 2


def test_many_buttons_stand_in_rows_with_ids_of_their_own() -> None:
    post = says("Head", buttons=tuple(Button(f"No {n}", "discuss:7") for n in range(60)))
    laid = blocks(post)
    assert faults(laid) == []
    assert [len(block["elements"]) for block in laid[1:]] == [25, 25, 10]


def test_a_button_carries_its_action_and_its_style() -> None:
    (_, actions) = blocks(says("Head", buttons=(Button("Yes " * 40, "confirm:7", "primary"), Button("", "cancel:7"))))
    yes, no = actions["elements"]
    assert (yes["value"], yes["style"], "style" in no) == ("confirm:7", "primary", False)
    assert len(yes["text"]["text"]) <= 75
    assert no["text"]["text"] == "cancel:7"


@pytest.mark.parametrize("action", ["", "x" * 2001])
def test_a_button_that_cannot_carry_its_action_is_a_mistake(action: str) -> None:
    with pytest.raises(ValueError, match="1 to 2,000 characters"):
        blocks(says("Head", buttons=(Button("Yes", action),)))


def test_buttons_beyond_a_message_are_a_mistake() -> None:
    with pytest.raises(ValueError, match="300 buttons are more"):
        blocks(says("Head", buttons=tuple(Button("Yes", f"discuss:{n}") for n in range(300))))


def test_an_empty_post_still_says_something() -> None:
    assert blocks(says("\x00", " ")) == []
    assert fallback(says("\x00", " ")) == "…"


def test_the_fallback_mentions_nobody() -> None:
    assert fallback(says("<!channel> & <@U1>", "\n@here")) == "&lt;!channel&gt; &amp; &lt;@U1&gt;\n@here"


@pytest.mark.parametrize(
    ("text", "room", "shown"),
    [
        ("short", 5, "short"),
        ("longer words here", 12, "longer…"),
        ("longerwordshere", 7, "longer…"),
        ("ab👩‍👩‍👧‍👦cd", 8, "ab…"),
        ("ab🇩🇪🇫🇷", 9, "ab🇩🇪…"),
        ("abe\u0301xyz", 5, "abe\u0301…"),
        ("abe\u0301xyz", 4, "ab…"),
        ("ab👍🏽xyz", 6, "ab…"),
        ("&&&&", 12, "&&…"),
        ("abc", 1, "…"),
    ],
)
def test_a_cut_leaves_whole_words_and_whole_characters(text: str, room: int, shown: str) -> None:
    assert cut(text, room) == shown
    assert size(cut(text, room)) <= room


def test_a_tower_of_accents_is_cut_all_the_same() -> None:
    assert 0 < size(cut("z" + "\u0301" * 10_000, 300)) <= 300


@given(st.text(), st.integers(1, 50))
def test_what_is_cut_fits(text: str, room: int) -> None:
    assert size(cut(text, room)) <= room


def test_tricks_are_taken_out_and_letters_stay() -> None:
    assert clean("a\x00b\u202ec\u2066d\u2069\ud83d") == "abcd\ufffd"
    assert clean("שלום\u200f, 👩‍👧 e\u0301") == "שלום\u200f, 👩‍👧 e\u0301"
    assert one_line("a\n\n b\u2028c\td") == "a b c d"


# ── lists and menus ─────────────────────────────────────────────────────────────────────────────────


def listed(papers: int, words: int = 8, label: str = "Discuss") -> Post:
    """A digest: two lines a paper."""
    entries = tuple(
        Entry(
            f"Paper {n}",
            (Line((Span(f"Title {n}", "strong"),)), Line((Span(f"Gist {n} " + "word " * words),), "small")),
            Button(label, f"discuss:{n}"),
        )
        for n in range(papers)
    )
    return Post(Line((Span("Monday"),)), entries=entries, closing=(Line((Span("That was all."),), "small"),))


def elements(laid: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [item for block in laid if block["type"] == "actions" for item in block["elements"]]


def test_each_paper_of_a_list_is_one_block_with_all_its_lines() -> None:
    laid = blocks(listed(3))
    assert [block["type"] for block in laid] == ["rich_text"] * 4 + ["context", "actions"]
    assert read(laid[1:4]).split("\n")[::2] == ["Title 0", "Title 1", "Title 2"]
    assert all(len(block["elements"]) == 1 for block in laid[1:4])


def test_a_lists_buttons_are_one_menu_by_the_papers_names() -> None:
    (menu,) = elements(blocks(listed(3)))
    assert (menu["type"], menu["placeholder"]["text"]) == ("static_select", "Discuss…")
    offered = [(option["text"]["text"], option["value"]) for option in menu["options"]]
    assert offered == [(f"Paper {n}", f"discuss:{n}") for n in range(3)]


def test_different_buttons_of_a_list_say_what_they_do() -> None:
    post = listed(2)
    mixed = (post.entries[0], *listed(2, label="Open").entries[1:])
    (menu,) = elements(blocks(Post(post.headline, entries=mixed)))
    assert [option["text"]["text"] for option in menu["options"]] == ["Discuss: Paper 0", "Open: Paper 1"]


def test_a_long_name_is_cut_in_the_menu_and_nowhere_else() -> None:
    name = "attention " * 20
    post = Post(Line((Span("Monday"),)), entries=(Entry(name, (Line((Span(name),)),), Button("Discuss", "discuss:1")),))
    laid = blocks(post)
    assert fits(post)
    assert elements(laid)[0]["options"][0]["text"]["text"].endswith("attention…")
    assert name.strip() in read(laid)


@pytest.mark.parametrize("seldom", [0, 1, 2, 5, 6, 11])
def test_what_is_seldom_wanted_stands_in_menus_of_five_after_the_buttons(seldom: int) -> None:
    more = tuple(Button(f"More {n}", f"more:{n}") for n in range(seldom))
    found = elements(blocks(Post(Line((Span("Head"),)), buttons=(Button("Discuss", "discuss:1"),), more=more)))
    assert found[0]["value"] == "discuss:1"
    assert len(found) == 1 + -(-seldom // 5)
    offered = [option["value"] for item in found for option in item.get("options", [item])]
    assert offered == ["discuss:1", *(button.action for button in more)]


def test_a_post_fits_until_something_would_be_cut() -> None:
    assert fits(listed(10))
    most = max(n for n in range(60) if fits(listed(n)))
    assert 15 <= most < 50
    for papers in (most, most + 1):
        laid = read(blocks(listed(papers)))
        whole = all(f"Gist {n} " + "word " * 8 in laid.replace("\n", " ") for n in range(papers))
        assert whole == fits(listed(papers)), papers


@pytest.mark.parametrize(
    ("post", "fitting"),
    [
        (says("Head", "x" * 3000), True),
        (says("Head", "x" * 3001), False),
        (says("Head", *["&" * 600] * 4), False),
        (says("Head", *["line"] * 60), True),
        (says("Head", *["line"] * 200), False),
        (says("Head", buttons=tuple(Button("x", f"x:{n}") for n in range(200))), False),
    ],
)
def test_fitting_is_measured_on_what_is_sent(post: Post, fitting: bool) -> None:
    assert fits(post) is fitting


def test_too_many_papers_are_counted_not_refused() -> None:
    laid = blocks(listed(500))
    assert faults(laid) == []
    assert re.search(r"… and \d+ more papers\.\nThat was all\.", read(laid))
    offered = [option["value"] for option in elements(laid)[0]["options"]]
    assert offered == [f"discuss:{n}" for n in range(len(offered))]


@settings(max_examples=60, deadline=None)
@given(modest)
def test_what_fits_keeps_every_word_and_every_button(post: Post) -> None:
    try:
        laid = blocks(post)
    except ValueError:
        assert not fits(post)
        return
    if fits(post):
        said = read(laid).replace("\n", "").replace(" ", "")
        lines = [line for one in post.entries for line in one.lines]
        for line in (*post.lines, *lines, *post.closing):
            shown = clean(line.text) if line.kind == "pre" else one_line(line.text)
            assert "".join(shown.split(" ")).replace("\n", "") in said
        pressed = [*(one.button for one in post.entries if one.button), *post.buttons, *post.more]
        carried = [option["value"] for item in elements(laid) for option in item.get("options", [item])]
        assert carried == [button.action for button in pressed]
