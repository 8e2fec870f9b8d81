"""Which proxy an address is asked through, as the usual variables say: HTTPS_PROXY, HTTP_PROXY, NO_PROXY. Pure."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from urllib.parse import urlsplit

from bot.errors import SettingsError


def is_proxied(env: Mapping[str, str]) -> bool:
    """Whether anything may have to be asked through a proxy."""
    return any(_either(name, env) for name in ("HTTPS_PROXY", "HTTP_PROXY"))


def require_proxies(env: Mapping[str, str]) -> None:
    """`SettingsError` when a variable holds no address of a proxy: else every source would seem to be the fault."""
    for scheme in ("https", "http"):
        proxy_for(f"{scheme}://arxiv.org/", env)


def proxy_for(address: str, env: Mapping[str, str]) -> str | None:
    """The proxy's address for this one; None: it is asked directly. This machine itself never is by way of another.

    `SettingsError` when the variable holds no address of a proxy.
    """
    parts = urlsplit(address)
    host = (parts.hostname or "").rstrip(".")
    name = "HTTPS_PROXY" if parts.scheme in ("https", "wss") else "HTTP_PROXY"
    given = _given(name, env)
    if not given or _is_here(host) or _is_excepted(host, _either("NO_PROXY", env)):
        return None
    return given


def _given(name: str, env: Mapping[str, str]) -> str:
    given = _either(name, env)
    if not given:
        return ""
    whole = given if "://" in given else f"http://{given}"
    try:
        parts = urlsplit(whole)
        fine = parts.scheme == "http" and parts.hostname and (parts.port or 1)
    except ValueError:
        fine = False
    if not fine:
        raise SettingsError(f"{name} has to be the address of an HTTP proxy, such as http://proxy.example.org:3128.")
    return whole


def _either(name: str, env: Mapping[str, str]) -> str:
    """Most programs read small letters first: https://curl.se/docs/manpage.html#ENVIRONMENT"""
    return (env.get(name.lower()) or env.get(name) or "").strip()


def _is_here(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _is_excepted(host: str, exceptions: str) -> bool:
    """`NO_PROXY`: names with all below them, addresses, blocks of addresses, `*`."""
    for one in exceptions.replace(",", " ").lower().split():
        name = one.partition(":")[0] if one.count(":") == 1 else one
        bare = name.removeprefix("*").removeprefix(".")
        if name == "*" or host.lower() == bare or (bare and host.lower().endswith(f".{bare}")) or _within(host, name):
            return True
    return False


def _within(host: str, block: str) -> bool:
    try:
        return ipaddress.ip_address(host) in ipaddress.ip_network(block, strict=False)
    except ValueError:
        return False
