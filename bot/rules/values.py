"""What a word, a phrase or a field's value means: the leaves of a rule."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Literal, cast

from bot.rules.acronyms import Acronyms
from bot.rules.fold import WORD, family, fold
from bot.rules.lexer import Sign
from bot.rules.tree import Acronym, Author, Category, Exact, Fact, Node, Number, Phrase, Prefix, Top, Word
from bot.rules.typed import Typed
from bot.rules.writer import OPERATORS

_CAPITALS = re.compile(r"([A-Z]{2,6})(?:'?s)?")
_COUNT = re.compile(r"(>=|<=|=|>|<|=>|=<)?([0-9]{1,9})(\+)?")
_STARRED = re.compile(rf"(?:{WORD.pattern})\*?")
_ARCHIVES = frozenset(
    ("cs", "math", "stat", "eess", "econ", "q-bio", "q-fin", "physics", "astro-ph", "cond-mat", "nlin")
)
"""arXiv's archives that have subjects: https://arxiv.org/category_taxonomy."""
_SUBJECT = re.compile(rf"(?:{'|'.join(sorted(_ARCHIVES))})\.[A-Za-z-]{{2,12}}")

HAS = ("code", "abstract", "keywords", "pdf")
ON = ("new", "cross", "revised")
MOST_TOP = 1000


def shouted(read: Sequence[Sign], acronyms: Acronyms) -> bool:
    """Whether the whole rule is typed in capitals, so that capitals say nothing: `DEEP LEARNING`."""
    words = [sign.text for sign in read if sign.kind == "word" and any(c.isalpha() for c in sign.text)]
    return (
        bool(words)
        and all(w.isupper() for w in words)
        and any(len(w) > 6 and w.isalpha() and not acronyms.known(w) for w in words)
    )


@dataclass(frozen=True, slots=True)
class Values:
    """Makes leaves; `typed` places the errors."""

    typed: Typed
    acronyms: Acronyms
    shouted: bool

    def node(self, sign: Sign, field: str) -> Node:
        """The leaf for a word, quote or exact form under `field` ("" for none)."""
        match field:
            case "category":
                return self.category(sign)
            case "author":
                return self.author(sign)
            case "has" | "on":
                return self.fact(field, sign)
            case "top":
                return self.top(sign)
        if sign.kind == "exact":
            return self.exact(sign, field)
        if not field and _SUBJECT.fullmatch(sign.text):
            raise self.wrong(f"{sign.text} looks like a category: did you mean category:{sign.text}?", sign)
        return self.words(sign, field)

    def wrong(self, sentence: str, sign: Sign) -> Exception:
        return self.typed.wrong(sentence, sign.start, sign.end)

    def exact(self, sign: Sign, field: str) -> Node:
        text = sign.text.strip()
        if not text:
            raise self.wrong('There is nothing in this exact form: write ="A*".', sign)
        if "\\" in text:
            raise self.wrong("Papers are kept without TeX: write the exact form without a backslash.", sign)
        return Exact(text, field)

    def words(self, sign: Sign, field: str) -> Node:
        """A word, or several joined by hyphens, slashes or quotes: a phrase."""
        self.refuse_stray_star(sign)
        found = [match.group() for match in _STARRED.finditer(sign.text)]
        parts = tuple(self.word(word, sign) for word in found)
        if not parts:
            raise self.wrong(f"There is no word in {sign.text!r}: letters or digits are what is looked for.", sign)
        if len(parts) > 1:
            return Phrase(parts, field)
        only = parts[0]
        return type(only)(only.text, field)

    def refuse_stray_star(self, sign: Sign) -> None:
        rest = _STARRED.sub("", sign.text)
        inner = re.search(r"\*(?=[^\W_])", sign.text)
        if "*" in rest or inner:
            raise self.wrong("A star goes at the end of a word: quantiz* finds every word that begins so.", sign)

    def word(self, text: str, sign: Sign) -> Word | Acronym | Prefix:
        if text.endswith("*"):
            return self.prefix(text[:-1], sign)
        low = lower(text)
        if low in OPERATORS:
            return Word(low)
        known = self.acronyms.known(text) or self.acronyms.known(low)
        if known is not None:
            return Acronym(known)
        capitals = _CAPITALS.fullmatch(text)
        if capitals and not self.shouted:
            return Acronym(capitals[1])
        return Word(low)

    def prefix(self, text: str, sign: Sign) -> Prefix:
        start = fold(text)
        if len(start) < 2:
            raise self.wrong(f'{text}* is too short a beginning: two letters at least, or ="{text}*" exactly.', sign)
        return Prefix(lower(text))

    def category(self, sign: Sign) -> Category:
        text = " ".join(sign.text.casefold().split())
        if text in _ARCHIVES:
            return Category(text + ".", stem=True)
        stem = text.endswith("*")
        text = text.rstrip("*")
        if not text or "*" in text or "\\" in text or sign.kind == "exact":
            raise self.wrong("A category reads category:cs.CL, or category:cs.* for all of an archive.", sign)
        archive, dot, subject = text.rpartition(".")
        return Category(f"{archive}.{subject.upper()}" if dot and not stem and len(subject) == 2 else text, stem)

    def author(self, sign: Sign) -> Author:
        names = name_parts(sign.text)
        if not names or "*" in sign.text or sign.kind == "exact":
            raise self.wrong('An author reads author:Dao, or author:"Tri Dao".', sign)
        return Author(names)

    def fact(self, kind: str, sign: Sign) -> Fact:
        allowed = HAS if kind == "has" else ON
        value = sign.text.casefold()
        if value not in allowed:
            raise self.wrong(f"{kind}: takes {', '.join(allowed[:-1])} or {allowed[-1]}.", sign)
        return Fact(cast("Literal['has', 'on']", kind), value)

    def top(self, sign: Sign) -> Top:
        text = sign.text
        if not (text.isascii() and text.isdigit() and 1 <= int(text) <= MOST_TOP):
            raise self.wrong(f"top: takes a number from 1 to {MOST_TOP}: top:10.", sign)
        return Top(int(text))

    def number(self, field: str, text: str, start: int, end: int) -> Number:
        found = _COUNT.fullmatch(text)
        if found is None:
            raise self.typed.wrong(f"{field}: takes a number: {field}:>=20.", start, end)
        compare = {"=>": ">=", "=<": "<=", None: ">="}.get(found[1], found[1])
        return Number(cast("Literal['votes']", field), cast("Literal['>=']", compare), int(found[2]))

    def meaning(self, node: Node) -> Hashable:
        """The same for nodes that hit the same papers: *model* and *models*."""
        return (family(node.text), node.field) if isinstance(node, Word) else node


def lower(text: str) -> str:
    """A word in the form that rules keep: lower case, composed, without possessive; accents stay."""
    low = text.replace("’", "'").casefold()
    low = low.removesuffix("'s")
    return "".join(c for c in unicodedata.normalize("NFKC", low) if not unicodedata.combining(c))


def name_parts(text: str) -> tuple[str, ...]:
    """A name's parts, folded, the last name last: `Dao, T.` → `t dao`."""
    last, comma, given = text.partition(",")
    ordered = f"{given} {last}" if comma else text
    return tuple(fold(match.group()) for match in WORD.finditer(ordered))
