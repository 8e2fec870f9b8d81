"""What went wrong on the way to a feed, in one calm sentence each. Hosts are named; paths, keys and passwords never."""

from __future__ import annotations

import errno
import socket
import ssl
from http import HTTPStatus

import aiohttp

from bot.errors import SourceFailed
from bot.fetch.wire import NotThere

_ERRNOS = {
    errno.ECONNREFUSED: "connection refused",
    errno.ECONNRESET: "connection reset",
    errno.ENETUNREACH: "no network",
    errno.ENETDOWN: "no network",
    errno.EHOSTUNREACH: "no route to it",
    errno.EMFILE: "too many open files here",
    errno.ENFILE: "too many open files here",
}
_LOOKUPS = {
    socket.EAI_NONAME: "no such host",
    socket.EAI_AGAIN: "its name could not be looked up; is there a network?",
}
_STATUS = {
    401: "wants a password that we do not have",
    403: "does not let us in",
    404: "has no feed at this address",
    429: "asked us to slow down",
    451: "may not give us this feed",
    503: "is not available just now",
}


def unreachable(host: str, why: str) -> SourceFailed:
    return SourceFailed(f"{host} could not be reached ({why}).")


def broken(host: str, error: Exception, seconds: float) -> SourceFailed:
    """The sentence for what aiohttp, the system or our own patience raised."""
    if isinstance(error, NotThere):
        return unreachable(host, "it did not answer")
    if isinstance(error, TimeoutError):
        return SourceFailed(f"{host} took longer than {seconds:g} seconds, and was not waited for.")
    if isinstance(error, ssl.SSLCertVerificationError):
        return unreachable(host, f"its certificate is not to be trusted: {_reason(error)}")
    if isinstance(error, ssl.SSLError):
        return unreachable(host, "no secure connection could be agreed on")
    if isinstance(error, socket.gaierror):
        return unreachable(host, _LOOKUPS.get(error.errno or 0, "no such host"))
    if isinstance(error, OSError) and not isinstance(error, aiohttp.ServerDisconnectedError):
        return unreachable(host, _ERRNOS.get(error.errno or 0, "no connection"))
    if isinstance(error, aiohttp.ServerDisconnectedError):
        return SourceFailed(f"{host} hung up without an answer.")
    if isinstance(error, aiohttp.ClientPayloadError):
        return SourceFailed(f"{host} broke off in the middle of its answer.")
    return SourceFailed(f"{host} did not answer in proper HTTP.")


def refused(host: str, status: int, after: float | None = None) -> SourceFailed:
    """The sentence for a status that is neither a feed, nor "unchanged", nor another address."""
    if status == HTTPStatus.GONE:
        return SourceFailed(f"{host} says that this feed is gone for good (HTTP 410).", gone=True, status=status)
    if status == HTTPStatus.BAD_REQUEST and host.partition(":")[0].endswith("arxiv.org"):
        return SourceFailed(
            f"{host} has no such category ({_status(status)}); see arxiv.org/category_taxonomy.", status=status
        )
    known = _STATUS.get(status) or ("is in trouble" if status >= 500 else "did not give us the feed")
    return SourceFailed(f"{host} {known} ({_status(status)}).", after=after, status=status)


def _status(status: int) -> str:
    """The standard's words for it; the server's own are a stranger's."""
    try:
        return f"HTTP {status} {HTTPStatus(status).phrase}"
    except ValueError:
        return f"HTTP {status}"


def _reason(error: Exception) -> str:
    return getattr(error, "verify_message", "") or "it could not be checked"
