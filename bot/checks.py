"""What a doctor finds: one line a check, a fault with what mends it. Pure; who asks the world is elsewhere."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Literal

Verdict = Literal["ok", "note", "fault"]

ASKEW = timedelta(seconds=60)
"""So far a clock may be off: digests go out by the minute, and Slack refuses what is five minutes old.
https://docs.slack.dev/authentication/verifying-requests-from-slack/"""


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at: `about` names it, `said` how it stands, `remedy` what mends a fault."""

    about: str
    verdict: Verdict
    said: str
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class Findings:
    """What one part of the world told; `date` is the Date header of its answer, for the clock."""

    checks: tuple[Check, ...]
    date: str = ""


def ok(about: str, said: str) -> Check:
    return Check(about, "ok", said)


def note(about: str, said: str) -> Check:
    return Check(about, "note", said)


def fault(about: str, said: str, remedy: str) -> Check:
    return Check(about, "fault", said, remedy)


def split(about: str, sentence: str) -> Check:
    """A fault out of one of our sentences: what mends it stands after the colon, or in the next one."""
    for mark in (": ", ". "):
        said, _, remedy = sentence.partition(mark)
        if remedy and "://" not in said:
            return fault(about, said + ".", remedy[:1].upper() + remedy[1:])
    return fault(about, sentence, "Look at what is named there.")


def failed(checks: Iterable[Check]) -> bool:
    return any(check.verdict == "fault" for check in checks)


def clock(date: str, now: datetime, of: str) -> Check:
    """How far our clock is from the one that answered; `now` is when its answer came."""
    try:
        theirs = parsedate_to_datetime(date)
        off = now - theirs
    except (TypeError, ValueError):
        return note("clock", "No answer told the time, so nothing could be compared.")
    if abs(off) <= ASKEW:
        return ok("clock", f"within a minute of {of}'s")
    way = "ahead of" if off > timedelta() else "behind"
    return fault(
        "clock",
        f"This machine's clock is {_span(abs(off))} {way} {of}'s.",
        "Let the system keep the time: timedatectl set-ntp true, or set it by hand.",
    )


def _span(off: timedelta) -> str:
    minutes = round(off.total_seconds() / 60)
    if minutes < 120:
        return f"{minutes} minutes"
    return f"{minutes // 60} hours" if minutes < 2880 else f"{minutes // 1440} days"
