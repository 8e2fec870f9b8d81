"""What Slack answers when it does not do what we ask → `TryLater` or `Refused`, in a sentence with its remedy. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from bot.errors import NotWelcome, PlatformFailed, Refused, TryLater, Unsure

Variable = Literal["SLACK_BOT_TOKEN", "SLACK_APP_TOKEN"]

WHERE: Mapping[Variable, str] = {
    "SLACK_BOT_TOKEN": "the Bot User OAuth Token under “OAuth & Permissions”, which begins with xoxb-",
    "SLACK_APP_TOKEN": "an App-Level Token with the scope connections:write under “Basic Information”, "
    "which begins with xapp-",
}
"""Where each token is found at https://api.slack.com/apps."""

_PREFIX: Mapping[Variable, str] = {"SLACK_BOT_TOKEN": "xoxb-", "SLACK_APP_TOKEN": "xapp-"}

_PASSING = frozenset({
    "internal_error", "fatal_error", "service_unavailable", "request_timeout",
    "team_added_to_org", "message_limit_exceeded", "external_channel_migrating",
})  # fmt: skip
"""Errors that pass. https://docs.slack.dev/reference/methods/chat.postMessage#errors"""

_TOKEN = frozenset({
    "invalid_auth", "not_authed", "not_allowed_token_type", "token_revoked", "token_expired", "account_inactive",
})  # fmt: skip
_WORKSPACE = frozenset({
    "ekm_access_denied", "enterprise_is_restricted", "team_access_not_granted", "org_login_required",
})  # fmt: skip
UNSEEN = frozenset({"channel_not_found", "not_in_channel", "user_not_in_channel"})
"""Errors whose remedy is an invitation, so the bot's name is needed. A private channel is simply not found."""
_SHAPE = frozenset({
    "invalid_blocks", "invalid_blocks_format", "msg_too_long", "msg_blocks_too_long", "no_text", "invalid_arguments",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer of Slack's that is not a yes: its `error` word, HTTP status, Retry-After, and the scope it wants."""

    error: str = ""
    status: int = 0
    after: float | None = None
    needed: str = ""


def failure(
    answer: Answer, *, variable: Variable, secret: str, place: str = "", bot: str = "the bot"
) -> PlatformFailed:
    """The error to raise. `place` is the channel it is about, `secret` the token itself, never shown."""
    if answer.status == 429 or answer.error in ("ratelimited", "rate_limited"):
        pause = f" of {answer.after:g} s" if answer.after else ""
        return TryLater(f"Slack asks for a pause{pause}.", answer.after)
    if answer.error in _PASSING or answer.status >= 500 or not answer.error:
        return Unsure(_passing(answer), answer.after)
    kind = NotWelcome if answer.error in _TOKEN | _WORKSPACE | {"missing_scope"} else Refused
    return kind(_permanent(answer, variable, secret, f"channel {place}" if place else "channel", bot))


def _passing(answer: Answer) -> str:
    said = answer.error or (f"HTTP {answer.status}" if answer.status else "")
    return f"Slack has trouble of its own ({said})." if said else "Slack cannot be reached."


def _permanent(answer: Answer, variable: Variable, secret: str, channel: str, bot: str) -> str:
    error = answer.error
    if error in _TOKEN:
        return wrong_token(variable, secret, error)
    if error in UNSEEN:
        return f"The bot is not in the Slack {channel}, or that is gone: invite it by typing /invite {bot} there."
    if error == "is_archived":
        return f"The Slack {channel} is archived: unarchive it, or subscribe in another one."
    if error == "missing_scope":
        return (
            f"The Slack app lacks the scope {answer.needed or 'it needs'}: add it under “OAuth & Permissions” at "
            "https://api.slack.com/apps and install the app again."
        )
    if error == "no_permission" or error.startswith("restricted_action"):
        return f"Slack's settings do not let the bot post in the {channel} ({error}): ask an admin of the workspace."
    if error in _WORKSPACE:
        return f"The workspace's admins keep the app out ({error}): ask them to approve it."
    if error in _SHAPE:
        return f"Slack does not accept this message as it is built ({error}): please report it with the paper's id."
    if error in ("thread_not_found", "message_not_found"):
        return f"The message is gone from the Slack {channel}: it was deleted there."
    return f"Slack refused ({error}) in the {channel}: https://docs.slack.dev says what that means."


def wrong_token(variable: Variable, secret: str, error: str) -> str:
    """Which variable is wrong, and where in Slack's settings the right one is."""
    begins = secret.startswith(_PREFIX[variable])
    hint = "" if begins else f" It should begin with {_PREFIX[variable]}, and does not."
    return (
        f"Slack does not accept {variable} ({error}).{hint} Put there {WHERE[variable]}, at https://api.slack.com/apps."
    )
