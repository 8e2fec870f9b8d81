"""A real SMTP server on loopback (aiosmtpd), without SMTPUTF8, and the mailboxes behind it."""

from __future__ import annotations

import asyncio
import warnings
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session


@dataclass
class MailServer:
    """What it took, and how it answers. `url` is what SMTP_URL is set to."""

    port: int = 0
    taken: list[tuple[str, bytes]] = field(default_factory=list)
    """Recipient and mail, in the order they came: what a relay passes on."""
    refused: dict[str, str] = field(default_factory=dict)
    """Answers to RCPT by address, until they are taken out."""
    next_rcpt: list[str] = field(default_factory=list)
    """Answers to the next RCPTs, one each; `drop` hangs up instead."""
    next_data: list[str] = field(default_factory=list)
    """The same after the mail itself. `drop` hangs up with nothing taken, `lose` takes it and hangs up."""
    login: tuple[str, str] | None = None
    sessions: int = 0

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    @property
    def env(self) -> dict[str, str]:
        return {"SMTP_URL": self.url, "SMTP_FROM": "Paper Round <papers@rounds.example>"}

    def mails(self, address: str) -> list[EmailMessage]:
        """What the mailbox holds. A second mail of the same Message-ID is known and left out, as Gmail and mailboxes
        with duplicate suppression do (https://www.rfc-editor.org/rfc/rfc7352#section-1)."""
        found: dict[str, EmailMessage] = {}
        for to, mail in self.taken:
            if to == address:
                read = message_from_bytes(mail, policy=default)
                assert isinstance(read, EmailMessage)
                found.setdefault(str(read["Message-ID"]), read)
        return list(found.values())

    # ── aiosmtpd's hooks ──

    async def handle_RCPT(self, server: SMTP, session: Session, envelope: Envelope, address: str, _: list[str]) -> str:
        said = self.next_rcpt.pop(0) if self.next_rcpt else self.refused.get(address, "250 OK")
        if said == "drop":
            _hang_up(server)
        elif said.startswith("250"):
            envelope.rcpt_tos.append(address)
        return said if said != "drop" else "421 Gone"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        said = self.next_data.pop(0) if self.next_data else "250 OK"
        if said.startswith("250") or said == "lose":
            self.taken += [(to, bytes(envelope.original_content or b"")) for to in envelope.rcpt_tos]
        if said in ("drop", "lose"):
            _hang_up(server)
            return "421 Gone"
        return said

    def check(self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: object) -> AuthResult:
        assert isinstance(data, LoginPassword)
        right = (data.login.decode(), data.password.decode()) == self.login
        return AuthResult(success=right, handled=False)


def _hang_up(server: SMTP) -> None:
    assert isinstance(server.transport, asyncio.Transport)
    server.transport.abort()


def text_of(mail: EmailMessage) -> str:
    """The plain text as a reader shows it: flowed lines joined (https://www.rfc-editor.org/rfc/rfc3676)."""
    part = mail.get_body(("plain",))
    assert part is not None
    rows = str(part.get_content()).replace("\r\n", "\n").split("\n")
    shown = ""
    for row in rows:
        row = row.removeprefix(" ")
        shown += row if row.endswith(" ") and row != "-- " else row + "\n"
    return shown


def html_of(mail: EmailMessage) -> str:
    part = mail.get_body(("html",))
    assert part is not None
    return str(part.get_content())


@asynccontextmanager
async def mail_server(server: MailServer | None = None) -> AsyncIterator[MailServer]:
    """The server, listening."""
    server = server or MailServer()

    def protocol() -> SMTP:
        server.sessions += 1
        asks = server.login is not None
        with warnings.catch_warnings(action="ignore", category=UserWarning):  # a login without TLS: on loopback only
            return SMTP(
                server,
                hostname="mail.example",
                enable_SMTPUTF8=False,
                auth_required=asks,
                auth_require_tls=False,
                authenticator=server.check if asks else None,
            )

    listening = await asyncio.get_running_loop().create_server(protocol, "127.0.0.1", server.port)
    server.port = listening.sockets[0].getsockname()[1]
    try:
        yield server
    finally:
        listening.close()
