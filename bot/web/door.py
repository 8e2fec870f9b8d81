"""Who may come in, and what every answer carries: hosts, tokens, paces, headers."""

from __future__ import annotations

import hmac
import ipaddress
from dataclasses import dataclass, field
from datetime import timedelta
from hashlib import sha256
from urllib.parse import urlsplit

from aiohttp import web

from bot.ports import Clock
from bot.web.allowance import Allowance
from bot.web.visitor import Visitor, recognised

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
COOKIE, KEY_COOKIE = "visitor", "change_key"

# No inline script or style, nothing from elsewhere, no frames (https://www.w3.org/TR/CSP3/).
POLICY = "; ".join(
    [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    ]
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}


class Wrong(Exception):
    """A request that gets a page with one sentence, and a status for programs."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status
        self.sentence = sentence


@dataclass(slots=True)
class Door:
    """The rules of entry. `host` is what we are bound to; `names` are further names people reach us by."""

    clock: Clock
    host: str = "127.0.0.1"
    names: frozenset[str] = frozenset()
    token: str | None = None
    writing: Allowance = field(default_factory=lambda: Allowance(20, timedelta(seconds=1)))
    arriving: Allowance = field(default_factory=lambda: Allowance(120, timedelta(milliseconds=200)))
    trying: Allowance = field(default_factory=lambda: Allowance(30, timedelta(seconds=1)))
    searching: Allowance = field(default_factory=lambda: Allowance(40, timedelta(milliseconds=250)))

    def check_host(self, request: web.Request) -> None:
        """Refuse names that are not ours: another site's name may have been pointed at this machine (DNS rebinding)."""
        given = request.headers.getall("Host", [])
        host = bare_host(given[0]) if len(given) == 1 else ""
        if not (host in LOOPBACK or host == self.host.lower() or host in self.names or self._literal(host)):
            raise Wrong(
                421, "Paper Round is not served under this name; open the address that it printed at its start."
            )

    def _literal(self, host: str) -> bool:
        """Bound to the network, any address of this machine is fine: rebinding needs a name."""
        return self.host not in LOOPBACK and _is_address(host)

    def check_sender(self, request: web.Request, visitor: Visitor | None, token: str) -> Visitor:
        """Refuse a form that is not from one of our own pages in this visitor's browser; return the visitor."""
        if visitor is None or not (_from_here(request) and hmac.compare_digest(token.encode(), visitor.token.encode())):
            raise Wrong(403, "This form is not from a page we gave you, or cookies are off; open the page again.")
        return visitor

    def check_pace(self, request: web.Request, visitor: Visitor) -> None:
        """Refuse whoever writes faster than a person does."""
        now = self.clock()
        if not (self.arriving.spend(request.remote or "", now) and self.writing.spend(visitor.person, now)):
            raise Wrong(429, "That was too much at once; wait a few seconds and send it again.")

    def check_search(self, request: web.Request, *, heavy: bool = False) -> None:
        """Refuse whoever searches faster than a person types; what is `heavy` costs half a second of a core."""
        purse = self.trying if heavy else self.searching
        if not purse.spend(request.remote or "", self.clock()):
            raise Wrong(429, "That was too many searches at once; wait a few seconds and try again.")

    @property
    def locked(self) -> bool:
        """Whether changes need the token: always beyond this machine, and wherever one is set."""
        return self.token is not None or self.host not in LOOPBACK

    def may_change(self, request: web.Request) -> bool:
        return not self.locked or (self.token is not None and same(request.cookies.get(KEY_COOKIE, ""), self.key()))

    def check_change(self, request: web.Request) -> None:
        """Refuse changes by who has not shown the token."""
        if self.may_change(request):
            return
        if self.token is None:
            raise Wrong(403, "Others can reach this page, so it only shows; set BOT_WEB_TOKEN to write here.")
        raise Wrong(403, "Writing here needs the token of this installation; give it once at /token.")

    def key(self) -> str:
        """What the cookie of somebody who has shown the token holds; the token itself stays here."""
        return sha256(f"change:{self.token}".encode()).hexdigest()


def same(given: str, wanted: str) -> bool:
    """Compare without telling by the time taken how much was right."""
    return hmac.compare_digest(given.encode("utf-8", "replace"), wanted.encode("utf-8", "replace"))


def bare_host(text: str) -> str:
    """The host of a Host header, without port, brackets and a final dot."""
    host = text[1:].partition("]")[0] if text.startswith("[") else text.partition(":")[0]
    return host.lower().removesuffix(".")


def visitor_of(request: web.Request) -> Visitor | None:
    return recognised(request.cookies.get(COOKIE))


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _from_here(request: web.Request) -> bool:
    """Whether the browser says that one of our own pages sent this; older browsers say less, the token decides.

    Under `Referrer-Policy: no-referrer` a form's Origin is `null` (https://fetch.spec.whatwg.org/#append-a-request-origin-header).
    """
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
        return False
    origin = request.headers.get("Origin", "null")
    return origin == "null" or urlsplit(origin).netloc.lower() == request.headers.get("Host", "").lower()
