"""What the flow needs of a database to keep to a channel what only its own feeds have said."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Protocol

from bot.model import Channel, Paper


class Private(Protocol):
    """Papers that only channels' own feeds have brought. Every method is one transaction, as in `Store`.

    Each channel has its own copy of such a paper, made of what its own feeds say: nothing of it is seen, and no id of
    it claimed, anywhere else. Once a feed that is read for all brings the paper, the copies go up in that one.
    """

    async def private(self, papers: Sequence[Paper]) -> Mapping[str, Mapping[Channel, Paper | None]]:
        """Those of the papers that no feed of all has brought and some channel's own feed has.

        By id, the channels that know them, each with its copy; None where the channel's own feeds say that it is one
        which all know.
        """

    async def changed_own(
        self, papers: Sequence[Paper], channels: Collection[Channel]
    ) -> list[tuple[Channel, Paper, Paper]]:
        """What the papers would change of these channels' copies: whose, as it is stored, as `record` would leave it.

        Otherwise as `Store.changed`.
        """

    async def owners(self) -> list[Channel]:
        """The channels that have such papers."""
