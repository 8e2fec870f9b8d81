"""One page a platform: vendor types and vendor errors never leave their page.

A page has `connect(env) -> Chat`; this table says which variables of the environment it needs. A third platform is
one new page and one new line here.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from urllib.parse import urlsplit

NEEDS: dict[str, tuple[str, ...]] = {
    "slack": ("SLACK_BOT_TOKEN", "SLACK_APP_TOKEN"),
    "discord": ("DISCORD_TOKEN",),
}

KEEPS = frozenset({"slack", "discord"})
"""Platforms whose page keeps in the store who waits for an answer, and where it is: `connect(env, store, clock)`."""

CHOOSES = frozenset({"discord"})
"""Platforms that show commands to those who may use them: `connect(…, to_all=…)`, true where the config leaves what
comes to a channel to everybody."""

ADDRESSES = {"slack": "SLACK_API_URL", "discord": "DISCORD_API_URL"}
"""The variable that says where a platform is, where it is not the platform itself."""


def at_home(platform: str, env: Mapping[str, str]) -> bool:
    """Whether the platform's address is this machine's own: a stand-in, which nobody else is hurried by."""
    try:
        host = urlsplit(env.get(ADDRESSES[platform], "").strip()).hostname or ""
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:  # a name, or no address at all
        return False
