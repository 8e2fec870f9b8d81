"""Many rules against real papers: ours beside what else there is, on one machine in one run.

    uv run --group bench python -m tests.bench.match PAPERS.jsonl.gz [--sizes 1000,10000,100000,1000000]

Prints figures and never passes or fails on them. Each size runs in a process of its own, so that memory is its own.
Beside the peers every engine is asked the same rules, as many as the size says, of the kinds that all can express
(words, alternatives, exclusions); each reads its papers itself, and has read the same papers before. Each engine's hits
are compared with those of a slow and obviously correct reading of the same words: ours with `explain`, the peers with
sets of word families. A candidate is a rule and a paper that has the rule's two rarest terms: what our index lets
through to be looked at closer. Times of matching are the processor's, so that what else runs does not count.
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
from collections.abc import Callable, Iterable, Sequence
from datetime import timedelta
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from bot.cli.progress import steps
from bot.matching import Matcher
from bot.model import Paper
from bot.rules import KNOWN, Engine, Rule, compiled, explain, folding, parse
from bot.rules.fold import STOPS, cleaned, family, tokens
from bot.rules.judge import examine
from bot.rules.reading import read
from bot.rules.tree import And, Node, Not, Or, Word
from bot.store.sqlite.file.connection import connect, writing
from bot.store.sqlite.tables import rulebook
from tests.bench.papers import load
from tests.bench.rules import PLAIN, Source

LEARNED = 1000
"""Papers counted and read before anything is measured: a bot that has run for some days."""
MEASURED = 1280
ONE_BY_ONE = 300


def main() -> None:
    words = argparse.ArgumentParser()
    words.add_argument("papers", type=Path)
    words.add_argument("--sizes", default="1000,10000,100000,1000000")
    words.add_argument("--one", type=int)
    words.add_argument("--peers", type=int)
    words.add_argument("--fanout", action="store_true")
    words.add_argument("--stored", type=Path)
    given = words.parse_args()
    if given.one:
        print(json.dumps(measured(given.papers, given.one)))
    elif given.peers:
        print(json.dumps(beside(given.papers, given.peers)))
    elif given.fanout:
        print(json.dumps(fanned_out(given.papers)))
    elif given.stored:
        print(json.dumps(loaded(given.stored)))
    else:
        report(given.papers, [int(size) for size in given.sizes.split(",")])


def report(papers: Path, sizes: Sequence[int]) -> None:
    """One process a size and kind of figure; the table at the end."""
    rows = []
    for size in sizes:
        parts = steps(f"Matching {size:,} rules", ("--one", "--peers"))
        rows.append({name: found for what in parts for name, found in _asked(papers, what, size)})
        print(json.dumps(rows[-1]), flush=True)
    names = list(dict.fromkeys(name for row in rows for name in row))
    for name in names:
        print(f"{name:58}" + "".join(f"{_shown(row.get(name)):>16}" for row in rows))
    print(json.dumps(in_a_process(papers, "--fanout")))
    print(json.dumps(stored(papers, max(sizes))))


def _asked(papers: Path, what: str, size: int) -> Iterable[tuple[str, Any]]:
    return in_a_process(papers, what, str(size)).items()


def in_a_process(papers: Path, *more: str) -> dict[str, Any]:
    command = [sys.executable, "-m", "tests.bench.match", str(papers), *more]
    answer: dict[str, Any] = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    return answer


def _shown(value: object) -> str:
    return "" if value is None else f"{value:,.4g}" if isinstance(value, float) else str(value)


def measured(path: Path, size: int) -> dict[str, Any]:
    """Our figures for so many rules of all kinds."""
    papers = load(path)
    typed = list(Source(papers).rules(size))
    start = time.perf_counter()
    lines = [compiled(parse(text)) for text in typed]
    found: dict[str, Any] = {"rules": size, "words to a compiled rule, us": (time.perf_counter() - start) / size * 1e6}
    longest = " OR ".join(f'"large language model{n:02}"' for n in range(17)) + " OR " + "q" * 24
    found["a rule of 500 characters, ms"] = seconds(lambda: parse(longest)) * 1e3
    few = [parse(text) for text in typed[:: max(1, size // 300)]]
    del typed
    return found | ours(papers, lines) | {"hits unlike explain, of pairs": checked(papers[-100:], few)}


def beside(path: Path, size: int) -> dict[str, Any]:
    """Our engine and the peers on the same rules, which all can express, and the same papers."""
    papers = load(path)
    drawn = (parse(text).tree for text in Source(papers).rules(size + size // 10, kinds=PLAIN))
    trees = list(islice(filter(is_plain, drawn), size))
    engine = Engine()
    engine.learn(papers[:LEARNED])
    engine.load((key, compiled(Rule(tree))) for key, tree in enumerate(trees))
    list(engine.hits(papers[:LEARNED]))
    right = [oracle(trees[:2000], paper) for paper in papers[LEARNED : LEARNED + 16]]
    found = timed(engine, papers[LEARNED:]) | peers(papers, trees, right)
    found = {f"beside peers: {name}": figure for name, figure in found.items()}
    for name in ("re", "fts5", "mokaccino"):
        slow = found.get(f"beside peers: {name}: ms a paper")
        for how in ("in batches", "one"):
            fast = found[f"beside peers: ours, {how}: ms a paper"]
            found[f"times faster than {name}, {how}"] = slow / fast if slow else None
    return found


def timed(engine: Engine, given: Sequence[Paper]) -> dict[str, Any]:
    """Milliseconds a paper, in batches of 64 and one at a time; each paper is new to the engine."""
    papers, alone = given[:MEASURED], given[MEASURED : MEASURED + ONE_BY_ONE]
    parts = [papers[n : n + 64] for n in range(0, len(papers), 64)]
    batches = sorted(seconds(lambda part=part: list(engine.hits(part))) / 64 for part in parts)  # type: ignore[misc]
    ones = sorted(seconds(lambda paper=paper: list(engine.hits([paper]))) for paper in alone)  # type: ignore[misc]
    return {
        "ours, in batches: ms a paper": sum(batches) / len(batches) * 1e3,
        "ours, in batches: median": batches[len(batches) // 2] * 1e3,
        "ours, in batches: worst": batches[-1] * 1e3,
        "ours, one: ms a paper": sum(ones) / len(ones) * 1e3,
        "ours, one: median": ones[len(ones) // 2] * 1e3,
        "ours, one: p99": ones[int(len(ones) * 0.99)] * 1e3,
    }


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
    found = timed(engine, papers[LEARNED:])
    engine.looked_at = 0
    hits = sum(len(keys) for keys in engine.hits(some)) / MEASURED
    looked = engine.looked_at / MEASURED
    start = time.perf_counter()
    engine.add(10**9, parse('"something quite" new'))
    live = time.perf_counter() - start
    return found | {
        "ours, the first papers ever: ms a paper": first * 1e3,
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
    """Whether a rule has only words, alternatives and exclusions; some words are acronyms."""
    match node:
        case And(parts) | Or(parts):
            return all(is_plain(part) for part in parts)
        case Not(part):
            return is_plain(part)
        case _:
            return isinstance(node, Word)


def peers(papers: Sequence[Paper], trees: list[Node], right: Hits) -> dict[str, Any]:
    """Each peer on the same rules; hits compared with sets of word families."""
    some, size = papers[LEARNED : LEARNED + 64], len(trees)
    found: dict[str, Any] = {}
    if size <= 100_000:
        found |= _timed("re", lambda few: naive(trees, few), some[: 64 if size < 10_000 else 4], right)
    found |= _timed("fts5", lambda few: fts5(trees, few), some, right)
    try:
        percolate, build, read = mokaccino(trees)
    except ImportError:
        return found
    found["mokaccino: build, s"] = build
    for paper in papers[:LEARNED]:
        read(paper)
    return found | _timed("mokaccino", percolate, some, right)


Hits = list[set[int]]


def _timed(name: str, ask: Callable[[Sequence[Paper]], Hits], papers: Sequence[Paper], right: Hits) -> dict[str, Any]:
    start = time.process_time()
    hits = ask(papers)
    spent = (time.process_time() - start) / len(papers)
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


def mokaccino(trees: Sequence[Node]) -> tuple[Callable[[Sequence[Paper]], Hits], float, Callable[[Paper], set[str]]]:
    """The percolator from PyPI, on word families: how to ask it, seconds to build it, how it reads a paper."""
    from mokaccino import Document, Percolator, Query  # only in the bench group

    start = time.process_time()
    percolator = Percolator()
    for tree in trees:
        percolator.add_query(_query(tree, Query))
    spent = time.process_time() - start

    known: dict[str, set[str]] = {}

    def families(chunk: str) -> set[str]:
        return {token.family for token in tokens(chunk)}

    def read(paper: Paper) -> set[str]:
        words = set[str]()
        for chunk in cleaned(f"{paper.title} {paper.abstract}").split():
            words.update(known[chunk] if chunk in known else known.setdefault(chunk, families(chunk)))
        return words - STOPS

    def ask(papers: Sequence[Paper]) -> Hits:
        hits = []
        for paper in papers:
            document = Document()
            for word in read(paper):
                document.add_value("w", word)
            hits.append(set(percolator.percolate_list(document)))
        return hits

    return ask, spent, read


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
        counts.append(sum(len(keys) for batch in hit for keys in fan(*batch)))
        spent.append(min(seconds(lambda: [fan(*batch) for batch in hit]) for _ in range(20)))  # noqa: B023
    return {
        "ns an extra subscriber": (spent[1] - spent[0]) / (counts[1] - counts[0]) * 1e9,
        "subscriptions hit": counts,
    }


def stored(path: Path, size: int) -> dict[str, Any]:
    """So many different rules in a store's file, loaded by a process that starts."""
    papers = load(path)
    with TemporaryDirectory() as folder:
        file = Path(folder) / "bench.db"
        db = connect(file, timedelta(seconds=5))
        rows = ((n, f"local:{n % 20_000}", text) for n, text in enumerate(Source(papers).rules(size), 1))
        with writing(db):
            db.conn.executemany(_ROW, ((*row, compiled(parse(row[2])), folding(KNOWN)) for row in rows))
            db.execute("UPDATE rulebook SET version = 1")
        db.close()
        return in_a_process(path, "--stored", str(file))


_ROW = (
    "INSERT INTO subscription (id, channel, rule, compiled, folding, creator, options, state, created) "
    "VALUES (?, ?, ?, ?, ?, 'local:ada', '{}', 'active', '')"
)


def loaded(file: Path) -> dict[str, Any]:
    """Seconds and megabytes from the file to live rules: of the engine alone, and of all that a bot keeps of them."""
    db = connect(file, timedelta(seconds=5))
    gc.collect()
    before, start = memory(), time.process_time()
    engine = Engine()
    engine.load(rulebook.lines(db, folding(KNOWN)))
    found: dict[str, Any] = {"from the store: rules": len(engine), "load, s": time.process_time() - start}
    found["memory, MB"] = memory() - before
    del engine
    start, matcher = time.process_time(), Matcher()
    matcher.follow(rulebook.rulebook(db), rulebook.compiled(db, matcher.folding, 0))
    return found | {
        "with all subscriptions: load, s": time.process_time() - start,
        "with all subscriptions: memory, MB": memory() - before,
    }


def seconds(work: Callable[[], Any]) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start


def memory() -> float:
    """Megabytes this process holds."""
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[1])
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return pages * resource.getpagesize() / 1e6


if __name__ == "__main__":
    main()
