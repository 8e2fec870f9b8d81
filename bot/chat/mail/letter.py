"""Post → a mail: headers, plain text, and HTML that reads well without its styles. Pure.

What a stranger wrote stands in three places: in the subject (one clean line, encoded), in the
text, and in the HTML, where Jinja escapes it. All other headers are our own words and an address that was checked.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from email.header import Header
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from functools import cache
from hashlib import sha256
from itertools import groupby
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from bot.chat.mail.text import clean, one_line, paper_path, plain, spans, web
from bot.model import Channel, Line, Post, Span

if TYPE_CHECKING:
    from jinja2 import Environment

SUBJECT = 150
"""Characters of a subject; readers show about 70."""
SIZE = 90_000
"""Bytes of a mail's HTML. Gmail cuts what is longer than 102 kB:
https://developers.google.com/workspace/gmail/design/css"""
LINE = 4_000
"""Characters of a paragraph."""
LINES = 200
NAME = "Paper Round"


@dataclass(frozen=True, slots=True)
class Sender:
    """Whom mails are from, and the public address of the pages that their links lead to."""

    sender: str
    """`papers@example.org`, or `A name <papers@example.org>`."""
    base: str

    @property
    def site(self) -> str:
        """The pages' name, as people say it."""
        return urlsplit(self.base).hostname or "papers.invalid"

    @property
    def envelope(self) -> str:
        return parseaddr(self.sender)[1]


@dataclass(frozen=True, slots=True)
class Extras:
    """What a mail carries beside its post. `manage`: the page that ends it, which also takes one click (RFC 8058)."""

    manage: str | None = None
    answers: str | None = None
    """The id of the mail it follows."""


def message_id(channel: Channel, key: str, sender: Sender) -> str:
    """The same for the same words to the same address, in every process: a mailbox can tell that it has it already."""
    return f"{sha256(f'{key}|{channel}'.encode('utf-8', 'replace')).hexdigest()[:40]}@{sender.site}"


def letter(channel: Channel, post: Post, id: str, sender: Sender, now: datetime, extras: Extras) -> bytes:
    """The mail as it goes over the line."""
    told, html = _laid(post, sender, channel, extras)
    made = EmailMessage(policy=SMTP)
    name, address = parseaddr(sender.sender)
    made["From"] = Address(name or NAME, addr_spec=address)
    made["To"] = Address("", addr_spec=channel.place)
    body = plain(told, sender.base) + _footer(channel, sender, extras)
    made.set_content(body, charset="utf-8", cte="quoted-printable", params={"format": "flowed"})
    made.add_alternative(html, subtype="html", charset="utf-8", cte="quoted-printable")
    subject = ("Re: " if extras.answers else "") + _subject(told)
    own = "".join(f"{name}: {value}\r\n" for name, value in _own(id, sender, now, extras))
    own += f"Subject: {_encoded(subject)}\r\n"
    return own.encode("ascii") + made.as_bytes()


def _subject(post: Post) -> str:
    return _short(one_line(post.headline.text), SUBJECT) or NAME


def _encoded(subject: str) -> str:
    """As RFC 2047 wants it. The email package's newer headers would read a stranger's `=?utf-8?q?=0D=0A?=` as encoded
    already, and write its line break out (https://github.com/python/cpython/issues/121650)."""
    plainly = subject.isascii() and subject.isprintable() and "=?" not in subject
    return Header(subject, "us-ascii" if plainly else "utf-8", 76, "Subject").encode(linesep="\r\n")


def fits(post: Post, sender: Sender) -> bool:
    """Whether a mail holds the post without anything being cut."""
    if any(len(line.text) > LINE for line in _all(post)) or len(post.lines) > LINES:
        return False
    return _size(post, sender) <= SIZE


def _size(post: Post, sender: Sender) -> int:
    """Bytes of its HTML to whomever it goes: the same papers stand in everybody's mail."""
    return len(_html(post, sender, Channel("email", "x" * 64), Extras("x" * 200)).encode("utf-8", "replace"))


def _own(id: str, sender: Sender, now: datetime, extras: Extras) -> Iterable[tuple[str, str]]:
    """The headers that nobody else has a word in. They are not folded: a long address must stay in one piece."""
    yield "Message-ID", f"<{id}>"
    yield "Date", format_datetime(now)
    yield "Auto-Submitted", "auto-generated"  # https://www.rfc-editor.org/rfc/rfc3834
    if extras.answers:
        yield "In-Reply-To", f"<{extras.answers}>"
        yield "References", f"<{extras.answers}>"
    if extras.manage:
        yield "List-Id", f"{NAME} <paper-round.{sender.site}>"  # https://www.rfc-editor.org/rfc/rfc2919
        yield "List-Unsubscribe", f"<{extras.manage}>"  # https://www.rfc-editor.org/rfc/rfc8058
        yield "List-Unsubscribe-Post", "List-Unsubscribe=One-Click"


def _footer(channel: Channel, sender: Sender, extras: Extras) -> str:
    if not extras.manage:
        return ""
    said = f"\n-- \nYou get this because {channel.place} said yes to it at {sender.site}.\n"
    return f"{said}Change or end it: {extras.manage}\n"


def _laid(post: Post, sender: Sender, channel: Channel, extras: Extras) -> tuple[Post, str]:
    """The post, and its HTML: of a list that is too long the first papers, and how many more there are."""
    tidy = _tidied(post)
    kept = len(tidy.entries)
    while True:
        left = len(tidy.entries) - kept
        more = (Line((Span(f"… and {left:,} more papers."),)),) if left else ()
        told = replace(tidy, entries=tidy.entries[:kept], closing=(*more, *tidy.closing))
        size = _size(told, sender)
        if size <= SIZE or kept == 0:
            return told, _html(told, sender, channel, extras)
        kept = min(kept - 1, kept * SIZE // size)


def _tidied(post: Post) -> Post:
    """Without tricks, and without what is far beyond its room."""
    more = len(post.lines) - LINES
    left = (Line((Span(f"… and {more:,} more lines."),)),) if more > 0 else ()
    entries = tuple(replace(entry, lines=tuple(map(_cut, entry.lines))) for entry in post.entries)
    return replace(
        post,
        headline=_cut(post.headline),
        lines=(*map(_cut, post.lines[:LINES]), *left),
        entries=entries,
        closing=tuple(map(_cut, post.closing)),
    )


def _cut(line: Line) -> Line:
    kept, room = [], LINE
    for span in line.spans:
        text = clean(span.text)
        kept.append(replace(span, text=_short(text, room)))
        room -= len(text)
        if room <= 0:
            break
    return replace(line, spans=tuple(kept))


def _short(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"


def _all(post: Post) -> Iterable[Line]:
    return (post.headline, *post.lines, *(line for entry in post.entries for line in entry.lines), *post.closing)


def _html(post: Post, sender: Sender, channel: Channel, extras: Extras) -> str:
    told = (
        _page()
        .get_template("mail.html")
        .render(
            post=post,
            subject=_subject(post),
            base=sender.base,
            site=sender.site,
            address=channel.place,
            manage=extras.manage,
        )
    )
    return clean(told)


@cache
def _page() -> Environment:
    from jinja2 import Environment, PackageLoader, StrictUndefined  # with the first mail: most bots send none

    env = Environment(
        loader=PackageLoader("bot.chat.mail"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    env.filters |= {"spans": spans, "runs": _runs, "is_button": _is_button, "clean": clean, "paper_path": paper_path}
    return env


def _is_button(line: Line) -> bool:
    """Whether the paragraph is nothing but one strong link."""
    return len(line.spans) == 1 and line.spans[0].style == "strong" and web(line.spans[0].url) is not None


def _runs(lines: Iterable[Line]) -> list[tuple[str, list[Line]]]:
    return [(kind, list(run)) for kind, run in groupby(lines, key=lambda line: line.kind)]
