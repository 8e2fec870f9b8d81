"""Bytes → characters, whichever encoding they claim and whichever they have. Knows nothing of feeds."""

from __future__ import annotations

import codecs
import json
import re

_DECLARED = re.compile(rb"^\s{0,100}<\?xml[^>]{0,200}?encoding\s{0,9}=\s{0,9}[\"']([A-Za-z0-9._-]{1,40})[\"']")
_CHARSET = re.compile(r"charset\s*=\s*[\"']?([A-Za-z0-9._-]{1,40})", re.IGNORECASE)
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_NEVER = re.compile(r"idna|punycode|escape|undefined|mbcs|oem|utf.?7", re.IGNORECASE)  # slow, or no encodings of feeds


_PASTED = {0xDC00 + byte: bytes([byte]).decode("cp1252", "replace") for byte in range(0x80, 0x100)}
"""What is no UTF-8 among UTF-8 is most often Windows-1252, pasted in."""


def _claims(body: bytes, content_type: str) -> list[str]:
    head = body[:400]
    for mark, name in _BOMS:
        if head.startswith(mark):
            return [name]
    if b"\x00" in head[:4]:
        return [json.detect_encoding(body), "cp037"]  # the pattern of the zeros tells (RFC 4627, section 3)
    header, declared = _CHARSET.search(content_type), _DECLARED.match(head)
    claims = [header[1] if header else "", declared[1].decode() if declared else ""]
    narrow = [c.lower() for c in claims if c and not _NEVER.search(c) and not re.match(r"utf-?_?(16|32)|ucs", c, re.I)]
    return [{"gb2312": "gb18030", "iso-8859-1": "cp1252"}.get(c, c) for c in narrow]


def characters(body: bytes, content_type: str = "") -> tuple[str, str | None]:
    """The text, and what was odd about its encoding. Bytes win over claims; never raises, always decodes."""
    claims = _claims(body, content_type)
    for name in [*claims, "utf-8"]:
        try:
            return body.decode(name).removeprefix("\ufeff"), None
        except (UnicodeDecodeError, LookupError):
            continue
    if claims and claims[0].startswith(("utf-16", "utf-32")):
        return body.decode(claims[0], "ignore").removeprefix("\ufeff"), f"some bytes are not {claims[0]}"
    return body.decode("utf-8", "surrogateescape").translate(
        _PASTED
    ), f"some bytes are not {claims[0] if claims else 'utf-8'}"
