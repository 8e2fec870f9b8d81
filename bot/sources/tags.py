"""HTML in titles and abstracts: takes the tags away and keeps the words. Decodes no entities."""

from __future__ import annotations

import re
from html import unescape

from bot.sources.scripts import lowered, raised
from bot.sources.symbols import words

_BLOCK = words(
    "address article aside blockquote body br center dd details div dl dt fieldset figcaption figure footer form h1 h2 "
    "h3 h4 h5 h6 head header hr html iframe img input label legend li link main meta nav noscript object ol optgroup "
    "option p param pre script section select source style summary table tbody td template textarea tfoot th thead "
    "title tr track ul video audio sec list-item disp-formula"
)
_INLINE = words(  # not `s`: language models begin sentences with <s>
    "a abbr acronym area b base bdi bdo big button canvas cite code data del dfn em embed font i ins kbd map mark math "
    "mi mn mo mrow msub msubsup msup mtext picture q rp rt ruby samp small span strike strong sub sup svg time tt u "
    "var wbr italic bold sc xref ext-link inline-formula"
)
_TAG = re.compile(r"""</?([A-Za-z][A-Za-z0-9:-]{0,30})((?>[^<>"']+|"[^"<]*"|'[^'<]*'|["'])*+)>""")
_SILENT = re.compile(r"<(script|style|template|svg|head)\b[^<>]*>", re.IGNORECASE)
_SCRIPT = re.compile(r"<su([bp])>([^<>]{1,24})</su\1>", re.IGNORECASE)
_ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_MARKERS = re.compile(r"<!\[CDATA\[|\]\]>|<!DOCTYPE[^<>]{0,300}>", re.IGNORECASE)


def uncommented(text: str) -> str:
    """Without comments; one that never ends stays."""
    parts: list[str] = []
    at = 0
    while (start := text.find("<!--", at)) >= 0 and (end := text.find("-->", start + 4)) >= 0:
        parts += (text[at:start], " ")
        at = end + 3
    return "".join([*parts, text[at:]])


def _spoken(text: str) -> str:
    """Without the elements that a browser does not show; one that never closes loses only its tag."""
    parts: list[str] = []
    at = 0
    while opened := _SILENT.search(text, at):
        parts += (text[at : opened.start()], " ")
        closed = re.compile(rf"</{opened[1]}\s{{0,99}}>", re.IGNORECASE).search(text, opened.end())
        if not closed:
            return "".join([*parts, text[opened.end() :]])
        at = closed.end()
    return "".join([*parts, text[at:]])


def _untagged(found: re.Match[str]) -> str:
    name = found[1].lower()
    name = name.partition(":")[2] or name  # jats:p, xhtml:div
    attributes = found[2].strip(" \t\n/")
    if attributes and "=" not in attributes:  # "if a <b and c> d" is no tag
        return found[0]
    if name in _BLOCK:
        return " "
    return "" if name in _INLINE else found[0]


def _script(found: re.Match[str]) -> str:
    shift = raised if found[1].lower() == "p" else lowered
    return shift(found[2]) or found[2]


def untagged(text: str) -> str:
    """Take away HTML's (and JATS') own tags, comments, scripts and styles.

    Other angle brackets stay, since papers write `<4.3%`, `a < b` and `<eos>`. Linear; never raises.
    """
    text = _spoken(uncommented(_MARKERS.sub(" ", text)))
    return _TAG.sub(_untagged, _SCRIPT.sub(_script, text))


def decoded(text: str) -> str:
    """Decode each entity once; only those that end in a semicolon, so that `?a=1&lang=en` stays an address."""
    return _ENTITY.sub(lambda found: unescape(found[0]), text)
