"""Many rules against real papers: ours beside what else there is, on one machine in one run.

    uv run --group bench python -m tests.bench.match PAPERS.jsonl.gz [--sizes 1000,10000,100000,1000000]

Prints figures and never passes or fails on them. Each size runs in a process of its own, so that memory is its own.
Peers are asked the rules they can express (words, alternatives, exclusions); each engine's hits are compared with those
of a slow and obviously correct reading of the same words: ours with `explain`, the peers with sets of word families.
"""

from __future__ import annotations

import argparse
import gc
import json
import re
import resource
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from bot.model import Paper
from bot.rules import Engine, Rule, compiled, explain, parse
from bot.rules.fold import STOPS, cleaned, family, tokens
from bot.rules.judge import examine
from bot.rules.reading import read
from bot.rules.tree import And, Node, Not, Or, Word
from tests.bench.papers import load
from tests.bench.rules import Source

LEARNED = 1000
"""Papers counted and read before anything is measured: a bot that has run for some days."""
MEASURED = 1280
ONE_BY_ONE = 300


def main() -> None:
    words = argparse.ArgumentParser()
    words.add_argument("papers", type=Path)
    words.add_argument("--sizes", default="1000,10000,100000,1000000")
    words.add_argument("--one", type=int)
    words.add_argument("--fanout", action="store_true")
    given = words.parse_args()
    if given.one:
        print(json.dumps(measured(given.papers, given.one)))
    elif given.fanout:
        print(json.dumps(fanned_out(given.papers)))
    else:
        report(given.papers, [int(size) for size in given.sizes.split(",")])


def report(papers: Path, sizes: Sequence[int]) -> None:
    """One process a size; the table at the end."""
    rows = []
    for size in sizes:
        rows.append(in_a_process(papers, "--one", str(size)))
        print(json.dumps(rows[-1]), flush=True)
    names = list(dict.fromkeys(name for row in rows for name in row))
    for name in names:
        print(f"{name:46}" + "".join(f"{_shown(row.get(name)):>16}" for row in rows))
    print(json.dumps(in_a_process(papers, "--fanout")))


def in_a_process(papers: Path, *more: str) -> dict[str, Any]:
    command = [sys.executable, "-m", "tests.bench.match", str(papers), *more]
    answer: dict[str, Any] = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    return answer


def _shown(value: object) -> str:
    return "" if value is None else f"{value:,.4g}" if isinstance(value, float) else str(value)


def measured(path: Path, size: int) -> dict[str, Any]:
    """All figures for so many rules."""
    papers = load(path)
    typed = list(Source(papers).rules(size))
    start = time.perf_counter()
    rules = [parse(text) for text in typed]
    read_each = (time.perf_counter() - start) / size
    lines = [compiled(rule) for rule in rules]
    few = rules[:: max(1, size // 300)]
    plain = [rule.tree for rule in rules if is_plain(rule.tree)]
    if size > 100_000:
        del rules
    found: dict[str, Any] = {"rules": size, "words to a rule, us each": read_each * 1e6}
    found |= ours(papers, lines)
    found |= {"hits unlike explain, of pairs": checked(papers[-100:], few)}
    found |= peers(papers, plain, size)
    for name in ("re", "fts5", "mokaccino"):
        slow = found.get(f"{name}: ms a paper")
        found[f"times faster than {name}, in batches"] = slow / found["ours, in batches: ms a paper"] if slow else None
    slow = found.get("mokaccino: ms a paper")
    found["times faster than mokaccino, one at a time"] = slow / found["ours, one: median ms"] if slow else None
    return found


def ours(papers: Sequence[Paper], lines: Sequence[str]) -> dict[str, Any]:
    """Our engine: load, batches, one at a time, what the index lets through."""
    gc.collect()
    before = memory()
    engine = Engine()
    engine.learn(papers[:LEARNED])
    start = time.perf_counter()
    engine.load(enumerate(lines, 1))
    load_time = time.perf_counter() - start
    gc.collect()
    size = memory() - before
    gc.freeze()
    first = seconds(lambda: [len(keys) for keys in engine.hits(papers[:LEARNED])]) / LEARNED
    some = papers[LEARNED : LEARNED + MEASURED]
    engine.looked_at = 0
    batches = [seconds(lambda part=some[n : n + 64]: list(engine.hits(part))) / 64 for n in range(0, MEASURED, 64)]  # type: ignore[misc]
    looked = engine.looked_at / MEASURED
    hits = sum(len(keys) for keys in engine.hits(some)) / MEASURED
    ones = sorted(seconds(lambda paper=paper: list(engine.hits([paper]))) for paper in some[:ONE_BY_ONE])  # type: ignore[misc]
    start = time.perf_counter()
    engine.add(10**9, parse('"something quite" new'))
    live = time.perf_counter() - start
    return {
        "ours, in batches: ms a paper": sum(batches) / len(batches) * 1e3,
        "ours, in batches: median": sorted(batches)[len(batches) // 2] * 1e3,
        "ours, in batches: worst": max(batches) * 1e3,
        "ours, the first papers ever: ms a paper": first * 1e3,
        "ours, one: median ms": ones[len(ones) // 2] * 1e3,
        "ours, one: p99 ms": ones[int(len(ones) * 0.99)] * 1e3,
        "load, s": load_time,
        "memory, MB": size,
        "a new subscription is live, ms": live * 1e3,
        "candidates a paper": looked,
        "candidates, % of rules": 100 * looked / len(lines),
        "matches a paper": hits,
    }


def checked(papers: Sequence[Paper], rules: Sequence[Rule]) -> str:
    """Our hits beside those of `explain`, rule by rule and paper by paper."""
    engine = Engine()
    engine.load((key, compiled(rule)) for key, rule in enumerate(rules))
    wrong = 0
    for paper, keys in zip(papers, engine.match(papers), strict=True):
        reading = read(paper)
        wrong += len(set(keys) ^ {key for key, rule in enumerate(rules) if examine(rule, reading).hit})
    assert explain(rules[0], papers[0]).hit == (0 in engine.match(papers[:1])[0])
    return f"{wrong} of {len(rules) * len(papers):,}"


# ── peers ──


def is_plain(node: Node) -> bool:
    """Whether a rule has only words without fields, alternatives and exclusions, which every peer can express."""
    match node:
        case And(parts) | Or(parts):
            return all(is_plain(part) for part in parts)
        case Not(part):
            return is_plain(part)
        case _:
            return isinstance(node, Word) and not node.field


def peers(papers: Sequence[Paper], trees: list[Node], size: int) -> dict[str, Any]:
    """Each peer on the plain rules, scaled to the whole number; hits compared with sets of word families."""
    some = papers[LEARNED : LEARNED + 64]
    scale = size / len(trees)
    found: dict[str, Any] = {"peers are asked, rules": len(trees)}
    right = [oracle(trees[:2000], paper) for paper in some[:16]]
    if size <= 100_000:
        found |= _timed("re", scale, lambda few: naive(trees, few), some[:2], right, len(trees))
    found |= _timed("fts5", scale, lambda few: fts5(trees, few), some, right, len(trees))
    try:
        percolate, build = mokaccino(trees)
    except ImportError:
        return found
    found["mokaccino: build, s"] = build * scale
    percolate(papers[:LEARNED] if size < 100_000 else papers[:100])
    return found | _timed("mokaccino", scale, percolate, some[:16], right, len(trees))


Hits = list[set[int]]


def _timed(
    name: str, scale: float, ask: Callable[[Sequence[Paper]], Hits], papers: Sequence[Paper], right: Hits, size: int
) -> dict[str, Any]:
    start = time.perf_counter()
    hits = ask(papers)
    spent = (time.perf_counter() - start) / len(papers) * scale
    compared = list(zip(hits, right, strict=False))
    wrong = sum(len({key for key in mine if key < 2000} ^ own) for mine, own in compared)
    return {
        f"{name}: ms a paper": spent * 1e3,
        f"{name}: hits unlike the oracle": f"{wrong} of {sum(len(own) for _, own in compared)}",
    }


def oracle(trees: Sequence[Node], paper: Paper) -> set[int]:
    """Sets of families: slow, and plain to see."""
    have = {token.family for token in tokens(f"{paper.title}. {paper.abstract}")}

    def holds(node: Node) -> bool:
        match node:
            case And(parts):
                return all(holds(part) for part in parts)
            case Or(parts):
                return any(holds(part) for part in parts)
            case Not(part):
                return not holds(part)
            case Word(text):
                return family(text) in have
        raise AssertionError(node)

    return {key for key, tree in enumerate(trees) if holds(tree)}


def naive(trees: Sequence[Node], papers: Sequence[Paper]) -> Hits:
    """A regular expression a keyword, as bots do it; without stems, the word as its family begins."""
    patterns: dict[str, re.Pattern[str]] = {}

    def holds(node: Node, text: str) -> bool:
        match node:
            case And(parts):
                return all(holds(part, text) for part in parts)
            case Or(parts):
                return any(holds(part, text) for part in parts)
            case Not(part):
                return not holds(part, text)
            case Word(word):
                if word not in patterns:
                    patterns[word] = re.compile(rf"\b{re.escape(family(word))}\w*", re.IGNORECASE)
                return patterns[word].search(text) is not None
        raise AssertionError(node)

    for tree in trees:
        holds(tree, "")
    return [
        {key for key, tree in enumerate(trees) if holds(tree, f"{paper.title}. {paper.abstract}")} for paper in papers
    ]


def fts5(trees: Sequence[Node], papers: Sequence[Paper]) -> Hits:
    """A full-text index of the batch, and one MATCH a rule."""
    database = sqlite3.connect(":memory:")
    database.execute("CREATE VIRTUAL TABLE paper USING fts5(words, tokenize='porter unicode61')")
    database.executemany(
        "INSERT INTO paper(rowid, words) VALUES (?, ?)",
        [(place, f"{paper.title}. {paper.abstract}") for place, paper in enumerate(papers)],
    )
    hits: Hits = [set() for _ in papers]
    for key, tree in enumerate(trees):
        for (place,) in database.execute("SELECT rowid FROM paper WHERE paper MATCH ?", (_match(tree),)):
            hits[place].add(key)
    return hits


def _match(node: Node) -> str:
    match node:
        case And(parts):
            wanted = " AND ".join(_match(part) for part in parts if not isinstance(part, Not))
            return f"({wanted}{''.join(f' NOT {_match(part.part)}' for part in parts if isinstance(part, Not))})"
        case Or(parts):
            return f"({' OR '.join(_match(part) for part in parts)})"
        case Word(text):
            return f'"{text}"'
    raise AssertionError(node)


def _query(node: Node, queries: Any) -> Any:
    match node:
        case And(parts):
            return queries.from_and([_query(part, queries) for part in parts])
        case Or(parts):
            return queries.from_or([_query(part, queries) for part in parts])
        case Not(part):
            return queries.from_not(_query(part, queries))
        case Word(text):
            return queries.from_kv("w", family(text))
    raise AssertionError(node)


def mokaccino(trees: Sequence[Node]) -> tuple[Callable[[Sequence[Paper]], Hits], float]:
    """The percolator from PyPI, on word families."""
    from mokaccino import Document, Percolator, Query  # only in the bench group

    start = time.perf_counter()
    percolator = Percolator()
    for tree in trees:
        percolator.add_query(_query(tree, Query))
    spent = time.perf_counter() - start

    known: dict[str, set[str]] = {}

    def families(chunk: str) -> set[str]:
        return {token.family for token in tokens(chunk)}

    def ask(papers: Sequence[Paper]) -> Hits:
        hits = []
        for paper in papers:
            document, words = Document(), set[str]()
            for chunk in cleaned(f"{paper.title} {paper.abstract}").split():
                words.update(known[chunk] if chunk in known else known.setdefault(chunk, families(chunk)))
            for word in words - STOPS:
                document.add_value("w", word)
            hits.append(set(percolator.percolate_list(document)))
        return hits

    return ask, spent


def fanned_out(path: Path) -> dict[str, Any]:
    """A million subscriptions to 20,000 different rules, beside 20,000: what one more subscriber of a match costs."""
    papers = load(path)
    lines = [compiled(parse(text)) for text in Source(papers).rules(20_000)]
    spent, counts = [], []
    for copies in (1, 50):
        engine = Engine()
        engine.load((key, lines[key % len(lines)]) for key in range(len(lines) * copies))
        hit = [(*engine.rules(papers[n : n + 64], {}), 64) for n in range(0, 640, 64)]
        fan = engine.fanout.of
        counts.append(sum(len(keys) for one in hit for keys in fan(*one)))
        spent.append(min(seconds(lambda: [fan(*one) for one in hit]) for _ in range(20)))  # noqa: B023
    return {
        "ns an extra subscriber": (spent[1] - spent[0]) / (counts[1] - counts[0]) * 1e9,
        "subscriptions hit": counts,
    }


def seconds(work: Callable[[], Any]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def memory() -> float:
    """Megabytes this process holds."""
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[1])
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return pages * resource.getpagesize() / 1e6


if __name__ == "__main__":
    main()
