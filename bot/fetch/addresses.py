"""Which addresses may be asked: only http(s), and never a private, loopback, link-local or metadata address.

The check stands at three places, so that the address checked is the one connected to: a number in the URL, the
answer of the name server (which may change between two questions), and each connection just before it is made.
"""

from __future__ import annotations

import re
import socket
from collections.abc import Callable, Sequence
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Any
from urllib.parse import quote, urljoin, urlsplit

from yarl import URL

from bot.errors import SourceFailed
from bot.fetch.threads import in_thread

Address = IPv4Address | IPv6Address
Lookup = Callable[[str, int, int], Sequence[tuple[Any, ...]]]
"""(host, port, family) → rows as `socket.getaddrinfo` gives them. Blocks; may raise OSError."""

# Not for the open network: https://www.iana.org/assignments/iana-ipv4-special-registry (each of its blocks that is
# not globally reachable), multicast (RFC 5771) and the old 6to4 relays (RFC 7526).
_CLOSED_4 = tuple(
    IPv4Network(block)
    for block in [
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.88.99.0/24",
        "192.168.0.0/16",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/4",
        "240.0.0.0/4",
    ]
)
# Global unicast is 2000::/3 (https://www.iana.org/assignments/ipv6-address-space), less protocol blocks, Teredo,
# documentation and 6to4 (https://www.iana.org/assignments/iana-ipv6-special-registry).
_OPEN_6 = IPv6Network("2000::/3")
_CLOSED_6 = tuple(IPv6Network(block) for block in ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20"))
_NAT64 = IPv6Network("64:ff9b::/96")
"""An IPv4 address in IPv6 clothes, given by name servers of networks without IPv4 (RFC 6052): the inner one counts."""

_HOST = re.compile(r"[A-Za-z0-9._-]{1,255}|[0-9A-Fa-f:.]{2,45}")
_PLAIN = re.compile(r"[\x21-\x7e]*")
_PRINTABLE = "".join(map(chr, range(0x21, 0x7F)))


def is_private(address: Address) -> bool:
    """Whether this address is none of the open network's."""
    if isinstance(address, IPv6Address):
        if inner := _inner(address):
            return is_private(inner)
        return address not in _OPEN_6 or any(address in block for block in _CLOSED_6)
    return any(address in block for block in _CLOSED_4)


def _inner(address: IPv6Address) -> IPv4Address | None:
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped


@lru_cache(maxsize=1024)
def number(host: str) -> Address | None:
    """The address a host stands for by itself, in any spelling a socket would take (`2130706433`, `0x7f.1`).

    Kept for a while, as one poll asks three times.
    """
    plain = host.rstrip(".").partition("%")[0]
    try:
        return ip_address(plain)
    except ValueError:
        pass
    try:
        return IPv4Address(socket.inet_aton(plain))
    except OSError:
        return None


def refusal(host: str) -> SourceFailed:
    """The one sentence about private addresses. It does not tell which: a stranger could map a network with it."""
    return SourceFailed(
        f"{host} is a private address, and feeds there are refused; "
        "if this one is meant, set allow_private_feeds = true under [polling] in the config."
    )


def name(url: URL) -> str:
    """How a host is called in sentences: without credentials, path and keys; the port only if it is unusual."""
    return (url.host_port_subcomponent or "")[:100]


def as_url(text: str, base: URL | None = None) -> URL:
    """The web address as typed, or as `base` redirected to it: sent as it stands, but for what may not stand there.

    `SourceFailed` (which never quotes the address: it may hold a key) when it is no http(s) address.
    """
    try:
        text = urljoin(str(base), text) if base else text
        url = (URL(_ascii(text), encoded=True) if urlsplit(text).netloc.isascii() else URL(text)).with_fragment(None)
        web = url.scheme in ("http", "https")
        readable = not web or (bool(_HOST.fullmatch(url.raw_host or "")) and bool(url.port))
    except ValueError as error:  # brackets that do not close, ports of six digits, names that cannot be names
        raise _unreadable(base) from error
    if not readable:
        raise _unreadable(base)
    if not web:
        whose = f"{name(base)} sent us to another kind of address" if base else "This is another kind of address"
        raise SourceFailed(f"{whose}; feeds are read over http and https only.")
    address = number(url.raw_host or "")
    if address is None or str(address) == url.raw_host:
        return url
    return url.with_host(str(address))  # a number in plain digits, whatever it was typed in


def _unreadable(base: URL | None) -> SourceFailed:
    if base:
        return SourceFailed(f"{name(base)} sent us to an address that cannot be read.")
    return SourceFailed("This web address cannot be read; it should look like https://example.org/feed.xml.")


def _ascii(text: str) -> str:
    """Every byte that is not a visible ASCII character as %XX; the rest byte for byte."""
    text = text.strip()
    if _PLAIN.fullmatch(text):
        return text
    return quote(text.encode("utf-8", "surrogateescape"), safe=_PRINTABLE)


class Gate:
    """Lets through only addresses of the open network, unless `allow_private`."""

    def __init__(self, allow_private: bool) -> None:
        self.allow_private = allow_private

    def admits(self, address: str) -> bool:
        """Whether this address, as a socket knows it, may be connected to."""
        return self.allow_private or not is_private(ip_address(address.partition("%")[0]))

    def check(self, url: URL) -> None:
        """Refuse a URL whose host is a number of a private address; names are looked at when they are looked up."""
        address = None if self.allow_private else number(url.raw_host or "")
        if address and is_private(address):
            raise refusal(name(url))

    def socket(self, info: tuple[Any, ...]) -> socket.socket:
        """A socket for exactly this address: the last look, after which nothing is looked up again."""
        family, kind, proto, _, where = info
        self.require(where[0])
        return socket.socket(family, kind, proto)

    def require(self, address: str) -> None:
        """The last look before a connection to exactly this address."""
        if not self.admits(address):
            raise PermissionError("a private address")


async def looked_up(host: str, port: int, gate: Gate, lookup: Lookup | None = None) -> Sequence[tuple[Any, ...]]:
    """A name's addresses, in a thread; private ones are left out, and `SourceFailed` if nothing is left."""
    rows = await in_thread(lambda: (lookup or _lookup)(host, port, socket.AF_UNSPEC))
    if not rows:
        raise socket.gaierror(socket.EAI_NONAME, "no addresses")
    open_rows = [row for row in rows if gate.admits(row[4][0])]
    if not open_rows:
        raise refusal(host)
    return open_rows


def _lookup(host: str, port: int, family: int) -> Sequence[tuple[Any, ...]]:
    try:
        return socket.getaddrinfo(host, port, family, socket.SOCK_STREAM)
    except UnicodeError as error:  # a label of 64 characters is no OSError to Python
        raise socket.gaierror(socket.EAI_NONAME, "not a name") from error
