"""The environment → the server that takes our mail, or why mail is off."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.errors import HeaderParseError
from email.headerregistry import Address
from email.utils import parseaddr
from urllib.parse import unquote, urlsplit

from bot.errors import SettingsError

NAMES = ("SMTP_URL", "SMTP_HOST", "SMTP_PORT", "SMTP_USER", "SMTP_PASSWORD", "SMTP_FROM", "SMTP_TLS")
PORTS = {"starttls": 587, "tls": 465, "off": 25}
"""Submission, with and without a start in the clear: https://www.rfc-editor.org/rfc/rfc8314#section-3"""

OFF = "Mail is off: neither SMTP_URL nor SMTP_HOST is set."
NOWHERE = (
    "Mail is off: its links to say yes and to unsubscribe lead to these pages, so set BOT_PUBLIC_URL to the address at "
    "which others open them."
)


@dataclass(frozen=True, slots=True)
class Server:
    """Where our mail goes out. `tls`: `starttls`, `tls` from the first byte, or `off`, which only this machine may."""

    host: str
    port: int
    sender: str
    user: str = ""
    password: str = field(default="", repr=False)
    tls: str = "starttls"


def server(env: Mapping[str, str], base: str | None) -> Server | str:
    """The server, or the sentence that says why mail is off. `SettingsError` for settings that are wrong."""
    said = {name: env.get(name, "").strip() for name in NAMES}
    if not (said["SMTP_URL"] or said["SMTP_HOST"]):
        return OFF
    found = _by_url(said) if said["SMTP_URL"] else _by_parts(said)
    return found if base else NOWHERE


def _by_url(said: Mapping[str, str]) -> Server:
    """`smtp://user:password@host:587` (STARTTLS), `smtps://…` (TLS from the start)."""
    try:
        url = urlsplit(said["SMTP_URL"])
        host, port = url.hostname or "", url.port
    except ValueError:
        url, host, port = urlsplit(""), "", None
    if url.scheme not in ("smtp", "smtps") or not host:
        raise SettingsError(
            "SMTP_URL is not the address of a mail server; it reads smtp://USER:PASSWORD@smtp.example.org:587, "
            "or smtps://… for TLS from the start."
        )
    tls = said["SMTP_TLS"] or ("tls" if url.scheme == "smtps" else "off" if is_here(host) else "starttls")
    user, password = unquote(url.username or "") or said["SMTP_USER"], unquote(url.password or "")
    return _checked(host, str(port or ""), user, password or said["SMTP_PASSWORD"], tls, said["SMTP_FROM"])


def _by_parts(said: Mapping[str, str]) -> Server:
    host = said["SMTP_HOST"]
    tls = said["SMTP_TLS"] or ("tls" if said["SMTP_PORT"] == "465" else "off" if is_here(host) else "starttls")
    return _checked(host, said["SMTP_PORT"], said["SMTP_USER"], said["SMTP_PASSWORD"], tls, said["SMTP_FROM"])


def _checked(host: str, port: str, user: str, password: str, tls: str, sender: str) -> Server:
    if tls not in PORTS:
        raise SettingsError(f"SMTP_TLS is {tls!r}; it is starttls, tls or off.")
    if tls == "off" and not is_here(host):
        raise SettingsError(f"SMTP_TLS is off, which only a mail server on this machine may be; {host} is not.")
    if port and not (port.isascii() and port.isdecimal() and 0 < int(port) < 65536):
        raise SettingsError(f"SMTP_PORT is {port!r}; a port is a number such as {PORTS[tls]}.")
    if bool(user) != bool(password):
        raise SettingsError(f"SMTP_{'PASSWORD' if user else 'USER'} is not set; a login needs both.")
    return Server(host, int(port) if port else PORTS[tls], _sender(sender), user, password, tls)


def _sender(text: str) -> str:
    name, address = parseaddr(text)
    try:
        Address(name, addr_spec=address).addr_spec.encode("ascii")
        fine = "@" in address and text.isprintable()
    except (HeaderParseError, ValueError, IndexError):
        fine = False
    if not fine:
        raise SettingsError(
            f"SMTP_FROM is {text!r}; give the address that mails are from, such as papers@example.org."
            if text
            else "SMTP_FROM is not set; give the address that mails are from, such as papers@example.org."
        )
    return text


def is_here(host: str) -> bool:
    """Whether the server is this machine's own."""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
