"""A post as a mail: read back as a mailbox reads it, whatever strangers wrote."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.chat.mail.letter import Extras, Sender, letter, message_id
from bot.chat.mail.text import WIDTH, plain, web
from bot.model import Channel, Entry, Line, Post, Span
from tests.standins.mail import html_of, text_of

ADA = Channel("email", "ada@mail.example")
SENDER = Sender("Paper Round <papers@rounds.example>", "https://papers.example.org")
NOW = datetime(2026, 8, 28, 7, 30, tzinfo=UTC)
END = "https://papers.example.org/mail/" + "t" * 90


def read(post: Post, extras: Extras | None = None) -> tuple[bytes, EmailMessage]:
    raw = letter(ADA, post, message_id(ADA, "k", SENDER), SENDER, NOW, extras or Extras(END))
    mail = message_from_bytes(raw, policy=default)
    assert isinstance(mail, EmailMessage)
    return raw, mail


def headline(text: str) -> Post:
    return Post(Line((Span(text, "strong"),)))


def digest(title: str, url: str | None = "https://arxiv.org/abs/2608.00001") -> Post:
    first = Line((Span(title, "strong", url), Span(" — Noor Reyes et al.")))
    links = (Span("▲ 5 votes · "), Span("code", url="https://code.example/x"), Span(" · "), Span("PDF", url=url))
    entry = Entry("a", (first, Line((Span("It is small. "), *links))), None, "arxiv:2608.00001")
    return Post(Line((Span("Friday 28 August: 1 paper", "strong"),)), entries=(entry,))


class Page(HTMLParser):
    """Tags, and where links lead."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.links: list[str] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.links += [value or "" for name, value in attrs if name == "href"]

    def handle_data(self, data: str) -> None:
        self.text += data


def test_a_digest_is_one_mail_in_two_forms_with_the_headers_that_lists_need() -> None:
    """RFC 8058, RFC 2919 and RFC 3834, each header in one piece."""
    _, mail = read(digest("Eight-bit attention"))
    assert mail.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in mail.iter_parts()] == ["text/plain", "text/html"]
    assert mail["List-Unsubscribe"] == f"<{END}>"
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert mail["List-Id"] == "Paper Round <paper-round.papers.example.org>"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Date"].datetime == NOW
    assert mail["To"] == "ada@mail.example"
    assert mail["From"].addresses[0].addr_spec == "papers@rounds.example"
    assert str(mail["Subject"]) == "Friday 28 August: 1 paper"


def test_the_message_id_is_the_words_and_the_address_and_nothing_else() -> None:
    """The same in every process; another for other words and for another mailbox."""
    ids = {message_id(ADA, "k", SENDER), message_id(ADA, "k2", SENDER)}
    ids |= {message_id(Channel("email", "bob@mail.example"), "k", SENDER), message_id(ADA, "k", SENDER)}
    assert len(ids) == 3
    assert all(re.fullmatch(r"[0-9a-f]{40}@papers\.example\.org", one) for one in ids)


def test_an_invitation_is_on_no_list() -> None:
    """Nobody said yes yet: there is nothing to unsubscribe from."""
    _, mail = read(headline("Do you want these?"), Extras())
    assert not {"List-Id", "List-Unsubscribe", "List-Unsubscribe-Post"} & set(mail.keys())


HOSTILE = [
    "A title\r\nBcc: everyone@mail.example\r\n\r\nA body",
    "A title\nBcc: everyone@mail.example",
    "A title\u2028Bcc: everyone@mail.example",
    "=?utf-8?q?x=0D=0ABcc:_everyone@mail.example?=",
    "\x00\x1b[31m\ud800 gnp.\u202eexe",
    "w" * 5_000,
    "Größenwahn: 量子化された変換器 für Ærøskøbing 🦆" * 4,
    "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "</title></head><body><h1>Yours</h1>",
    "From here\n.\nQUIT",
]


@pytest.mark.parametrize("title", HOSTILE)
def test_a_strangers_title_is_text_in_every_part(title: str) -> None:
    """No header of theirs, no tag of theirs, no line that is too long, nothing that is not ASCII on the line."""
    for post in (headline(title), digest(title)):
        raw, mail = read(post)
        assert "Bcc" not in mail
        assert len(mail["Subject"]) <= 160
        raw.decode("ascii")
        assert all(len(line) <= 998 for line in raw.split(b"\r\n"))
        assert b"\n" not in raw.replace(b"\r\n", b"")
        page = Page(html_of(mail))
        assert not {"script", "img"} & set(page.tags)
        assert page.tags.count("h1") == 1
        assert text_of(mail).count("Change or end it") == 1


@given(st.text(alphabet=st.characters(exclude_categories=()), max_size=120))
def test_whatever_a_title_is_the_mail_can_be_read_back(title: str) -> None:
    """The words that can be said are there."""
    _, mail = read(digest(title))
    words = re.findall(r"[a-zA-Z]{3,}", title)[:1]
    assert all(word in text_of(mail) and word in Page(html_of(mail)).text for word in words)
    assert mail["List-Unsubscribe"] == f"<{END}>"
    assert not mail.defects


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "https://a@evil.example/",
        "https://e.example/\r\nX: y",
        'https://e.example/"><b>',
        "data:,x",
    ],
)
def test_a_link_leads_to_a_web_page_or_nowhere(url: str) -> None:
    """Neither part links to anything else."""
    assert web(url) is None
    _, mail = read(digest("A title", url))
    links = Page(html_of(mail)).links
    assert all(link.startswith(("https://papers.example.org", "https://code.example/")) for link in links)
    assert "evil" not in text_of(mail)


def test_the_text_flows_and_every_link_is_written_out() -> None:
    """Lines of 72 characters that a reader joins; a quoted or indented line is not mistaken for one of its own."""
    long = "A sentence that goes on for a while, and then some more. " * 12
    said = plain(
        Post(
            Line((Span("Friday"),)), (Line((Span(long),)), Line((Span("> not quoted"),))), entries=digest("T").entries
        ),
        SENDER.base,
    )
    rows = said.split("\n")
    assert max(map(len, rows)) <= WIDTH + 1
    assert " > not quoted" in rows
    _, mail = read(Post(Line((Span("Friday"),)), (Line((Span(long),)),), entries=digest("A title").entries))
    told = text_of(mail)
    assert long.strip() in told
    assert "1. A title — Noor Reyes et al.\nhttps://arxiv.org/abs/2608.00001\n" in told
    assert "code: https://code.example/x\nPDF: https://arxiv.org/abs/2608.00001" in told
    assert mail.get_body(("plain",))["Content-Type"].params["format"] == "flowed"  # type: ignore[index]  # it is there


def test_the_html_needs_no_styles() -> None:
    """A list is a list, a heading a heading, and nothing is fetched from anywhere."""
    _, mail = read(digest("A title"))
    html = html_of(mail)
    page = Page(html)
    assert [tag for tag in page.tags if tag in ("h1", "ol", "li", "hr", "b")][:4] == ["h1", "b", "ol", "li"]
    assert not re.search(r"(?:src|background)=|@import|url\(", html)
    assert f"{SENDER.base}/papers/arxiv%3A2608.00001" in page.links
    assert END in page.links
