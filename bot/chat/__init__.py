"""One page a platform: vendor types and vendor errors never leave their page.

A page has `connect(env) -> Chat`; this table says which variables of the environment it needs. A third platform is
one new page and one new line here.
"""

from __future__ import annotations

NEEDS: dict[str, tuple[str, ...]] = {
    "slack": ("SLACK_BOT_TOKEN", "SLACK_APP_TOKEN"),
    "discord": ("DISCORD_TOKEN",),
}
