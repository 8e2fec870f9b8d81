"""discord.py's own log, made fit for people: one sentence in place of a traceback, no interaction tokens."""

from __future__ import annotations

import logging
import re

_TOKEN = re.compile(r"(/(?:webhooks|interactions)/\d+/|'token': ')[^/\s?']+")
_RETRIED = ("Attempting a reconnect", "Failed to connect for shard_id")
_LOGGERS = ("discord.client", "discord.shard", "discord.gateway", "discord.http", "discord.webhook.async_")


class Calm(logging.Filter):
    """Keeps tracebacks of network trouble and the tokens in addresses out of the log."""

    def filter(self, record: logging.LogRecord) -> bool:
        said = record.getMessage()
        if record.exc_info and record.exc_info[1] and said.startswith(_RETRIED):
            said = f"Discord's gateway could not be reached ({type(record.exc_info[1]).__name__}). {said}."
            record.exc_info, record.levelno, record.levelname = None, logging.WARNING, "WARNING"
        record.msg, record.args = _TOKEN.sub(r"\1…", said), ()
        return True


_CALM = Calm()


def quieten() -> None:
    """Put the filter on discord.py's loggers; doing so again changes nothing."""
    for name in _LOGGERS:
        logging.getLogger(name).addFilter(_CALM)
