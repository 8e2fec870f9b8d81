"""Channels that fall silent and rules that rot: when that is worth a word, and the words. Decides only: pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zlib import crc32

from bot import rules, summary
from bot.habits import Harvest, Tempo
from bot.health import Health
from bot.model import Button, Channel, Entry, Line, Paper, Post, Span, Subscription
from bot.rules import Acronyms, Rule, Shelf, Unseen
from bot.rules.lesser import fruitless, terms, without

SILENT = timedelta(days=7)
"""So long without a paper is worth a word, in a channel that is used to them."""
USUAL = timedelta(days=28)
"""The time before it that says what the channel is used to."""
EXPECTS = 12
"""Papers in that time from which on a week without any is no accident: at three a week, one week in twenty has none."""

MANY = 100
"""Messages a week above which people read none any more: fourteen a day."""

IDLE = timedelta(days=90)
"""So long without a match and a rule is asked about."""
MONTHLY = timedelta(days=30)
"""Between two such messages to one person, at the least."""

VOTED = 20
"""Votes from which on many people found a paper worth reading: the upper tenth of Hugging Face's days."""
ENOUGH = 20
"""Papers that a rule must have brought before it is said that one of its words brought none of them."""
RULES, PAPERS = 5, 2
"""Rules in a message, and papers named for each."""


@dataclass(frozen=True, slots=True)
class Near:
    """Papers that many people voted for and that `rule` missed by `term` alone; `lesser` is the rule without it."""

    term: str
    lesser: str
    papers: tuple[Paper, ...]


@dataclass(frozen=True, slots=True)
class Rotten:
    """A rule that found nothing for so long, and what may be the matter with it."""

    subscription: Subscription
    unseen: tuple[Unseen, ...] = ()
    near: tuple[Near, ...] = ()


@dataclass(frozen=True, slots=True)
class Waning:
    """A rule that works, and the terms by which none of the papers was found that it brought for so long."""

    subscription: Subscription
    papers: int
    terms: tuple[str, ...]


# ── silence ─────────────────────────────────────────────────────────────────────────────────────────


def is_silent(tempo: Tempo) -> bool:
    """Whether a channel that is used to papers has had none, and none is on its way."""
    return tempo.before >= EXPECTS and not tempo.lately and not tempo.waiting


def silence(channel: Channel, tempo: Tempo, sources: Sequence[tuple[str, Health]]) -> Post:
    """One line to whoever made the channel's rules: that it is silent, what is usual, and what may be the cause."""
    weekly = round(tempo.before / (USUAL / timedelta(days=7)))
    said = (Span("No paper has come to "), _place(channel), Span(f" for a week; about {weekly} a week are usual. "))
    wrong = [f"{name} is {one.state}" for name, one in sources if one.wrong]
    why = f"{_listed(wrong[:3])}. " if wrong else "Its sources are well: nothing in them matched. "
    return Post(Line((*said, Span(why), Span("/papers status", "code"), Span(" there says more."))))


# ── crowd ───────────────────────────────────────────────────────────────────────────────────────────


def crowd(channel: Channel, tempo: Tempo) -> Post:
    """One line to whoever made the channel's rules: how much comes of them, and how less would."""
    said = f" had {tempo.lately} papers in a week, most in a message of their own. "
    return Post(Line((_place(channel), Span(said), *fewer(" there"))))


def fewer(where: str) -> tuple[Span, ...]:
    """What makes a channel's messages fewer, in a sentence."""
    return (
        Span("To have fewer messages: "),
        Span("/papers settings mode:daily", "code"),
        Span(f"{where} makes it one digest a day, "),
        Span("max:10", "code"),
        Span(" ten a day and the rest in one; a rule with a word more brings fewer papers."),
    )


# ── rot ─────────────────────────────────────────────────────────────────────────────────────────────


def examined(one: Subscription, papers: Sequence[Paper], acronyms: Acronyms, shelf: Shelf | None = None) -> Rotten:
    """What may be the matter with an idle rule, by the papers of late that its channel may see. Takes a while."""
    rule = rules.parse(one.rule, acronyms)
    return Rotten(one, rules.unseen(rule, papers, acronyms, shelf), tuple(_near(rule, papers, acronyms)))


def waned(one: Subscription, had: Harvest, since: datetime, acronyms: Acronyms) -> Waning | None:
    """What of a working rule works no more; None where that is nothing, or cannot be said yet.

    `had` is what it brought since then. A rule that was changed a month later or more is another one by now.
    """
    if had.papers < ENOUGH or had.first > since + MONTHLY:
        return None
    terms = fruitless(rules.parse(one.rule, acronyms), had.terms)
    return Waning(one, had.papers, terms) if terms else None


def _near(rule: Rule, papers: Iterable[Paper], acronyms: Acronyms) -> Iterable[Near]:
    missed: dict[str, list[Paper]] = defaultdict(list)
    for paper in papers:
        if (paper.signals.upvotes or 0) < VOTED:
            continue
        told = rules.explain(rule, paper, acronyms=acronyms)
        if not told.hit and len(told.missing) == 1 and not told.missing[0].startswith("-"):
            missed[told.missing[0]].append(paper)
    for term, found in sorted(missed.items(), key=lambda pair: -len(pair[1])):
        if (lesser := without(rule, term)) is not None:
            best = sorted(found, key=lambda paper: -(paper.signals.upvotes or 0))
            yield Near(term, rules.write(lesser), tuple(best))


def report(found: Sequence[Rotten], waning: Sequence[Waning], acronyms: Acronyms) -> Post:
    """One message for all of a person's rules, with a button that mends each where one is known, and one to stop.

    A rule that brought nothing is worth it: somebody waits for its papers. So is a word in vain: it hides that others
    are missing.
    """
    entries = [*(_entry(one, acronyms) for one in found), *(_waning(one, acronyms) for one in waning)]
    head = Line((Span(_head(len(found), len(waning)), "strong"),))
    left = len(entries) - RULES
    more = [Line((Span(f"And {left} more: /subscriptions in their channels lists them."),), "small")]
    once = Line((Span("This comes once a month at the most, and only when there is something."),), "small")
    closing = (*(more if left > 0 else []), once)
    return Post(head, (), (Button("Stop", "tending:0"),), entries=tuple(entries[:RULES]), closing=closing)


def _head(idle: int, waning: int) -> str:
    """What it is about, in one sentence."""
    told = "One of your rules has" if idle == 1 else f"{idle} of your rules have"
    nothing = f"{told} found nothing in {IDLE.days} days"
    vain = f"papers have come for {IDLE.days} days, but none by some of its words"
    if not waning:
        return f"{nothing}."
    if not idle:
        return f"By {'one of your rules' if waning == 1 else f'{waning} of your rules'} {vain}."
    return f"{nothing}; by {'another' if waning == 1 else f'{waning} others'} {vain}."


def _entry(one: Rotten, acronyms: Acronyms) -> Entry:
    mine = one.subscription
    lines = [Line((Span(summary.cut(mine.rule, 200), "code"), *_in_its_channel(mine)))]
    for word in one.unseen[:2]:
        meant = f": did you mean {word.meant}?" if word.meant else "."
        lines.append(Line((Span(word.term, "strong"), Span(f" is in none of the papers of late{meant}")), "small"))
    if not one.near:
        return Entry(summary.cut(mine.rule, 60), tuple(lines))
    near = one.near[0]
    many = "One paper" if len(near.papers) == 1 else f"{len(near.papers)} papers"
    said = Span(f"{many} that many voted for lacked only ")
    lines += [Line((said, Span(near.term, "strong"), Span(":")), "small"), *map(summary.example, near.papers[:PAPERS])]
    button = Button(f"Without {summary.cut(near.term, 30)}", f"widen:{seal(mine, near.term, acronyms)}")
    return Entry(summary.cut(mine.rule, 60), tuple(lines), button)


def _waning(one: Waning, acronyms: Acronyms) -> Entry:
    mine, term = one.subscription, one.terms[0]
    lines = [Line((Span(summary.cut(mine.rule, 200), "code"), *_in_its_channel(mine)))]
    for each in one.terms[:2]:
        said = f" is in none of the {one.papers} papers that it brought in {IDLE.days} days."
        lines.append(Line((Span(each, "strong"), Span(said)), "small"))
    button = Button(f"Without {summary.cut(term, 30)}", f"widen:{seal(mine, term, acronyms)}")
    return Entry(summary.cut(mine.rule, 60), tuple(lines), button)


def _in_its_channel(one: Subscription) -> tuple[Span, ...]:
    return Span(" in "), _place(one.channel), Span(f" (#{one.id})")


def seal(one: Subscription, term: str, acronyms: Acronyms) -> int:
    """A number for a button: the subscription's, the term's place in its rule, a check that the rule is the same."""
    place = terms(rules.parse(one.rule, acronyms)).index(term)
    return (one.id * 100 + place) * 100 + _check(one.rule)


def unsealed(number: int) -> int:
    """The subscription's id."""
    return number // 10_000


def widened(one: Subscription, number: int, acronyms: Acronyms) -> Subscription | None:
    """The subscription without the term; None when its rule is another one by now."""
    place, check = number // 100 % 100, number % 100
    rule = rules.parse(one.rule, acronyms)
    known = terms(rule)
    if check != _check(one.rule) or place >= len(known):
        return None
    lesser = without(rule, known[place])
    if lesser is None:
        return None
    return Subscription(one.channel, rules.write(lesser), one.creator, one.options, one.id, one.state)


def _check(rule: str) -> int:
    return crc32(rule.encode("utf-8", "surrogatepass")) % 100


def _listed(words: Sequence[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def _place(channel: Channel) -> Span:
    """The channel, by its name where its platform shows one."""
    return Span(str(channel), channel=str(channel))
