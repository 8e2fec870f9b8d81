"""The logger handed to Slack's SDKs: one line a record, without tokens, tickets or tracebacks."""

from __future__ import annotations

import logging
import re

_SECRETS = re.compile(r"(xox[a-z]-|xapp-|ticket=|app_id=|hooks\.slack\.com/)[^\s'\"&,})]+", re.IGNORECASE)


class Discreet(logging.Filter):
    """Makes every record one line that can be shown to anybody."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = redact(record.getMessage()), None
        record.exc_info = record.exc_text = record.stack_info = None
        return True


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
