"""What a rule means, in words a person reads: "papers that mention **transformers** and **quantization**"."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from bot.model import Span
from bot.rules.acronyms import KNOWN, Acronyms
from bot.rules.ground import speaks
from bot.rules.tree import (
    Acronym,
    And,
    Author,
    Category,
    Exact,
    Fact,
    Leaf,
    Node,
    Not,
    Number,
    Or,
    Phrase,
    Prefix,
    Rule,
    Top,
    Word,
)
from bot.rules.writer import bare

Said = tuple[Span, ...]
_MENTIONED = (Word, Acronym, Prefix, Phrase, Exact)
_WHERE = {
    "": "", "title": " in the title", "abstract": " in the abstract", "keyword": " among the keywords",
    "source": " in the source's name", "submitter": " as submitter", "org": " as organization",
}  # fmt: skip
_COMPARED = {">=": "at least {}", ">": "more than {}", "<=": "at most {}", "<": "fewer than {}", "=": "exactly {}"}
_HAS = {"code": "code", "abstract": "an abstract", "keywords": "keywords", "pdf": "a PDF"}
_ON = {"new": "announced as new", "cross": "cross-listed from another category", "revised": "announced as revised"}


def describe(rule: Rule, acronyms: Acronyms = KNOWN) -> tuple[Span, ...]:
    """The rule as the end of the sentence "You will get …". Other announcements than new are said if asked for."""
    return _merged([_plain("papers "), *_Words(acronyms).whole(rule.tree)])


def _plain(text: str) -> Span:
    return Span(text)


def _strong(text: str) -> Span:
    return Span(text, "strong")


def _merged(spans: Iterable[Span]) -> Said:
    """Neighbours in one style as one span."""
    out: list[Span] = []
    for span in spans:
        if out and out[-1].style == span.style == "plain":
            out[-1] = Span(out[-1].text + span.text)
        elif span.text:
            out.append(span)
    return tuple(out)


def _listed(items: Sequence[Said], last: str = "and") -> list[Span]:
    """`a, b and c`."""
    out: list[Span] = []
    for place, item in enumerate(items):
        if place:
            out.append(_plain(f" {last} " if place == len(items) - 1 else ", "))
        out.extend(item)
    return out


class _Words:
    """Says parts of a rule."""

    def __init__(self, acronyms: Acronyms) -> None:
        self.acronyms = acronyms

    def whole(self, node: Node) -> Said:
        """A whole way to match: what is mentioned, what else must hold, what must not be."""
        if isinstance(node, Or):
            return self.sides(node)
        parts = node.parts if isinstance(node, And) else (node,)
        wanted = [part for part in parts if not isinstance(part, Not)]
        mentioned = [self.thing(part) for part in wanted if self.mentions(part)]
        others = [self.clause(part) for part in wanted if not self.mentions(part)]
        excluded = [part.part for part in parts if isinstance(part, Not)]
        out = [_plain("that mention "), *_listed(mentioned)] if mentioned else []
        if others:
            out += [_plain(", " if out else ""), *_listed(others)]
        if excluded:
            out += [_plain(", but not "), *_listed([self.exclusion(part) for part in excluded], "or")]
        return tuple(out)

    def sides(self, node: Or) -> Said:
        if all(self.mentions(part) for part in node.parts):
            return (_plain("that mention "), *_listed([self.thing(part) for part in node.parts], "or"))
        first, *rest = [self.whole(part) for part in node.parts]
        return (*first, *(span for side in rest for span in (_plain("; or papers "), *side)))

    def mentions(self, node: Node) -> bool:
        """Whether a part can be said after "that mention"."""
        match node:
            case And(parts) | Or(parts):
                return all(self.mentions(part) for part in parts) and not speaks(node)
            case Not():
                return False
            case _:
                return isinstance(node, _MENTIONED)

    def thing(self, node: Node) -> Said:
        """A part as something to mention; groups in parentheses."""
        match node:
            case And(parts):
                return (_plain("("), *_listed([self.thing(part) for part in parts]), _plain(")"))
            case Or(parts):
                return (_plain("("), *_listed([self.thing(part) for part in parts], "or"), _plain(")"))
            case Not(part):
                return (_plain("not "), *self.thing(part))
            case Word() | Acronym() | Prefix() | Phrase() | Exact():
                return (*self.words(node), _plain(_WHERE.get(node.field, "")))
            case _:
                return self.clause(node)

    def words(self, leaf: Word | Acronym | Prefix | Phrase | Exact) -> Said:
        match leaf:
            case Prefix(text):
                return (_strong(f"{text}…"), _plain(" with any ending"))
            case Phrase(parts):
                return (_strong(f"“{' '.join(bare(part) for part in parts)}”"),)
            case Exact(text):
                return (_plain("exactly "), _strong(text))
            case Acronym(text):
                meanings = self.acronyms.meanings.get(text, ())
                return (_strong(text), _plain(f" ({meanings[0]})" if meanings else " in capitals"))
            case _:
                return (_strong(leaf.text),)

    def clause(self, node: Node) -> Said:
        """A part that is no mention, as it stands after "papers"."""
        match node:
            case Or(parts):
                return (_plain("either "), *_listed([self.clause(part) for part in parts], "or"))
            case And():
                return self.whole(node)
            case Not(part):
                return (_plain("not "), *self.clause(part))
            case Word() | Acronym() | Prefix() | Phrase() | Exact():
                return (_plain("that mention "), *self.thing(node))
            case _:
                return self.fact(node)

    def fact(self, leaf: Leaf) -> Said:
        match leaf:
            case Author(names):
                return (_plain("by "), _strong(" ".join(name.title() for name in names)))
            case Category(text, stem):
                return (_plain("in "), _strong(f"{text}*" if stem else text))
            case Number(field, compare, value):
                return (_plain("with "), _strong(_COMPARED[compare].format(value)), _plain(f" {field}"))
            case Fact("has", value):
                return (_plain("with "), _strong(_HAS[value]))
            case Fact(_, value):
                return (_strong(_ON[value]),)
            case Top(count):
                return (_plain("among the day's "), _strong(f"top {count}"))
        return ()

    def exclusion(self, node: Node) -> Said:
        return self.thing(node) if self.mentions(node) else self.clause(node)
