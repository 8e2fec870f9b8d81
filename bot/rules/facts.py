"""What is known of a paper besides its words: names, categories, counts, facts, its place in the day."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bot.model import Paper, Reason
from bot.rules.reading import Reading
from bot.rules.tree import Author, Category, Fact, Leaf, Number, Top
from bot.rules.values import name_parts
from bot.rules.writer import spell


def fact_reasons(leaf: Leaf, reading: Reading) -> Iterator[Reason]:
    """The reason for a leaf that is no word; nothing when it does not hold."""
    paper = reading.paper
    match leaf:
        case Author(names):
            yield from _listed(leaf, "author", paper.authors, [same_person(names, n) for n in paper.authors])
        case Category():
            yield from _listed(leaf, "category", paper.categories, [in_category(leaf, c) for c in paper.categories])
        case Number(field):
            if counts(leaf, paper):
                yield Reason(spell(leaf), field)
        case Fact(kind):
            if holds(leaf, paper):
                yield Reason(spell(leaf), kind)
        case Top(count):
            if reading.rank is not None and reading.rank <= count:
                yield Reason(spell(leaf), "top")
        case _:
            return


def _listed(leaf: Leaf, field: str, items: Sequence[str], hits: list[bool]) -> Iterator[Reason]:
    """The first item that hits, placed in the list joined by ", "."""
    if True in hits:
        place = hits.index(True)
        start = sum(len(item) + 2 for item in items[:place])
        yield Reason(spell(leaf), field, start, start + len(items[place]))


def in_category(wanted: Category, category: str) -> bool:
    """`cs.CL` in any case; with a star, every category that begins so."""
    have, want = category.casefold().strip(), wanted.text.casefold()
    return have.startswith(want) if wanted.stem else have == want


def counts(number: Number, paper: Paper) -> bool:
    """Whether the community's count compares as wanted; an unknown count never does."""
    have = paper.signals.upvotes if number.field == "votes" else paper.signals.comments
    if have is None:
        return False
    return {
        ">=": have >= number.value,
        ">": have > number.value,
        "<=": have <= number.value,
        "<": have < number.value,
        "=": have == number.value,
    }[number.compare]


_ON = {"new": ("new",), "cross": ("cross", "replace-cross"), "revised": ("replace", "replace-cross")}


HAVE = ("code", "abstract", "keywords", "pdf")
"""What `has:` asks for."""


def holds(fact: Fact, paper: Paper) -> bool:
    """Whether the paper has it, or was announced so."""
    return fact.value in announced_as(paper) if fact.kind == "on" else has(paper, fact.value)


def announced_as(paper: Paper) -> tuple[str, ...]:
    """The values of `on:` that hold for how it was announced."""
    return tuple(value for value, announces in _ON.items() if paper.announce in announces)


def has(paper: Paper, value: str) -> bool:
    """Whether the paper has one of `HAVE`."""
    have = {
        "code": paper.signals.code_url,
        "abstract": paper.abstract.strip(),
        "keywords": paper.signals.keywords,
        "pdf": paper.pdf_url,
    }
    return bool(have[value])


def same_person(wanted: tuple[str, ...], author: str) -> bool:
    """Whether a name as listed may be the one wanted: `Tri Dao`, `T. Dao` and `Dao, Tri` are; *Dao Nguyen* is not.

    One name hits any whole part of a name. Of several, the last names are the same, and the given ones agree in order,
    an initial with every name it begins; names left out on either side do not matter as long as the first agrees.
    """
    have = name_parts(author)
    if len(wanted) == 1 or len(have) < 2:
        return len(wanted) == 1 and wanted[0] in have
    if sorted(wanted) == sorted(have):
        return True
    if wanted[-1] != have[-1]:
        return False
    return _agree(wanted[:-1], have[:-1]) or (_agrees(wanted[0], have[0]) and _agree(have[:-1], wanted[:-1]))


def _agree(few: tuple[str, ...], many: tuple[str, ...]) -> bool:
    """Whether each of `few` agrees with one of `many`, in order."""
    rest = iter(many)
    return all(any(_agrees(name, other) for other in rest) for name in few)


def _agrees(a: str, b: str) -> bool:
    return a == b or (1 in (len(a), len(b)) and a[:1] == b[:1])
