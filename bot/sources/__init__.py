"""Sources: bytes → papers, a page a kind. Pure: reads no file, no network, no clock.

`read` sniffs the format and reads it, `resolve` turns what a person wrote into a feed, `mask` makes an address fit to
be shown, `plain` makes any markup one line of readable text. `joined` is where arXiv answers for several feeds at once,
`part` one feed's share of that answer.
`mentioned` are the ids that a text names, `renew` reads what is new in a feed, if that is little. `uri` writes a
paper's id as other programs may read it.
"""

from __future__ import annotations

from bot.sources.address import joined, mask, part, resolve
from bot.sources.identity import mentioned, uri
from bot.sources.reading import read, renew
from bot.sources.text import plain

__all__ = ["joined", "mask", "mentioned", "part", "plain", "read", "renew", "resolve", "uri"]
