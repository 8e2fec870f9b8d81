"""Strangers' text in Discord's markdown is the plain text it is."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.chat.discord.markdown import block, clean, cut, escape, link, size, spans
from bot.model import Span
from tests.standins.discord.reading import read, read_inline

FORGED = {
    "a mention": "<@123456789012345678> see <@!1> and <@&22>",
    "everyone": "@everyone and @here",
    "a channel": "see <#123456789012345678> or <id:customize>",
    "a command": "press </subscribe:123456789012345678>",
    "a time": "until <t:1700000000:R> and <t:1700000000>",
    "an emoji": "<:nice:123456789012345678> <a:wave:1> :smile: :+1:",
    "a masked link": "[your bank](https://evil.example) and [x](<https://evil.example>)",
    "a bare link": "read https://evil.example/x, <https://evil.example> or discord://open",
    "an invitation": "join discord.gg/abc or discord.com/invite/abc",
    "a heading": "# LOUD",
    "small print": "-# said quietly",
    "a list": "- one",
    "a starred list": "* one",
    "a numbered list": "1. one",
    "a quote": "> said",
    "a long quote": ">>> said",
    "a spoiler": "||hidden||",
    "styles": "**a** __b__ *c* _d_ ~~e~~ ***f***",
    "code": "`a` ``b`` ```c```",
    "backslashes": r"\*a\* \\*b\\* \<@1> \\",
    "maths": "A* search, 256*256 and <4.3% … >35%, O(N^2), x_i_j, |a|b|",
    "a doubled colon": "std::vector::push_back and time::time::",
}


@pytest.mark.parametrize("text", FORGED.values(), ids=FORGED.keys())
def test_a_forged_markup_reads_as_its_own_characters(text: str) -> None:
    assert read(text).marks or text.startswith(("A*", "std")), "the reader would not have noticed"
    assert (read(escape(text)).text, read(escape(text)).marks) == (text, ())


@pytest.mark.parametrize("before", ["- ", "> ", "-# ", "**x** ", "1"])
@pytest.mark.parametrize("text", FORGED.values(), ids=FORGED.keys())
def test_a_forged_markup_reads_as_its_own_characters_wherever_it_stands(text: str, before: str) -> None:
    alone, behind = read(before + "x"), read(before + escape(text))
    assert behind.marks == alone.marks
    assert behind.text.endswith(text)


_NASTY = st.text(
    st.sampled_from(list("*_~`|<>#@:/[]()\\-+.&!1aé😀 \u200d")) | st.characters(codec="utf-8"), max_size=60
)


@settings(deadline=None)  # other work on the machine is no fault of a text
@given(_NASTY)
def test_no_text_whatever_takes_effect_as_markup(text: str) -> None:
    shown = clean(text).strip()
    assert (read(escape(shown)).text, read(escape(shown)).marks) == (shown, ())


_SPANS = st.builds(
    Span,
    _NASTY,
    st.sampled_from(["plain", "strong", "emphasis", "code"]),
    st.none() | st.just("https://arxiv.org/abs/2608.01234"),
)


@settings(deadline=None)  # other work on the machine is no fault of a text
@given(st.lists(_SPANS, max_size=5))
def test_only_the_styles_that_were_meant_take_effect(parts: list[Span]) -> None:
    seen = read_inline(spans(parts, 10_000))
    meant = {part.style for part in parts} | ({"masked"} if any(part.url for part in parts) else set())
    assert set(seen.marks) <= meant
    assert set(seen.links) <= {"https://arxiv.org/abs/2608.01234"}


@settings(deadline=None)  # other work on the machine is no fault of a text
@given(st.lists(_SPANS, max_size=5), st.integers(0, 80))
def test_spans_are_never_longer_than_their_room(parts: list[Span], room: int) -> None:
    assert size(spans(parts, room)) <= room


@settings(deadline=None)  # other work on the machine is no fault of a text
@given(_NASTY, st.integers(8, 60))
def test_a_code_block_cannot_be_closed_from_inside(text: str, room: int) -> None:
    made = block(text + "```", room)
    assert size(made) <= room
    assert read(made).marks in ((), ("codeblock",))


@pytest.mark.parametrize(
    "parts",
    [
        ("https:", "//evil.example"),
        ("see :smi", "le: there"),
        ("1", ". one"),
        ("#", " LOUD"),
        ("-", "# quiet"),
        ("-", " x"),
    ],
)
def test_nothing_is_forged_across_spans(parts: tuple[str, str]) -> None:
    """Two harmless halves, one from each of two spans of different looks, make no markup."""
    for between in ([], [Span("", "strong")], [Span("\u200b", "plain", "https://arxiv.org")]):
        seen = read(spans([Span(parts[0]), *between, Span(parts[1])], 99))
        assert set(seen.marks) <= {"masked"}
        assert seen.text.replace("\u200b", "") == "".join(parts)


def test_harmless_texts_are_left_as_they_are() -> None:
    """Notifications show the raw text, so nothing is escaped that means nothing."""
    for text in (
        "3.5 billion parameters",
        "Title: subtitle (v2) – it's 50% off!",
        "#1 of 2",
        "-5 degrees",
        "C# & F#",
        "a:",
    ):
        assert spans([Span(text)], 99) == text


def test_a_long_text_is_cut_at_a_word() -> None:
    assert cut("alpha beta gamma", 12) == "alpha beta…"


def test_a_text_without_words_is_cut_between_its_characters() -> None:
    family = "\U0001f469\u200d\U0001f467"
    assert cut(family * 10, 13) == family * 2 + "…"


def test_the_escape_is_measured_not_the_text() -> None:
    made = spans([Span("*" * 100)], 51)
    assert made == r"\*" * 25 + "…"


def test_what_cannot_be_shown_is_left_out() -> None:
    assert clean("a\0b\u202ec\ud800d\r\ne\u2028f") == "a bcd e f"


@pytest.mark.parametrize(
    ("url", "safe"),
    [
        ("https://arxiv.org/abs/2608.01234v1", "https://arxiv.org/abs/2608.01234v1"),
        ("https://example.org/a(b)c>d\"e'f", "https://example.org/a%28b%29c%3Ed%22e'f"),
        ("https://пример.example/ü", "https://xn--e1afmkfd.example/%C3%BC"),
        ("http://127.0.0.1:8090/x?y=1&z=2#w", "http://127.0.0.1:8090/x?y=1&z=2#w"),
        ("javascript:alert(1)", None),
        ("https://user:pass@example.org/", None),
        ("https://exa mple.org/", None),
        ("https://", None),
        ("https://[::1", None),
        ("https://example.org:99999/", None),
        ("https://example.org/" + "a" * 2_048, None),
        ("https://example.org/\ud800", None),
        ("", None),
        (None, None),
    ],
)
def test_only_http_addresses_are_linked(url: str | None, safe: str | None) -> None:
    assert link(url) == safe


def test_a_person_is_shown_by_a_mention_and_only_by_their_own_id() -> None:
    """Nothing that strangers write is a person, and nobody of another platform is one here."""
    line = [Span("by "), Span("123", person="discord:123456789012345678"), Span(" now")]
    assert spans(line, 99) == "by <@123456789012345678> now"
    for other in ("slack:U1", "discord:<@1>", "discord:1|2", "", "discord:"):
        assert read(spans([Span("somebody", person=other)], 99)) == read("somebody")


def test_a_channel_is_shown_by_its_number_and_only_by_the_bots_own_word() -> None:
    """What strangers write is text, whatever it reads like; people's own messages and other platforms keep theirs."""
    line = [Span("in "), Span("discord:1/23", "strong", channel="discord:1/23"), Span(" now")]
    assert spans(line, 99) == "in <#23> now"
    assert read(spans([Span("discord:1/23 <#23>")], 99)) == read("discord:1/23 \\<#23>")
    for other in ("slack:T1/C1", "discord:@me/23", "discord:1/<#2>", "discord:23", ""):
        assert read(spans([Span("a channel", channel=other)], 99)) == read("a channel")


def test_a_mention_is_left_out_rather_than_cut() -> None:
    assert spans([Span("by "), Span("123", person="discord:123456789012345678")], 12) == "by …"


def test_a_link_whose_text_would_break_it_stands_beside_its_text() -> None:
    seen = read(spans([Span("a [b", url="https://arxiv.org/abs/1")], 99))
    assert (seen.text, seen.links) == ("a [b (link)", ("https://arxiv.org/abs/1",))
