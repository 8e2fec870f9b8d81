"""How far a fetch goes before it stops: every number a feed's owner, or a hostile server, may run into."""

from __future__ import annotations

from dataclasses import dataclass

ARXIV_GAP = 3.0
"""Seconds between two requests to any of arXiv's hosts: "no more than one request every three seconds,
and limit requests to a single connection at a time". https://info.arxiv.org/help/api/tou.html"""

HOST_GAP = 1.0
"""Seconds between two requests to one host: 300 in five minutes, well under the 500 that Hugging Face allows a
stranger. https://huggingface.co/docs/hub/rate-limits"""

BARE_SLOW_DOWN = 15 * 60.0
"""Seconds a host is left alone after a 429 that does not say how long: three of Hugging Face's windows.
RFC 6585 leaves it to us. https://www.rfc-editor.org/rfc/rfc6585#section-4"""

LONGEST_SLOW_DOWN = 7 * 86_400.0
"""Seconds a `Retry-After` is believed at the most: a mistyped one must not silence a host for a year."""

LONGEST_FRESH = 86_400.0
"""Seconds a `max-age` or `Expires` is believed at the most: a day, as feeds outlive their owners' settings."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What one fetch may cost. Seconds and bytes; tests scale them down.

    `seconds` is for all of a fetch: names, connections, redirects and bodies, but not the wait for the host's turn.
    Whoever sends one byte a second ends there too. `connect_seconds` of them are for the name, the connection and its
    certificate. `body` counts after decompression.
    """

    seconds: float = 30.0
    connect_seconds: float = 10.0
    body: int = 15 * 1024 * 1024
    redirects: int = 5
    at_once: int = 64
    """Requests under way together. With 200, answers that came in together held the event loop for 70 ms; with 64 for
    less than 50, at 2,000 unchanged feeds a second on one core."""
    header: int = 32 * 1024
    """One header's bytes: some owners' security policies are longer than aiohttp's 8,190."""
    arxiv_gap: float = ARXIV_GAP
    host_gap: float = HOST_GAP
    bare_slow_down: float = BARE_SLOW_DOWN
