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
    """Print each (rule, paper) that match; no match is also done."""
    wanted = [(typed, _parsed(typed)) for typed in words.rule or _lines(words.rules)]
    return run(_match(words, wanted))


async def _match(words: Namespace, wanted: list[tuple[str, rules.Rule]]) -> int:
    failed, seen = False, 0
    rows: list[dict[str, Any]] = []
    async for reading in readings(words.sources, settings(words)):
        failed |= reading is None
        papers = reading.papers if reading else ()
        seen += len(papers)
        rows += [found for paper in papers for typed, rule in wanted if (found := _row(typed, rule, paper))]
    print_rows(rows, as_json=words.json, columns={"paper": 24, "rule": 30, "title": 90})
    tell(f"{len(rows)} match{'es' if len(rows) != 1 else ''} in {seen} papers")
    return int(failed)


def _row(typed: str, rule: rules.Rule, paper: Paper) -> dict[str, Any] | None:
    found = rules.explain(rule, paper)
    if not found.hit:
        return None
    why = [{"term": r.term, "field": r.field, "start": r.start, "end": r.end} for r in found.reasons]
    return {"rule": typed, "paper": paper.id, "title": paper.title, "reasons": why}


def _parsed(typed: str) -> rules.Rule:
    return rules.parse(options.split(typed)[0])


def _lines(name: str) -> list[str]:
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
            _parsed(line)
        except (RuleError, OptionError) as error:
            raise type(error)(f"{name}, line {number}: {error}", error.text, error.start, error.end) from error
    if not typed:
        raise WordsWrong(f"The rules file {name} holds no rule: write one a line.")
    return [line for _, line in typed]
