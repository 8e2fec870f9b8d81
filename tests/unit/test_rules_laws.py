"""The laws of the rule language, over rules and papers made of words that like to be mistaken for each other."""

import contextlib
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.errors import RuleError
from bot.model import Announce, Paper, Signals
from bot.rules import Engine, Rule, compiled, explain, parse, write

_WORDS = (
    "fine tuning finetuning tuned data set dataset large language model models LLM LLMs llm RAG retrieval "
    "augmented generation multi modal multimodal x ray xray GPT 4 GPT4 in formal informal reinforcement "
    "learning RL AI XAI explainable quantisation quantization MoE mixture of experts pre-trained pretraining "
    "low rank lowrank adaptation LoRA Schrödinger 2.5times C++ survey "
)
WORDS = st.sampled_from(_WORDS.split())
GAPS = st.sampled_from([" "] * 8 + ["-", "-", ", ", " (", "/", " – ", ". ", "", "~"])
TEXTS = st.lists(st.tuples(WORDS, GAPS), max_size=18).map(lambda parts: "".join(word + gap for word, gap in parts))
FIELDS = st.sampled_from(["", "", "", "", "title:", "abs:", "kw:", "org:"])
_FACTS = "votes:>=5 votes:<5 comments:>2 has:code on:cross on:new on:revised top:2 cat:cs.CL cat:cs.* au:dao"
FACTS = st.sampled_from(_FACTS.split())
PHRASES = st.lists(WORDS, min_size=2, max_size=4).map(lambda words: f'"{" ".join(words)}"')
STARTS = st.sampled_from(["quanti*", "fine*", "finet*", "multi*", "la*", "pretra*", '"language mod*"', '="LLM"'])
LEAVES = st.one_of(
    st.tuples(FIELDS, WORDS).map("".join),
    st.tuples(FIELDS, PHRASES).map("".join),
    st.tuples(FIELDS, STARTS).map("".join),
    FACTS,
)


def grown(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    several = st.lists(inner, min_size=2, max_size=4)
    return st.one_of(
        several.map(lambda parts: f"({' '.join(parts)})"),
        several.map(lambda parts: f"({' OR '.join(parts)})"),
        st.tuples(inner, inner).map(lambda pair: f"({pair[0]} -{pair[1]})"),
    )


def readable(text: str) -> Rule | None:
    try:
        return parse(text)
    except RuleError:
        return None


RULES = st.recursive(LEAVES, grown, max_leaves=8).filter(lambda text: readable(text) is not None)
KINDS: list[Announce] = ["new", "new", "new", "cross", "replace", "replace-cross"]
PAPERS = st.builds(
    lambda number, title, abstract, announce, keywords, org, votes, code, people: Paper(
        f"p{number}",
        title,
        "laws",
        abstract=abstract,
        announce=announce,
        authors=people,
        categories=("cs.CL",) if number % 2 else ("math.AP",),
        signals=Signals(upvotes=votes, comments=votes, keywords=keywords, organization=org, code_url=code),
    ),
    st.integers(0, 9),
    TEXTS,
    TEXTS,
    st.sampled_from(KINDS),
    st.lists(TEXTS, max_size=2).map(tuple),
    st.none() | TEXTS,
    st.sampled_from([None, 3, 7]),
    st.sampled_from([None, "https://example.org/code"]),
    st.sampled_from([(), ("Tri Dao",), ("Dao, T.", "Albert Gu")]),
)
_STEPS = ["load", "put", "drop", "ask", "settle"]
LAW = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])


def hit(text: str, paper: Paper) -> bool:
    return explain(parse(text), paper).hit


@LAW
@given(RULES)
def test_a_rule_written_out_reads_back_the_same(text: str) -> None:
    rule = parse(text)
    assert parse(write(rule)) == rule
    assert write(parse(write(rule))) == write(rule)


@LAW
@given(st.lists(RULES, min_size=2, max_size=4), PAPERS)
def test_order_never_matters(parts: list[str], paper: Paper) -> None:
    one, other = readable(" ".join(parts)), readable(" ".join(reversed(parts)))
    assert one == other
    assert one is None or explain(one, paper) == explain(parse(" ".join(reversed(parts))), paper)


@LAW
@given(RULES, RULES, PAPERS)
def test_an_exclusion_never_adds_a_match(text: str, excluded: str, paper: Paper) -> None:
    if readable(f"({text}) -({excluded})") is not None:
        assert hit(text, paper) or not hit(f"({text}) -({excluded})", paper)


@LAW
@given(RULES, RULES, PAPERS)
def test_or_never_removes_a_match(text: str, other: str, paper: Paper) -> None:
    assert not hit(text, paper) or hit(f"({text}) OR ({other})", paper)


@LAW
@given(RULES, PAPERS)
def test_a_hit_has_a_reason_and_a_miss_has_a_missing_term(text: str, paper: Paper) -> None:
    found = explain(parse(text), paper)
    assert found.reasons if found.hit else found.missing
    assert found.hit or found.near


def engine_of(rules: list[Rule], add: Callable[[Engine, list[Rule]], None]) -> Engine:
    engine = Engine()
    add(engine, rules)
    return engine


def one_by_one(engine: Engine, rules: list[Rule]) -> None:
    for key, rule in enumerate(rules):
        engine.add(key, rule)


def at_once(engine: Engine, rules: list[Rule]) -> None:
    engine.load((key, compiled(rule)) for key, rule in enumerate(rules))


@pytest.mark.parametrize("add", [one_by_one, at_once])
@LAW
@given(texts=st.lists(RULES, min_size=1, max_size=12), papers=st.lists(PAPERS, min_size=1, max_size=5), data=st.data())
def test_the_engine_finds_exactly_what_explain_calls_a_hit(
    add: Callable[[Engine, list[Rule]], None], texts: list[str], papers: list[Paper], data: st.DataObject
) -> None:
    rules = [parse(text) for text in texts]
    ranks = {f"p{number}": number for number in range(0, 10, 3)}
    engine = engine_of(rules, add)
    gone = data.draw(st.integers(-1, len(rules) - 1))
    engine.match(papers[:1])
    engine.remove(gone)
    expected = [
        [key for key, rule in enumerate(rules) if key != gone and explain(rule, paper, ranks=ranks).hit]
        for paper in papers
    ]
    assert engine.match(papers, ranks) == expected
    assert len(engine) == len(rules) - (gone >= 0)


@LAW
@given(
    texts=st.lists(RULES, min_size=1, max_size=10),
    papers=st.lists(PAPERS, min_size=1, max_size=4),
    steps=st.lists(
        st.tuples(st.sampled_from(["load", "put", "drop", "ask", "settle"]), st.integers(0, 19)), max_size=12
    ),
)
def test_rules_that_come_and_go_are_found_as_long_as_they_are_there(
    texts: list[str], papers: list[Paper], steps: list[tuple[str, int]]
) -> None:
    """Loads, additions, changes and removals in any order, with papers read and arrays settled between them."""
    rules, engine, there = [parse(text) for text in texts], Engine(), dict[int, Rule]()
    for step, key in steps:
        rule = rules[key % len(rules)]
        if step == "load" and key not in there:
            engine.load([(key, compiled(rule))])
            there[key] = rule
        elif step == "put":
            engine.add(key, rule)
            there[key] = rule
        elif step == "drop":
            engine.remove(key)
            there.pop(key, None)
        elif step == "settle":
            engine.ways.settle()
        else:
            engine.match(papers[:1])
    found = [[key for key in sorted(there) if explain(there[key], paper).hit] for paper in papers]
    assert engine.match(papers) == found
    assert [engine.match([paper])[0] for paper in papers] == found
    assert len(engine) == len(there)


@pytest.mark.parametrize(
    "text",
    [
        ("(" * 19 + "a" + ")" * 19 + " " + "word " * 92)[:500],
        ("(" * 21 + "a" + ")" * 21 + " " + "word " * 90)[:500],
        ("&amp;" * 100)[:499] + "a",
        '"' + "long phrase " * 41 + '"',
        "\\" * 250 + '{\\"' * 80 + "a",
        " OR ".join(f"t{n}" for n in range(49)),
        "-" * 499 + "a",
        "(" * 500,
        "a*" * 250,
        "\ud800" * 500,
    ],
)
def test_a_long_and_twisted_rule_is_read_or_refused_at_a_place(text: str) -> None:
    with contextlib.suppress(RuleError):
        assert parse(write(parse(text))) == parse(text)
    with pytest.raises(RuleError) as wrong:
        parse(f"{text} (")
    assert 0 <= wrong.value.start <= len(text) + 2
