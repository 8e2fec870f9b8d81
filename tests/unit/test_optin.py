"""Addresses as people type them, and links that only we can have made."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import WordsWrong
from bot.model import Channel, Line, Post, Span
from bot.optin import asking, domain_of, mailbox, signed, told

KEY = b"k" * 32
ADA = Channel("email", "ada@mail.example")


@pytest.mark.parametrize(
    ("typed", "place"),
    [
        (" Ada@Mail.Example ", "ada@mail.example"),
        ("a.b+papers@sub.mail.example", "a.b+papers@sub.mail.example"),
        ("ada@bücher.example", "ada@xn--bcher-kva.example"),
    ],
)
def test_an_address_is_known_again_however_it_is_typed(typed: str, place: str) -> None:
    """In small letters, its domain as DNS has it."""
    assert mailbox(typed) == Channel("email", place)
    assert Channel.parse(f"email:{place}") == mailbox(typed)
    assert domain_of(mailbox(typed)) == place.partition("@")[2]


@pytest.mark.parametrize(
    "typed",
    [
        "", "ada", "ada@", "@mail.example", "ada@mail", "ada@127.0.0.1", "ada@[127.0.0.1]", "a b@mail.example",
        "ada@mail.example, bob@mail.example", "ada@mail.example\r\nBcc: bob@mail.example", '"a b"@mail.example',
        "<ada@mail.example>", "ada@mail..example", ".ada@mail.example", "ada@-mail.example", "a/b@mail.example",
        "a%b@mail.example", "jörg@mail.example", "x" * 65 + "@mail.example", "ada@" + "x." * 130 + "example",
        "ada@mail.example\u2028", "ada@mail.exa\u0000mple",
    ],
)  # fmt: skip
def test_what_is_no_address_is_refused_with_a_sentence(typed: str) -> None:
    """Nothing that a header or a server could read as more than one address."""
    if typed.strip() != typed and typed.strip() == "ada@mail.example":
        assert mailbox(typed) == ADA
        return
    with pytest.raises(WordsWrong) as wrong:
        mailbox(typed)
    assert "address" in str(wrong.value)


@given(st.text(max_size=60))
def test_an_address_is_one_line_of_ascii_or_none(typed: str) -> None:
    """Whatever is typed."""
    try:
        place = mailbox(typed).place
    except WordsWrong:
        return
    assert place.isascii()
    assert place.isprintable()
    assert " " not in place


def test_a_token_says_what_it_was_signed_for_and_nothing_else() -> None:
    """Not another purpose, number, address or key."""
    token = signed(KEY, "confirm", ADA, 7)
    assert told(KEY, "confirm", token) == (ADA, 7)
    assert told(KEY, "manage", token) is None
    assert told(b"x" * 32, "confirm", token) is None
    assert token.replace(".", "").replace("-", "").replace("_", "").isalnum()
    other = signed(KEY, "confirm", ADA, 8)
    assert told(KEY, "confirm", other.partition(".")[0] + "." + token.partition(".")[2]) is None


@given(st.text(max_size=80))
def test_a_made_up_token_leads_nowhere(text: str) -> None:
    """However it is made up."""
    assert told(KEY, "manage", text) is None


def test_the_asking_mail_has_one_link_and_the_rule_s_meaning() -> None:
    """Where to say yes, what comes, and that nothing comes without it."""
    line = Line((Span("You would get papers that mention LLM."),))
    hint = Line((Span("Without LLM: 99."),), "small")
    post = asking(Post(Line((Span("Subscribe?"),)), (line, hint)), "https://p.example/mail/confirm/x", "p.example")
    assert [span.url for row in post.lines for span in row.spans if span.url] == ["https://p.example/mail/confirm/x"]
    assert "mention LLM" in post.plain
    assert "do nothing" in post.plain
    assert "Without LLM" not in post.plain  # nobody can change the rule from here
