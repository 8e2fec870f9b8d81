"""The engine's bookkeeping: shared rules, many keys, additions after a load, and what its index lets through."""

import gc

import pytest

from bot.model import Paper
from bot.rules import Engine, compiled, explain, extend, folding, parse, plan
from bot.rules.plan import TREE

PAPERS = [Paper("a", "Mamba and zebra", "s"), Paper("b", "Zebras only", "s"), Paper("c", "nothing", "s")]


def test_equal_rules_are_asked_once_and_fanned_out_to_every_key() -> None:
    engine = Engine()
    lines = [compiled(parse("zebra")), compiled(parse("Zebra mamba")), compiled(parse("mamba AND zebra"))]
    engine.load((key, lines[key % 3]) for key in range(3000))
    mine = engine.match(PAPERS)
    assert mine[0] == list(range(3000))
    assert mine[1] == list(range(0, 3000, 3))
    assert mine[2] == []
    assert engine.ways.count == 2


def test_rules_added_and_removed_after_a_load_are_live_at_once() -> None:
    engine = Engine()
    engine.load((key, compiled(parse("zebra"))) for key in range(100))
    engine.add(500, parse("mamba"))
    engine.add(501, parse("zebra"))
    engine.remove(7)
    engine.remove(7)
    assert engine.match(PAPERS) == [[*range(7), *range(8, 100), 500, 501], [*range(7), *range(8, 100), 501], []]
    assert len(engine) == 101


def test_a_rule_that_nobody_wants_any_more_can_be_wanted_again() -> None:
    engine = Engine()
    for _ in range(3):
        engine.add(1, parse("(zebra mamba) OR quagga"))
        assert engine.match(PAPERS) == [[1], [], []]
        engine.remove(1)
        assert engine.match(PAPERS) == [[], [], []]
    engine.load([(1, compiled(parse("zebra")))])
    engine.remove(1)
    engine.load([(2, compiled(parse("zebra")))])
    assert engine.match(PAPERS) == [[2], [2], []]


def test_thousands_of_additions_settle_without_losing_any() -> None:
    engine = Engine()
    for key in range(9000):
        engine.add(key, parse(f"zebra -x{key % 4500}"))
        if key == 8000:
            assert len(engine.match(PAPERS)[1]) == 8001
    assert engine.match(PAPERS) == [list(range(9000)), list(range(9000)), []]


@pytest.mark.parametrize(
    "rule", ["(a OR (b c)) d", "a b c d e f", "a -(b c)", "large language model pruning", "a -b -c -d"]
)
def test_rules_that_fit_no_row_are_kept_as_trees_and_found_all_the_same(rule: str) -> None:
    line = compiled(parse(rule))
    assert line.startswith(TREE)
    engine = Engine()
    engine.load([(1, line)])
    assert engine.match([Paper("x", "a b d e f LLM pruning of c", "s")]) == [
        [1] if rule != "a -(b c)" and rule != "a -b -c -d" else []
    ]


def test_only_rules_whose_rarest_term_is_there_are_looked_at() -> None:
    engine = Engine()
    for key in range(500):
        engine.add(key, parse(f"model rare{key}"))
    engine.match([Paper("x", "a model with rare7", "s")])
    assert engine.looked_at == 1


def test_of_two_rare_terms_both_must_be_there_to_look_at_a_rule() -> None:
    engine = Engine()
    engine.load((key, compiled(parse(f"zebra quagga{key} model"))) for key in range(500))
    engine.match([Paper("x", "zebra quagga7", "s"), Paper("y", "zebra model", "s")])
    assert engine.looked_at == 1


@pytest.mark.parametrize(
    ("rule", "text"),
    [
        ('"RLVR converts"', "RL with verifiable rewards converts"),  # an acronym inside another's expansion
        ('"tan tan"', "the tantan effect"),  # one word that holds a word twice
        ("(fine tuning) OR (quick brown fox dog cow)", "finetuning methods"),  # a tree, by one word that holds two
        ('"language models" "language model"', "A language model"),  # two spellings of one phrase
    ],
)
def test_what_is_hard_to_index_is_found_as_explain_finds_it(rule: str, text: str) -> None:
    paper = Paper("x", text, "s")
    assert explain(parse(rule), paper).hit
    one, many = Engine(), Engine()
    one.add(1, parse(rule))
    many.load([(1, compiled(parse(rule))), (2, compiled(parse("zebra")))])
    assert one.match([paper]) == many.match([paper]) == [[1]]


def test_a_load_is_left_to_itself_by_the_garbage_collector() -> None:
    """Frozen after it, and the collector goes on as before."""
    before = gc.get_freeze_count()
    Engine().load((key, compiled(parse(f"zebra x{key}"))) for key in range(50))
    assert gc.get_freeze_count() > before
    assert gc.isenabled()
    gc.unfreeze()


def test_a_folding_is_named_by_all_that_lines_depend_on(monkeypatch: pytest.MonkeyPatch) -> None:
    own = folding()
    assert own == folding(extend({}))
    assert own != folding(extend({"LLM": ("something else",)}))
    monkeypatch.setattr(plan, "FORM", plan.FORM + 1)
    assert own != folding()
    monkeypatch.undo()
    monkeypatch.setattr(plan, "forms", lambda word: (word, word, ""))
    assert own != folding()


def test_more_than_64_papers_are_matched_in_order() -> None:
    engine = Engine()
    engine.add(1, parse("zebra"))
    papers = [Paper(str(n), "zebra" if n % 3 == 0 else "mamba", "s") for n in range(200)]
    assert engine.match(papers) == [[1] if n % 3 == 0 else [] for n in range(200)]
    assert engine.match([]) == []


def test_hostile_text_is_read_like_any_other() -> None:
    engine = Engine()
    engine.add(1, parse("zebra"))
    odd = [
        "zebra\x00\ud800\u202e",
        "\\" * 5000 + " zebra",
        "{\\'" * 3000 + "zebra",
        "e\u0301" * 9000,
        "zebra" * 9000,
        "",
    ]
    keys = engine.match([Paper(str(n), text, "s", abstract=text * 2) for n, text in enumerate(odd)])
    assert keys[0] == [1]
    assert keys[-1] == []
