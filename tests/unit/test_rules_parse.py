"""What a rule's words mean as a value, how it is written, and what is refused where."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import RuleError
from bot.rules import Rule, describe, parse, write

WRITTEN = [
    ("transformers quantization -survey", "quantization transformers -survey"),
    ("Transformers AND Quantization NOT survey", "quantization transformers -survey"),
    ("transformers & quantization", "quantization transformers"),
    ("a b OR c", "(a b) OR c"),
    ("a or b, c | d", "a OR b OR c OR d"),
    ("a (b or c)", "a (b OR c)"),
    ("a,,b,", "a OR b"),
    ("-(a OR b) c", "c -a -b"),
    ("-(a b) c", "c -(a b)"),
    ("--a c", "c -a"),
    ("NOT NOT a", "a"),
    ('"state space" models', '"state space" models'),
    ('"transformers"', "transformers"),
    ('"or"', '"or"'),
    ("fine-tuning", '"fine tuning"'),
    ("quantiz*", "quantiz*"),
    ('"language mod*"', '"language mod*"'),
    ('="A*"', '="A*"'),
    ("=LoRA", '="LoRA"'),
    ("title:(survey OR review)", "title:review OR title:survey"),
    ("ti:survey kw:agents by:ann", "keyword:agents submitter:ann title:survey"),
    ("title: survey", "title:survey"),
    ('au:"Dao, T."', 'author:"t dao"'),
    ("cat:cs.cl", "category:cs.CL"),
    ("cat:cs.*", "category:cs.*"),
    ("cat:cs", "category:cs.*"),
    ("cat:hep-th", "category:hep-th"),
    ("votes:20", "votes:>=20"),
    ("votes>=20", "votes:>=20"),
    ("votes:≥20 comments: > 5", "comments:>5 votes:>=20"),
    ("has:code on:cross top:10", "has:code on:cross top:10"),
    ("llm llms LLMs LLM", "LLM"),
    ("moe", "MoE"),
    ("SAM", "SAM"),
    ("DEEP LEARNING", "deep learning"),
    ("C++ C#", "c# c++"),
    ("GPT-4.5", '"GPT 4.5"'),
    ("“state space” –survey", '"state space" -survey'),
    ("«state space»", '"state space"'),
    ("ｍａｍｂａ", "mamba"),
    ("‘state space’ -survey", '"state space" -survey'),
    ("title:'state space'", 'title:"state space"'),
    ("authors' 'mamba' don't", "authors don't mamba"),
    ("a + b", "a b"),
    ("(a)+ b +", "a b"),
    ("title：survey", "title:survey"),
    ("votes:&gt;=20", "votes:>=20"),
    ("<https://cs.cl|mamba>", "mamba"),
    ('Schr\\"odinger', "schrödinger"),
    ("Schro\u0308dinger", "schrödinger"),
]


@pytest.mark.parametrize(("text", "written"), WRITTEN)
def test_a_rule_is_written_in_canonical_words_that_read_back_the_same(text: str, written: str) -> None:
    rule = parse(text)
    assert write(rule) == written
    assert parse(written) == rule


REFUSED = [
    ("", 0, "empty"),
    ("   ", 0, "empty"),
    ("a OR", 2, "OR needs a word"),
    ("OR a", 0, "OR needs a word"),
    ("a AND", 2, "AND needs a word"),
    ("NOT", 0, "exclusion"),
    ("(a", 0, "not closed"),
    ("a)", 1, "closes nothing"),
    ("()", 0, "nothing in these parentheses"),
    ('a "b', 2, "quote is not closed"),
    ("-a", 0, "exclusions alone"),
    ("a OR -b", 5, "exclusion alone"),
    ("a -a", 0, "never match"),
    ("model -models", 0, "never match"),
    ("cateory:cs.CL", 0, "did you mean category:?"),
    ("x qqqq:y", 2, "There are title:"),
    ("title:(author:x)", 7, "inside title:"),
    ("title:", 0, "needs a word"),
    ("mode:daily", 0, "option"),
    ("/quant.*/", 0, "Regular expressions"),
    ("a / b", 2, "slash stands alone"),
    ("a fromat:card", 2, "no option called fromat, did you mean format:?"),
    ("a limit:5", 2, "did you mean max:?"),
    ("<@U012ABCDEF> a", 0, "mention"),
    ("a <#C012ABCDEF>", 2, "mention"),
    ("<@!123456789012345678> a", 0, "mention"),
    ("https://arxiv.org/abs/1", 0, "link"),
    ("a - b", 2, "dash stands alone"),
    ("a –", 2, "dash stands alone"),
    ("qu*nt", 0, "star"),
    ("*former", 0, "star"),
    ("a*", 0, "too short"),
    ("cs.CL", 0, "did you mean category:cs.CL?"),
    ("votes:many", 0, "number"),
    ("has:fun", 4, "code"),
    ("on:monday", 3, "revised"),
    ("top:0", 4, "1 to"),
    ("top:many", 4, "1 to"),
    ("😀", 0, "no word"),
    ("\ud800", 0, "empty"),
    ("a &gt; b", 2, "no word"),
    ('=""', 0, "exact form"),
]


@pytest.mark.parametrize(("text", "start", "said"), REFUSED)
def test_what_cannot_be_read_is_refused_at_its_place(text: str, start: int, said: str) -> None:
    with pytest.raises(RuleError) as wrong:
        parse(text)
    assert said in str(wrong.value)
    assert wrong.value.start == start
    assert wrong.value.text == text


LONGEST = [
    " ".join(f"transformer{n:02}x" for n in range(31)) + " " + "q" * 35,
    " OR ".join(f'"large language model{n:02}"' for n in range(17)) + " OR " + "q" * 24,
    "(" * 19 + "a" + ")" * 19 + " word" * 92 + "s",
]


@pytest.mark.parametrize("text", LONGEST)
def test_a_rule_of_exactly_500_characters_is_read_and_one_more_is_too_many(text: str) -> None:
    """How long it takes `tests.bench.match` shows."""
    assert len(text) == 500
    rule = parse(text)
    assert parse(write(rule)) == rule
    with pytest.raises(RuleError, match="500"):
        parse(f"{text}s")


@pytest.mark.parametrize(
    "text",
    [
        "x" * 501,
        " ".join(f"w{n}" for n in range(51)),
        "(" * 21 + "a" + ")" * 21,
        " ".join(f"ab:w{n:04}" for n in range(48)),
    ],
)
def test_a_rule_beyond_its_limits_is_refused(text: str) -> None:
    with pytest.raises(RuleError):
        parse(text)


def said(text: str) -> str:
    return "".join(f"**{s.text}**" if s.style == "strong" else s.text for s in describe(parse(text)))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (
            "transformers quantization -survey",
            "papers that mention **quantization** and **transformers**, but not **survey**",
        ),
        ("a OR b OR c", "papers that mention **a**, **b** or **c**"),
        ("x (a OR b)", "papers that mention (**a** or **b**) and **x**"),
        ("title:survey cat:cs.CL", "papers that mention **survey** in the title, in **cs.CL**"),
        ("LLM", "papers that mention **LLM** (large language model)"),
        ("votes:>=20 has:code", "papers with **code** and with **at least 20** votes"),
        ('au:"tri dao" OR mamba', "papers by **Tri Dao**; or papers that mention **mamba**"),
        ("top:10", "papers among the day's **top 10**"),
        ("mamba on:cross", "papers that mention **mamba**, **cross-listed from another category**"),
    ],
)
def test_a_rule_says_what_it_means(text: str, words: str) -> None:
    assert said(text) == words


ATOMS = st.sampled_from(
    [*(row[0] for row in WRITTEN if " " not in row[0] and '"' not in row[0] and "," not in row[0]), '"a b"']
)


@given(st.lists(ATOMS, min_size=1, max_size=6), st.sampled_from([" ", " OR ", ", ", " | "]), st.randoms())
def test_neither_order_nor_case_of_words_matter(atoms: list[str], between: str, random: object) -> None:
    backwards = between.join(reversed(atoms))
    assert parse(between.join(atoms)) == parse(backwards)
    assert write(parse(backwards)) == write(parse(between.join(atoms)))


@given(st.text(max_size=80) | st.text(alphabet='ab -"()|,*:=/&<>ORNTtitle\\', max_size=60))
def test_no_input_raises_anything_but_the_rule_error(text: str) -> None:
    rule, wrong = attempt(text)
    if rule is None:
        assert wrong is not None
        assert wrong.caret()
        assert 0 <= wrong.start <= wrong.end <= max(1, len(text))
    else:
        assert parse(write(rule)) == rule
        assert write(parse(write(rule))) == write(rule)
        assert describe(rule)


def attempt(text: str) -> tuple[Rule | None, RuleError | None]:
    try:
        return parse(text), None
    except RuleError as error:
        return None, error
