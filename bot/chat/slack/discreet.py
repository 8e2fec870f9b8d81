"""The logger handed to Slack's SDKs: one line a record, without tokens, tickets or tracebacks."""

from __future__ import annotations

import logging
import re

_SECRETS = re.compile(r"(xox[a-z]-|xapp-|ticket=|app_id=|hooks\.slack\.com/)[^\s'\"&,})]+", re.IGNORECASE)


_CHATTER = (
    "Failed to connect",
    "Failed to check the current session",
    "Failed to retrieve WSS URL",
    "Failed to receive",
)
"""What the SDK says every few seconds of an outage, which `listening` tells once."""


class Discreet(logging.Filter):
    """Makes every record one line that can be shown to anybody, and keeps an outage from filling the log."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = redact(record.getMessage()), None
        record.exc_info = record.exc_text = record.stack_info = None
        return not record.msg.startswith(_CHATTER)


def redact(text: str) -> str:
    """The text on one line, without what opens doors."""
    return _SECRETS.sub(r"\1…", " ".join(text.split()))


def sdk_logger() -> logging.Logger:
    """Slack's SDKs write whole requests at DEBUG, so their level stays at WARNING whatever the program's is."""
    logger = logging.getLogger("bot.chat.slack.sdk")
    logger.setLevel(logging.WARNING)
    if not logger.filters:
        logger.addFilter(Discreet())
    return logger
