"""What real papers hold (the last section of our facts), and the laws of plain text."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.sources import plain
from bot.sources.text import LONGEST, shortened
from bot.sources.visible import MARKS, visible

REAL = [
    (r"48.4\%", "48.4%"),
    ("models~(LLMs)", "models (LLMs)"),
    ("~350K of Gemini~2.5~Pro, 2~3 times", "~350K of Gemini 2.5 Pro, 2~3 times"),
    (r"\eg, our \proj is", "e.g., our proj is"),
    ("the ``memory wall''", 'the "memory wall"'),
    ("\"unlearn'' it", '"unlearn" it'),
    ("a `word' and `code`", "a 'word' and `code`"),
    ("O(N^2)", "O(N^2)"),
    ("$O(N^2)$ in $10^{-3}$ s", "O(N²) in 10⁻³ s"),
    (r"\url{https://a.example/b_c~d%20e}", "https://a.example/b_c~d%20e"),
    (r"\href{https://a.example/b\_c}{the code}", "the code (https://a.example/b_c)"),
    ("at https://a.example/W{this page}.", "at https://a.example/W (this page)."),
    (r"Schr\"odinger, S\o ren, Erd\H{o}s, \'{\i}, \v{S}, \c{c}", "Schrödinger, Søren, Erdős, í, Š, ç"),
    ("2.5times faster, 5 times", "2.5× faster, 5 times"),
    ("256*256 and 512*512", "256*256 and 512*512"),
    ("A* search", "A* search"),
    ("from <4.3% of all to >35%", "from <4.3% of all to >35%"),
    ("our webpage.https://a.example/x.", "our webpage. https://a.example/x."),
    ("(see https://a.example/x)", "(see https://a.example/x)"),
    ("code at:https://a.example", "code at: https://a.example"),
    ("an archive https://a.example/https://b.example", "an archive https://a.example/https://b.example"),
    ("State Space Models(SSMs)", "State Space Models (SSMs)"),
    ("exp(Ax) and f(X)", "exp(Ax) and f(X)"),
    ("Two\n  lines", "Two lines"),
    (r"$\sqrt{s_{NN}}=200$ GeV, $2.6&lt;\eta&lt;4$", "√(s_NN)=200 GeV, 2.6<η<4"),
    (r"$\frac{1}{H_n}$ over $\mathbb{R}^d$ and $\tilde{O}(n\log n)$", "1/H_n over ℝ^d and Õ(n log n)"),
    (r"$\{0,1\}^n$ and {0,1}", "{0,1}ⁿ and {0,1}"),
    ("{BERT}, {B}ayes, 3{,}000, $11{,}195$", "BERT, Bayes, 3,000, 11,195"),
    (r"{\em old} and {bf stripped} textbf{words}", "old and stripped words"),
    (r"\emph{it is} \textbf{\$38.50} ($7.5\times$ less)", "it is $38.50 (7.5× less)"),
    ("costs $5 and $10 more", "costs $5 and $10 more"),
    ("from $5-$10", "from $5-$10"),
    ("up to $+$5.03", "up to +5.03"),
    (r"$\sim$10, $a\leq b$, x$\leq$5", "~10, a ≤ b, x≤5"),
    (r"\(x_1\) and \[y\]", "x₁ and y"),
    ("CPU--GPU with --flag", "CPU–GPU with --flag"),
    ("vip1{Delta} at 5{degrees}C", "vip1Δ at 5°C"),
    ("<p>One</p><p>two</p> CO<sub>2</sub>", "One two CO₂"),
    ("tokens <s> and </think> and <eos>", "tokens <s> and </think> and <eos>"),
    ("if a <b and c> d", "if a <b and c> d"),
    ("<style>p{}</style>x<script>alert(1)</script><!-- y -->z", "x z"),
    ("XSS by <script> tags", "XSS by tags"),
    ("<jats:p>Told</jats:p>", "Told"),
    ("&lt;b&gt; &amp;lt; &nbsp;AT&T ?a=1&lang=en", "<b> &lt; AT&T ?a=1&lang=en"),
    (r"as shown \cite{a,b}. Then \ref{c}", "as shown. Then"),
    (r"a\footnote{An aside.}", "a (An aside.)"),
    (r"$\theta^{(i)}$ and $2^{(a)(b)}$", "θ^(i) and 2^((a)(b))"),
    (r"M\textsuperscript{4}Fuse, T$^2$PO, 360$^\circ$", "M⁴Fuse, T²PO, 360°"),
    (r"\ECUAS{n} by \ModelNameL and \tit{wrapped}", "ECUASn by ModelNameL and wrapped"),
]


@pytest.mark.parametrize(("markup", "text"), REAL, ids=[markup[:30] for markup, _ in REAL])
def test_real_papers_come_out_readable(markup: str, text: str) -> None:
    """Each remnant that was counted in real titles and abstracts becomes what a person would write."""
    assert plain(markup) == text


@pytest.mark.parametrize(("markup", "text"), REAL, ids=[markup[:30] for markup, _ in REAL])
def test_plain_text_stays_as_it_is(markup: str, text: str) -> None:
    """What is plain already does not change again, but for an entity that was escaped twice on purpose."""
    assert plain(text) == text or "&lt;" in text


@pytest.mark.parametrize(
    "hidden",
    [
        "\x00",
        "\ud800",
        "\u202e",
        "\u2066",
        "\u2069",
        "\u200b",
        "\ufeff",
        "\u00ad",
        "\u200f",
        "\U000e0041",
        "\x1b",
        "\x7f",
        "\ufffe",
    ],
)
def test_what_cannot_be_seen_is_gone(hidden: str) -> None:
    """NULs, lone surrogates, direction overrides, zero-width and other control characters do not come through."""
    assert plain(f"a{hidden}b") == "ab"


def test_a_flood_of_marks_is_bounded() -> None:
    """A thousand combining marks on one letter become as many as a letter can need."""
    text = plain("a" + "\u0315\u0300" * 500 + "b")
    assert sum(unicodedata.combining(c) > 0 for c in text) <= MARKS
    assert text.endswith("b")


def test_ordinary_scripts_keep_their_marks() -> None:
    """Vietnamese, Hindi, Persian joiners and emoji families are left alone."""
    for text in ("tiếng Việt", "हिन्दी में", "می‌خواهم", "👩‍💻 team", "東京大学"):
        assert plain(text) == unicodedata.normalize("NFC", text)


def test_styled_letters_become_letters() -> None:
    """Titles in mathematical bold can be searched like any other."""
    assert plain("𝐁𝐨𝐥𝐝 eﬀect") == "Bold effect"


@pytest.mark.parametrize(
    "piece",
    [
        "<",
        "<a ",
        "<!--",
        "<script>",
        "&",
        "&lt;",
        "\\",
        "\\frac",
        "{",
        "${",
        "$",
        "$x$",
        "^{",
        "`",
        "''",
        "\\bar{",
        "\u0301",
        "\\(",
    ],
)
def test_hostile_repetition_is_read_and_bounded(piece: str) -> None:
    """A hundred thousand characters of one construct end, without an error, in text of at most twice the length."""
    assert len(plain(piece * (100_000 // len(piece)))) <= 200_000


def test_only_so_much_is_read() -> None:
    """A text of more than a million characters is cut."""
    assert len(plain("x" * (LONGEST + 50))) == LONGEST


WORDS = st.text(alphabet=st.sampled_from("ab Z9.$\\{}^_~`'\"<>&;#-()[]/:%*é\u0301\u202e\x00\ud800\n"), max_size=60)
BITS = st.lists(
    st.sampled_from(
        [
            "\\frac",
            "{",
            "}",
            "$",
            "\\(",
            "\\)",
            "^",
            "_",
            "<b>",
            "</b>",
            "<!--",
            "&lt;",
            "``",
            "''",
            "~",
            "--",
            "x",
            " ",
            '\\"o',
            "https://a.b/",
        ]
    ),
    max_size=30,
).map("".join)


@given(st.one_of(st.text(), WORDS, BITS))
def test_any_text_is_one_visible_line(markup: str) -> None:
    """Whatever is sent: no error, one line, single spaces, nothing invisible, bounded length."""
    text = plain(markup)
    assert text == " ".join(text.split())
    assert not any(unicodedata.category(c) in ("Cc", "Cs", "Co", "Zl", "Zp") for c in text)
    assert not set(text) & set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200b\ufeff")
    assert len(text) <= 4 * len(markup) + 8


@given(st.text(alphabet=st.characters(blacklist_categories=["Cs"], blacklist_characters="\\${}^_~`'<>&-]")))
def test_text_without_markup_changes_only_once(text: str) -> None:
    """Reading plain text twice gives what reading it once gave."""
    assert plain(plain(text)) == plain(text)


@given(st.text())
def test_what_is_visible_stays_visible(text: str) -> None:
    """Cleaning characters twice gives what cleaning them once gave."""
    assert visible(visible(text)) == visible(text)


@given(st.text(), st.integers(min_value=2, max_value=40))
def test_shortened_text_keeps_its_bound(text: str, longest: int) -> None:
    """No more characters than asked for, and an ellipsis only where something is missing."""
    short = shortened(text, longest)
    assert len(short) <= longest
    assert short == text if len(text) <= longest else short.endswith("…")
