"""`paper-round setup slack|discord`: what to open, where to click, and which tokens to fetch."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path
from urllib.parse import quote

from bot.config import shipped
from bot.errors import SettingsError

FORM = "https://api.slack.com/apps?new_app=1&manifest_yaml="
"""https://docs.slack.dev/app-manifests/configuring-apps-with-app-manifests/#sharing-manifests"""

SLACK = """\
Setting up Slack takes five minutes.

1. Open this link, choose your workspace, press Next and Create:

   {link}

2. On the page that opens: “Install App” (left) → “Install to Workspace” → Allow.
   Copy the “Bot User OAuth Token”, which begins with xoxb-.
3. “Basic Information” (left) → “App-Level Tokens” → “Generate Token and Scopes”; any name,
   “Add Scope” → connections:write → Generate. Copy the token, which begins with xapp-.
4. Put both into a file named .env beside your bot.toml (or into the environment), and start the bot:

   SLACK_BOT_TOKEN=xoxb-…
   SLACK_APP_TOKEN=xapp-…

   paper-round

5. In a public channel type: /subscribe transformers quantization
   In a private one first: /invite @paper-round
"""

DISCORD = """\
Setting up Discord takes five minutes.

1. Open https://discord.com/developers/applications → “New Application”, then “Bot” (left) →
   “Reset Token”. Copy the token. No privileged intent is needed.
2. Put it into a file named .env beside your bot.toml (or into the environment), and start the bot:

   DISCORD_TOKEN=…

   paper-round

3. In no server yet, it prints a link that invites it with the least permissions it needs.
   Open that link, choose your server, “Authorize”.
4. In a channel type: /subscribe rule: transformers quantization mode: instant
"""


def main(words: Namespace) -> int:
    """Print what to open, what to fetch, and where to click."""
    print(DISCORD if words.platform == "discord" else SLACK.format(link=link(manifest())), end="")
    return 0


def manifest() -> str:
    """The Slack app's manifest as it is shipped; `SettingsError` when it is not there."""
    path: Path = shipped("slack-app.yaml")
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"The Slack app's manifest {path} cannot be read: install Paper Round again.") from error


def link(text: str) -> str:
    """The address of Slack's form with the manifest filled in, without the comments that make it long."""
    lines = (_bare(line) for line in text.splitlines())
    return FORM + quote("\n".join(line for line in lines if line.strip()) + "\n", safe="")


def _bare(line: str) -> str:
    """A line without its comment. A # begins one at the start of a line or after a space, outside quotes."""
    quoted = False
    for place, char in enumerate(line):
        quoted ^= char == '"'
        if char == "#" and not quoted and (place == 0 or line[place - 1] == " "):
            return line[:place].rstrip()
    return line.rstrip()
