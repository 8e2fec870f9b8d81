"""Plain spans → Discord's markdown, in which strangers' text means only itself. Pure.

Discord reads a backslash before any character that is neither a letter, a digit nor a space as "take it literally";
`discord.utils.escape_markdown` and `escape_mentions` leave channels, commands, timestamps, custom emoji, numbered
lists, `:shortcodes:` and bare links alive, so the escape is our own.
https://support.discord.com/hc/en-us/articles/210298617 and
https://docs.discord.com/developers/reference#message-formatting
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable
from itertools import groupby
from urllib.parse import quote, urlsplit

from bot.model import Span

ELLIPSIS = "…"

URL = 2_048
"""Characters of an address; longer ones are refused in an embed. https://docs.discord.com/developers/resources/message"""

_ENOUGH = 20_000
"""Characters of a text that are looked at: no message holds a third of them, and the event loop must not wait."""

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_UNSEEN = re.compile(r"[\ud800-\udfff\u202a-\u202e\u2066-\u2069\ufeff\ufff9-\ufffb]+")
_SPECIAL = re.compile(r"[\\*_~`|<@\[\]]|:(?=\S)")
_LEAD = re.compile(r"^(?:>|[#-](?=#*(?:\s|$))|[+.)](?=\s|$))")
_NUMBERED = re.compile(r"^(\d+)([.)])(?=\s|$)")
_HOST = re.compile(r"(\.[A-Za-z]{2,24})/")
_MARKS = {"strong": "**", "emphasis": "*", "struck": "~~"}


def size(text: str) -> int:
    """Its length as Discord's strictest counter sees it: UTF-16 units, so an emoji counts as two or more."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def clean(text: str) -> str:
    """One line without what cannot be shown: control characters, lone surrogates, direction overrides."""
    return _UNSEEN.sub("", _CONTROL.sub(" ", text))


def escape(text: str) -> str:
    """Markdown that reads as exactly this text, wherever in a line it is put; `text` begins and ends with no space.

    Not for code, where nothing is special but the backtick.
    """
    escaped = _SPECIAL.sub(r"\\\g<0>", text)
    escaped = _HOST.sub(r"\1\\/", escaped)  # `discord.gg/…` without a scheme is shown as an invitation
    return _NUMBERED.sub(r"\1\\\2", _LEAD.sub(r"\\\g<0>", escaped))


def link(url: str | None) -> str | None:
    """The address in ASCII if it may be linked (http or https, a host, not too long); None if not."""
    if not url or len(url) > URL or any(ord(c) <= 32 or 0xD800 <= ord(c) <= 0xDFFF for c in url):
        return None
    try:
        parts = urlsplit(url)
        port = f":{parts.port}" if parts.port else ""
        host = (parts.hostname or "").encode("idna").decode("ascii")
    except ValueError:  # a broken port or bracket; UnicodeError of a host is one too
        return None
    if parts.scheme not in ("http", "https") or not re.fullmatch(r"[a-z0-9.-]*[a-z0-9]", host) or parts.username:
        return None
    rest = parts._replace(scheme="", netloc="").geturl()
    whole = f"{parts.scheme}://{host}{port}{quote(rest, safe=_SAFE)}"
    return whole if len(whole) <= URL else None


_SAFE = "/?#%&=+,;:@!$'*~-._"  # brackets, angles, quotes and backslashes would end the markdown around an address


def spans(parts: Iterable[Span], room: int, *, links: bool = True) -> str:
    """The spans as markdown of at most `room` units, cut at a word's end with an ellipsis where it has to be."""
    said = ""
    for part in _joined(parts, links=links):
        left = room - size(said)
        piece = _touching(said, part) + _marked(part) if len(part.text) <= left else ""
        if not piece or size(piece) > left:
            return said + _cut_span(part, left, said)
        said += piece
    return said


def cut(text: str, room: int, render: Callable[[str], str] = str) -> str:
    """The longest beginning of `text` that, rendered with an ellipsis, fits; ends at a word where there are words."""
    if len(text) <= room and size(render(text)) <= room:
        return text
    low, high = 0, max(0, min(len(text), room))
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if size(render(text[:middle] + ELLIPSIS)) <= room else (low, middle - 1)
    low = _at_word(text, low)
    while low and size(render(text[:low] + ELLIPSIS)) > room:  # escaping depends on what follows, by one unit
        low = _at_word(text, low - 1)
    return text[:low].rstrip(" ,;:.–-") + ELLIPSIS if low else ""


def block(text: str, room: int) -> str:
    """A code block that its content cannot close, or "" if nothing fits."""
    shown = "\n".join(clean(line).rstrip() for line in text[:_ENOUGH].splitlines()).strip("\n")
    shown = cut(_unfenced(shown), room - 8)
    return f"```\n{shown}\n```" if shown.strip() else ""


def _joined(parts: Iterable[Span], *, links: bool) -> list[Span]:
    """Cleaned, without empty ones, and neighbours that look the same as one."""
    seen = (
        Span(clean(p.text[:_ENOUGH]), p.style, link(p.url) if links else None, _id(p.person), place(p.channel))
        for p in parts
    )
    looks = groupby((p for p in seen if p.text or _named(p)), key=lambda p: (p.style, p.url, p.person, p.channel))
    return [Span("".join(p.text for p in same), *look) for look, same in looks]


def _id(person: str | None) -> str | None:
    """The number in `discord:123`; None for anybody who is not on Discord."""
    found = re.fullmatch(r"discord:(\d{1,20})", person or "")
    return found[1] if found else None


def place(channel: str | None) -> str | None:
    """The channel's number in `discord:1/23`; None for a person's own messages, and elsewhere."""
    found = re.fullmatch(r"discord:\d{1,20}/(\d{1,20})", channel or "", re.ASCII)
    return found[1] if found else None


def _named(part: Span) -> str:
    """A person or a channel, shown by the name it has now; `allowed_mentions` none keeps a person from being pinged."""
    if part.person:
        return f"<@{part.person}>"
    return f"<#{part.channel}>" if part.channel else ""


def _marked(part: Span) -> str:
    """One span as markdown; spaces at its ends stay outside of the marks, where Discord wants them."""
    core = part.text.strip()
    if named := _named(part):
        return named
    if not core:
        return part.text
    before, _, after = part.text.partition(core)
    if part.style == "code":
        inner = _code(core)
    else:
        inner = f"{_MARKS.get(part.style, '')}{escape(core)}{_MARKS.get(part.style, '')}"
    return before + (_masked(inner, part) if part.url else inner) + after


def _masked(inner: str, part: Span) -> str:
    """A link on the words; beside them where a bracket of theirs has no partner, which Discord's reader trips over."""
    balanced = re.sub(r"\[[^\[\]]*\]", "", part.text)
    if "[" in balanced or "]" in balanced:
        return f"{inner} ([link](<{part.url}>))"
    return f"[{inner}](<{part.url}>)"


def _code(text: str) -> str:
    """Inline code; backticks inside need a fence of two."""
    shown = _unfenced(text, 2)
    return f"`` {shown} ``" if "`" in shown else f"`{shown}`"


def _unfenced(text: str, run: int = 3) -> str:
    """Runs of backticks that would end the code, with something unseen between them."""
    return re.sub(f"`{{{run},}}", lambda ticks: "\u200b".join(ticks[0]), text)


def _touching(said: str, part: Span) -> str:
    """Two marked spans side by side read as one mark: something unseen between them."""
    marked = part.style != "plain" and not part.text[:1].isspace()
    return "\u200b" if marked and said and said[-1] in "*`~" else ""


def _cut_span(part: Span, room: int, said: str) -> str:
    """What of a span still fits. An address goes before the words do."""
    for attempt in () if _named(part) else (part, Span(part.text, part.style)):
        between = _touching(said, attempt)
        fitting = cut(attempt.text, room - len(between), lambda text: _marked(Span(text, attempt.style, attempt.url)))  # noqa: B023 - called at once
        if fitting:
            return between + _marked(Span(fitting, attempt.style, attempt.url))
    return ELLIPSIS if room > 0 and not said.endswith(ELLIPSIS) else ""


def _at_word(text: str, end: int) -> int:
    """A place at or before `end` where a word ends; if there is none near, where no character is torn apart."""
    near = max(text.rfind(" ", end // 2, end), text.rfind("\n", end // 2, end)) if end < len(text) else end
    if near > 0:
        return near
    while end and end < len(text) and (_clings(text[end]) or text[end - 1] == "\u200d"):
        end -= 1
    return end


def _clings(char: str) -> bool:
    """Combining marks, variation selectors, skin tones, joiners: they belong to the character before."""
    return unicodedata.combining(char) > 0 or char in "\u200d\ufe0e\ufe0f" or "\U0001f3fb" <= char <= "\U0001f3ff"
