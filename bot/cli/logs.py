"""The log: one line an event, for people or for machines, with everything masked that opens doors."""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import Callable, Iterable
from typing import Any, Literal, TextIO

from bot.cli.sparing import without

with without("rich"):  # structlog's colours for tracebacks, which nobody sees here: 4 MB and a tenth of the start
    import structlog
    from structlog.typing import EventDict, WrappedLogger

from bot.sources import mask

Style = Literal["text", "json"]

SECRET_NAMES = ("TOKEN", "SECRET", "PASSWORD", "KEY")
"""Parts of the names of variables whose values are never written."""

SHORTEST = 8
"""Characters that a secret has at least: a shorter one would blot out words."""

# Slack's tokens and tickets, Discord's tokens and the addresses of its answers, our own secret pages, a header.
_TOKENS = re.compile(
    r"(xox[a-z]-|xapp-|ticket=|app_id=|hooks\.slack\.com/|/(?:webhooks|interactions)/\d+/|/shared/|Bearer |Basic )"
    r"[^\s'\"&,})]+|\b[MNO][A-Za-z\d_-]{23,28}\.[A-Za-z\d_-]{6,7}\.[A-Za-z\d_-]{27,}",
    re.IGNORECASE,
)
_ADDRESS = re.compile(r"\b(?:https?|wss?|ftp|file)://[^\s'\"<>]+", re.IGNORECASE)
_MAIL = re.compile(r"\b([\w.+-])[\w.+-]{0,63}@((?:[\w-]{1,63}\.){1,8}[A-Za-z]{2,24})\b")

_NOISY = ("discord", "slack_bolt", "slack_sdk", "aiohttp.access")


def begin(style: Style = "text", secrets: Iterable[str] = ()) -> None:
    """Write the log to stderr from now on, instead of where it went before.

    `text`: the time, the sentence, then `key=value`; `json`: an object a line. `secrets` are values never written.
    """
    handler = Stderr()
    handler.setFormatter(formatter(style, secrets))
    root = logging.getLogger()
    root.handlers = [one for one in root.handlers if not _is_ours(one)] + [handler]
    root.setLevel(logging.INFO)
    for noisy in _NOISY:
        logging.getLogger(noisy).setLevel(logging.ERROR)


class Stderr(logging.StreamHandler[TextIO]):
    """Writes to whatever stderr is at that moment: a bar on a terminal stays beneath what is written meanwhile."""

    def __init__(self) -> None:
        logging.Handler.__init__(self)  # not the parent's, which keeps the stderr of now

    @property
    def stream(self) -> TextIO:  # type: ignore[override]  # as in logging's own handler of last resort
        return sys.stderr


def secrets_of(env: Iterable[tuple[str, str]]) -> list[str]:
    """The values of variables that are named like secrets, longest first."""
    found = {value.strip() for name, value in env if any(part in name.upper() for part in SECRET_NAMES)}
    return sorted((value for value in found if len(value) >= SHORTEST), key=len, reverse=True)


def formatter(style: Style, secrets: Iterable[str] = ()) -> logging.Formatter:
    """What makes one line of a record."""
    render = structlog.processors.JSONRenderer(ensure_ascii=False, default=str) if style == "json" else _plain
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[
            structlog.stdlib.add_log_level,
            structlog.stdlib.ExtraAdder(),
            structlog.processors.TimeStamper("iso" if style == "json" else "%H:%M:%S", utc=style == "json", key="at"),
            structlog.processors.format_exc_info,
        ],
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            masking(secrets),
            render,
        ],
    )


def masking(secrets: Iterable[str] = ()) -> Callable[[WrappedLogger, str, EventDict], EventDict]:
    """The one place where tokens, passwords, secret addresses and people's mail addresses are taken out."""
    known = tuple(secrets)

    def masked(value: Any) -> Any:
        if isinstance(value, str):
            return veil(value, known)
        if isinstance(value, (list, tuple)):
            return [masked(one) for one in value]
        if isinstance(value, dict):
            return {key: masked(one) for key, one in value.items()}
        return value if isinstance(value, (int, float)) or value is None else veil(str(value), known)

    return lambda _logger, _name, event: {key: masked(value) for key, value in event.items()}


def veil(text: str, secrets: Iterable[str] = ()) -> str:
    """The text without what opens doors: `secrets` themselves, and whatever looks like a token or a key."""
    for secret in secrets:
        text = text.replace(secret, "…")
    text = _ADDRESS.sub(lambda found: mask(found[0]), text)
    text = _TOKENS.sub(lambda found: f"{found[1] or ''}…", text)
    return _MAIL.sub(r"\1…@\2", text)


def _plain(_logger: WrappedLogger, _name: str, event: EventDict) -> str:
    """`14:03:11 the sentence key=value`; a level only where somebody should look."""
    at, level, said = event.pop("at"), event.pop("level"), event.pop("event")
    grave = f"{level}: " if level in ("error", "critical") else ""
    words = f"{at} {grave}{' '.join(str(said).splitlines())}"
    pairs: str = structlog.processors.LogfmtRenderer(drop_missing=True)(_logger, _name, event)
    return f"{words} {pairs}" if pairs else words


def _is_ours(handler: logging.Handler) -> bool:
    return isinstance(handler.formatter, structlog.stdlib.ProcessorFormatter)
