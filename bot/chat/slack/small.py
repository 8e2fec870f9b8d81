"""A quiet line → a context block: small and grey, under what it belongs to. Pure.

Context blocks know no rich text. A line of plain words is plain_text there; one with links or bold words is mrkdwn, but
only when every character of it is one that mrkdwn never reads as markup. Otherwise its words are plain_text, and each
link, if its own words are as harmless, stands beside them as mrkdwn of its own. Else it is not for here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any

from bot.chat.slack.text import cut, escape, size

SMALL = 2000
"""Characters of a context element; the documents give no figure, so the smallest one of any text field."""

MOST = 10
"""Elements of a context block. https://docs.slack.dev/reference/block-kit/blocks/context-block"""

_HARMLESS = re.compile(r"[^\W_]|[ .,;()'\"“”‘’/+%!?·—–▲…-]")
"""Letters and digits of any script, and marks that begin nothing: none of * _ ~ ` : @ # & < > | or a line break."""
_EDGE = re.compile(r"[\s.,;()·—–]")


def context(spans: Sequence[dict[str, Any]]) -> dict[str, Any] | None:
    """The block for rich text elements, or None where they would not be safe or would not fit."""
    if any("text" not in span for span in spans):
        return None
    text = "".join(span["text"] for span in spans)
    if all(span["type"] == "text" and "style" not in span for span in spans):
        return _block(_plain(text))
    if _harmless(text) and _apart(spans):
        marked = "".join(map(_marked, spans))
        return _block(_mrkdwn(marked)) if size(marked) <= SMALL else None
    made = [*_beside(spans)]
    whole = all(one is not None and 0 < size(one["text"]) <= SMALL for one in made)
    return _block(*filter(None, made)) if whole and len(made) <= MOST else None


def _beside(spans: Sequence[dict[str, Any]]) -> Iterator[dict[str, Any] | None]:
    """Words and links as elements of their own; None for a link whose words could be markup."""
    for is_link, run in groupby(spans, key=lambda span: span["type"] == "link"):
        if not is_link:
            words = "".join(span["text"] for span in run).strip()
            yield from [_plain(words)] if words else []
            continue
        for span in run:
            yield _mrkdwn(_marked(span)) if _harmless(span["text"]) else None


def _harmless(text: str) -> bool:
    return all(_HARMLESS.fullmatch(char) for char in text)


def _plain(text: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": cut(text, SMALL), "emoji": False}


def _mrkdwn(text: str) -> dict[str, Any]:
    return {"type": "mrkdwn", "text": text, "verbatim": True}


def _block(*elements: dict[str, Any]) -> dict[str, Any]:
    return {"type": "context", "elements": list(elements)}


def _marked(span: dict[str, Any]) -> str:
    if span["type"] == "link":
        return f"<{escape(span['url'])}|{span['text']}>"
    return f"*{span['text']}*" if span.get("style") == {"bold": True} else str(span["text"])


def _apart(spans: Sequence[dict[str, Any]]) -> bool:
    """Whether mrkdwn would see what is bold: only bold has marks here, and those need air around them, not inside."""
    texts = [" ", *(span["text"] for span in spans), " "]
    return all(_airy(*three) for three in zip(texts, spans, texts[2:], strict=False))


def _airy(before: str, span: dict[str, Any], after: str) -> bool:
    if "style" not in span:
        return True
    bold = span["type"] == "text" and span["style"] == {"bold": True}
    return bold and span["text"] == span["text"].strip() and bool(_EDGE.match(before[-1]) and _EDGE.match(after))
