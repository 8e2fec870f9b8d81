"""What Slack answers when it does not do what we ask → `TryLater` or `Refused`, in a sentence with its remedy. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from bot.errors import ChannelLost, MessageGone, NotWelcome, PlatformFailed, Refused, TryLater, Unsure

Variable = Literal["SLACK_BOT_TOKEN", "SLACK_APP_TOKEN"]

WHERE: Mapping[Variable, str] = {
    "SLACK_BOT_TOKEN": "the Bot User OAuth Token under “OAuth & Permissions”, which begins with xoxb-",
    "SLACK_APP_TOKEN": "an App-Level Token with the scope connections:write under “Basic Information”, "
    "which begins with xapp-",
}
"""Where each token is found at https://api.slack.com/apps."""

_PREFIX: Mapping[Variable, str] = {"SLACK_BOT_TOKEN": "xoxb-", "SLACK_APP_TOKEN": "xapp-"}

_UNSURE = frozenset({"internal_error", "fatal_error", "service_unavailable", "request_timeout"})
"""Errors that pass and leave open what was done. https://docs.slack.dev/reference/methods/chat.postMessage#errors"""
_PASSING = frozenset({"team_added_to_org", "message_limit_exceeded", "external_channel_migrating"})
"""Errors that pass, before which nothing was done."""

_TOKEN = frozenset({
    "invalid_auth", "not_authed", "not_allowed_token_type", "token_revoked", "token_expired", "account_inactive",
})  # fmt: skip
_WORKSPACE = frozenset({
    "ekm_access_denied", "enterprise_is_restricted", "team_access_not_granted", "org_login_required",
})  # fmt: skip
_GONE = frozenset({
    "message_not_found", "thread_not_found", "cannot_reply_to_message", "cant_update_message", "edit_window_closed",
})  # fmt: skip
_CLOSED = frozenset({
    "no_permission", "restricted_action", "restricted_action_read_only_channel", "access_denied",
    "restricted_action_thread_only_channel", "posting_to_channel_denied", "posting_to_general_channel_denied",
})  # fmt: skip
"""The workspace's settings keep the bot from posting in this channel; other `restricted_action…` are about one thread
or one way of posting. https://docs.slack.dev/reference/methods/chat.postMessage#errors
"""
UNSEEN = frozenset({"channel_not_found", "not_in_channel", "user_not_in_channel"})
"""Errors whose remedy is an invitation, so the bot's name is needed. A private channel is simply not found."""
_ALONE = frozenset({
    "user_not_found", "users_not_found", "user_disabled", "user_not_visible", "cannot_dm_bot", "messages_tab_disabled",
    "invalid_user_combination",
})  # fmt: skip
"""A person cannot be written to. https://docs.slack.dev/reference/methods/conversations.open#errors"""
_SHAPE = frozenset({
    "invalid_blocks", "invalid_blocks_format", "msg_too_long", "msg_blocks_too_long", "no_text", "invalid_arguments",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer of Slack's that is not a yes: its `error` word, HTTP status, Retry-After, and the scope it wants.

    `unsent`: there is no answer because nothing could be asked.
    """

    error: str = ""
    status: int = 0
    after: float | None = None
    needed: str = ""
    unsent: bool = False


def failure(
    answer: Answer, *, variable: Variable, secret: str, place: str = "", bot: str = "the bot"
) -> PlatformFailed:
    """The error to raise. `place` is the channel it is about, `secret` the token itself, never shown."""
    if answer.status == 429 or answer.error in ("ratelimited", "rate_limited"):
        pause = f" of {answer.after:g} s" if answer.after else ""
        return TryLater(f"Slack asks for a pause{pause}.", answer.after)
    if answer.unsent or answer.error in _PASSING:
        return TryLater(_passing(answer), answer.after)
    if answer.error in _UNSURE or answer.status >= 500 or not answer.error:
        return Unsure(_passing(answer), answer.after)
    return _kind(answer.error)(_permanent(answer, variable, secret, f"channel {place}" if place else "channel", bot))


def _kind(error: str) -> type[Refused]:
    if error in _TOKEN | _WORKSPACE | {"missing_scope"}:
        return NotWelcome
    if error in UNSEEN | _CLOSED | {"is_archived", "is_inactive"}:
        return ChannelLost
    return MessageGone if error in _GONE else Refused


def _passing(answer: Answer) -> str:
    said = answer.error or (f"HTTP {answer.status}" if answer.status else "")
    return f"Slack has trouble of its own ({said})." if said else "Slack cannot be reached."


STALE = frozenset({"expired_trigger_id", "exchanged_trigger_id", "invalid_trigger_id", "trigger_expired",
    "trigger_exchanged"})  # fmt: skip
"""A trigger opens one view within three seconds. https://docs.slack.dev/reference/methods/views.open#errors"""


def _permanent(answer: Answer, variable: Variable, secret: str, channel: str, bot: str) -> str:
    error = answer.error
    if error in _TOKEN:
        return wrong_token(variable, secret, error)
    if error in UNSEEN:
        return f"The bot is not in the Slack {channel}, or that is gone: invite it by typing /invite {bot} there."
    if error in ("is_archived", "is_inactive"):
        return f"The Slack {channel} is archived: unarchive it, or subscribe in another one."
    if error == "missing_scope":
        return (
            f"The Slack app lacks the scope {answer.needed or 'it needs'}: add it under “OAuth & Permissions” at "
            "https://api.slack.com/apps and install the app again."
        )
    if error in _CLOSED or error.startswith("restricted_action"):
        return f"Slack's settings do not let the bot post in the {channel} ({error}): ask an admin of the workspace."
    if error in _WORKSPACE:
        return f"The workspace's admins keep the app out ({error}): ask them to approve it."
    return _smaller(error, channel)


def _smaller(error: str, channel: str) -> str:
    """What is about one message or one person, or new to us."""
    if error in STALE:
        return "Slack opens a form within three seconds only, and this took longer: please try it again."
    if error in ("thread_not_found", "message_not_found"):
        return f"The message is gone from the Slack {channel}: it was deleted there."
    if error in _GONE:
        return f"Slack lets nobody change or answer this message in the {channel} any more ({error})."
    if error in _ALONE:
        return f"This person takes no messages from the bot in Slack ({error})."
    if error in _SHAPE:
        return f"Slack does not accept this message as it is built ({error}): please report it with the paper's id."
    return f"Slack refused ({error}) in the {channel}: https://docs.slack.dev says what that means."


def wrong_token(variable: Variable, secret: str, error: str) -> str:
    """Which variable is wrong, and where in Slack's settings the right one is."""
    begins = secret.startswith(_PREFIX[variable])
    hint = "" if begins else f" It should begin with {_PREFIX[variable]}, and does not."
    return (
        f"Slack does not accept {variable} ({error}).{hint} Put there {WHERE[variable]}, at https://api.slack.com/apps."
    )
