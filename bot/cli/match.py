"""`paper-round match --rule RULE… SOURCE…`: which papers match, and why."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path
from typing import Any

from bot import options, rules
from bot.cli.read import readings
from bot.cli.world import print_rows, run, settings, tell
from bot.errors import OptionError, RuleError, WordsWrong
from bot.model import Paper


def main(words: Namespace) -> int:
    """Print each (rule, paper) that match, or with --explain each pair there is; no match is also done."""
    acronyms = rules.extend(settings(words).file.meanings())
    wanted = [(typed, _parsed(typed, acronyms)) for typed in words.rule or _lines(words.rules, acronyms)]
    return run(_match(words, wanted, acronyms))


async def _match(words: Namespace, wanted: list[tuple[str, rules.Rule]], acronyms: rules.Acronyms) -> int:
    failed, seen = False, 0
    found: list[tuple[str, Paper, rules.Explanation]] = []
    async for reading in readings(words.sources, settings(words)):
        failed |= reading is None
        papers = reading.papers if reading else ()
        seen += len(papers)
        ranks = rules.trending(papers)
        asked = [(typed, paper, rule) for paper in papers for typed, rule in wanted]
        found += [(t, p, rules.explain(rule, p, acronyms=acronyms, ranks=ranks)) for t, p, rule in asked]
    hits = sum(why.hit for _, _, why in found)
    rows = [_row(typed, paper, why, words.explain) for typed, paper, why in found if why.hit or words.explain]
    columns = {"paper": 24, "rule": 30, "title": 60 if words.explain else 90} | ({"near": 0} if words.explain else {})
    print_rows(rows, as_json=words.json, columns=columns)
    tell(f"{hits} match{'es' if hits != 1 else ''} in {seen} paper{'s' if seen != 1 else ''}")
    return int(failed)


def _row(typed: str, paper: Paper, why: rules.Explanation, explained: bool) -> dict[str, Any]:
    reasons = [{"term": r.term, "field": r.field, "start": r.start, "end": r.end} for r in why.reasons]
    row: dict[str, Any] = {"rule": typed, "paper": paper.id, "title": paper.title, "reasons": reasons}
    if explained:
        row |= {"hit": why.hit, "missing": list(why.missing), "near": "hit" if why.hit else why.near}
    return row


def _parsed(typed: str, acronyms: rules.Acronyms) -> rules.Rule:
    return rules.parse(options.split(typed)[0], acronyms)


def _lines(name: str, acronyms: rules.Acronyms) -> list[str]:
    """The rules of a file; every line is read before anything is printed, so that a mistake is told by its line."""
    try:
        text = Path(name).read_text(encoding="utf-8-sig")
    except (OSError, ValueError) as error:
        raise WordsWrong(
            f"The rules file {name} cannot be read: {getattr(error, 'strerror', None) or error}."
        ) from error
    found = [(number, line.strip()) for number, line in enumerate(text.splitlines(), 1)]
    typed = [(number, line) for number, line in found if line and not line.startswith("#")]
    for number, line in typed:
        try:
            _parsed(line, acronyms)
        except (RuleError, OptionError) as error:
            raise type(error)(f"{name}, line {number}: {error}", error.text, error.start, error.end) from error
    if not typed:
        raise WordsWrong(f"The rules file {name} holds no rule: write one a line.")
    return [line for _, line in typed]
