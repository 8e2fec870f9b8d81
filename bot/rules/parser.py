"""A rule's signs to its tree. Words side by side bind tighter than OR; every refusal knows its place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.errors import RuleError
from bot.rules.acronyms import KNOWN, Acronyms
from bot.rules.lexer import Kind, Sign, signs
from bot.rules.tree import And, Node, Not, Rule, demands, leaves
from bot.rules.typed import Typed, mend
from bot.rules.values import Values, shouted
from bot.rules.writer import all_of, any_of, none_of, spell, write

LONGEST = 500
"""Characters of a rule, as typed and as written out."""
MOST_TERMS = 50
DEEPEST = 20


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the tree and where it stands in the plain text."""

    node: Node
    start: int
    end: int


def parse(text: str, acronyms: Acronyms = KNOWN) -> Rule:
    """Read a rule. `RuleError`, and nothing else, says in one sentence what cannot be read, and where.

    >>> write(parse("LLMs or transformer survey -bench*"))
    'LLM OR (survey transformer -bench*)'
    """
    if len(text) > LONGEST:
        raise RuleError(
            f"A rule has at most {LONGEST} characters, this one has {len(text)}: make two of it.",
            text,
            LONGEST,
            len(text),
        )
    typed = mend(text)
    read = tuple(signs(typed))
    if not read:
        raise RuleError("The rule is empty: write words that a paper must mention.", text, 0, max(1, len(text)))
    part = Parser(typed, read, Values(typed, acronyms, shouted(read, acronyms))).whole()
    return _within_limits(text, Rule(part.node))


def _within_limits(text: str, rule: Rule) -> Rule:
    if not demands(rule.tree):
        sentence = "A rule of exclusions alone would match nearly everything: add a word that a paper must mention."
        raise RuleError(sentence, text, 0, len(text))
    count = len(leaves(rule.tree))
    if count > MOST_TERMS:
        raise RuleError(
            f"A rule has at most {MOST_TERMS} terms, this one has {count}: make two of it.", text, 0, len(text)
        )
    long = len(write(rule))
    if long > LONGEST:
        sentence = f"Written out, this rule has {long} characters, and {LONGEST} is the most: make two of it."
        raise RuleError(sentence, text, 0, len(text))
    return rule


class Parser:
    """Reads signs left to right; `field` is the field that a group stands under."""

    def __init__(self, typed: Typed, read: Sequence[Sign], values: Values) -> None:
        self.typed = typed
        self.read = read
        self.values = values
        self.at = 0
        self.depth = 0

    def whole(self) -> Part:
        part = self.alternatives("")
        if self.at < len(self.read):
            sign = self.read[self.at]
            raise self.typed.wrong("This parenthesis closes nothing: take it away.", sign.start, sign.end)
        return part

    def peek(self) -> Kind | None:
        return self.read[self.at].kind if self.at < len(self.read) else None

    def alternatives(self, field: str) -> Part:
        """`a b OR c`: one or more sides, each of which must demand something."""
        self.skip_commas()
        parts = [self.side(field)]
        while self.separator():
            if self.peek() in (None, ")") and self.read[self.at - 1].kind == ",":
                break
            parts.append(self.side(field))
        if len(parts) == 1:
            return parts[0]
        for part in parts:
            if not demands(part.node):
                sentence = "Beside OR an exclusion alone would match nearly everything: put a word beside it."
                raise self.typed.wrong(sentence, part.start, part.end)
        return Part(any_of(part.node for part in parts), parts[0].start, parts[-1].end)

    def skip_commas(self) -> None:
        while self.peek() == ",":
            self.at += 1

    def separator(self) -> bool:
        """Step over `OR`, `|` or a comma; a comma beside another separator says nothing more."""
        if self.peek() not in ("or", ","):
            return False
        if self.peek() == ",":
            self.skip_commas()
            self.at += self.peek() == "or"
        else:
            self.at += 1
            self.skip_commas()
        return True

    def side(self, field: str) -> Part:
        """`a AND b c -d`: everything here must match."""
        parts = [self.unary(field)]
        while self.peek() not in (None, ")", "or", ","):
            if self.peek() == "and":
                self.at += 1
            parts.append(self.unary(field))
        node = all_of(part.node for part in parts)
        start, end = parts[0].start, parts[-1].end
        self.refuse_contradiction(node, start, end)
        return Part(node, start, end)

    def refuse_contradiction(self, node: Node, start: int, end: int) -> None:
        if not isinstance(node, And):
            return
        wanted = {self.values.meaning(part) for part in node.parts if not isinstance(part, Not)}
        for part in node.parts:
            if isinstance(part, Not) and self.values.meaning(part.part) in wanted:
                words = spell(part.part)
                raise self.typed.wrong(f"This asks for {words} and excludes it: it can never match.", start, end)

    def unary(self, field: str) -> Part:
        if self.peek() != "not":
            return self.atom(field)
        start = self.read[self.at].start
        odd = False
        while self.peek() == "not":
            odd = not odd
            self.at += 1
        part = self.atom(field)
        return Part(none_of(part.node) if odd else part.node, start, part.end)

    def atom(self, field: str) -> Part:
        if self.at >= len(self.read):
            raise self.missing(len(self.typed.plain))
        sign = self.read[self.at]
        match sign.kind:
            case "(":
                return self.group(field)
            case "field":
                return self.fielded(field)
            case "quote" | "exact" | "word":
                self.at += 1
                node = self.values.node(sign, field)
                return Part(node, sign.start, sign.end)
            case _:
                raise self.missing(sign.start)

    def missing(self, place: int) -> RuleError:
        before = self.read[self.at - 1] if self.at else None
        if before is not None and before.kind == "(":
            return self.typed.wrong("There is nothing in these parentheses.", before.start, place + 1)
        operator = before if before is not None and before.kind in ("or", "and", "not", "field") else None
        if operator is None:
            sign = self.read[min(self.at, len(self.read) - 1)]
            if sign.kind == ")":
                return self.typed.wrong("This parenthesis closes nothing: take it away.", sign.start, sign.end)
            operator = sign
        name = {"or": "OR", "and": "AND", "not": "an exclusion", ",": "a comma"}.get(operator.kind, f"{operator.text}:")
        sentence = f"{name[0].upper()}{name[1:]} needs a word beside it; as a word itself it goes in quotes."
        if operator.kind == "field":
            sentence = f"{name} needs a word, a phrase or a group after it."
        return self.typed.wrong(sentence, operator.start, operator.end)

    def group(self, field: str) -> Part:
        opening = self.read[self.at]
        self.depth += 1
        if self.depth > DEEPEST:
            sentence = f"Parentheses can stand inside each other {DEEPEST} deep at the most."
            raise self.typed.wrong(sentence, opening.start, opening.end)
        self.at += 1
        part = self.alternatives(field)
        if self.peek() != ")":
            sentence = "This parenthesis is not closed: put a ) where the group ends."
            raise self.typed.wrong(sentence, opening.start, opening.end)
        closing = self.read[self.at]
        self.at += 1
        self.depth -= 1
        return Part(part.node, opening.start, closing.end)

    def fielded(self, outer: str) -> Part:
        sign = self.read[self.at]
        if outer:
            sentence = f"{sign.text}: stands inside {outer}:( … ): fields do not go inside each other."
            raise self.typed.wrong(sentence, sign.start, sign.end)
        self.at += 1
        part = self.counted(sign) if sign.text in ("votes", "comments") else self.unary(sign.text)
        return Part(part.node, sign.start, part.end)

    def counted(self, field: Sign) -> Part:
        """`votes:>=20`, however it is spaced."""
        start, end, text = field.start, field.end, ""
        while self.peek() in ("word", "exact") and not text.strip("<>=").isdigit():
            sign = self.read[self.at]
            text += ("=" if sign.kind == "exact" else "") + sign.text
            end = sign.end
            self.at += 1
        return Part(self.values.number(field.text, text, start, end), start, end)
