"""The engine's arrays beside the plain Python they stand for."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.rules.arrays import Codes, Links, Lists, Maybe, different, first_of_each, lit, ones, spread, where
from bot.rules.chunks import Chunks
from bot.rules.fold import cleaned, folded, folded_all, tokens
from bot.rules.forms import VARIANTS, Forms, digest, digests, lasts
from bot.rules.lights import GAPS

LONG = st.integers(0, 2**64 - 1)
ODD = st.text(
    st.sampled_from("ab Cc\t\n\x0b\x1c\x85\xa0\u2003\u00e9\U0001f600\ud800+#.,;:)('’s-–~_0123456789\x00\\"), max_size=90
)


@given(st.dictionaries(LONG, st.integers(0, 2**31 - 1), max_size=60), st.lists(LONG, max_size=20))
def test_a_table_of_codes_answers_like_a_dict(pairs: dict[int, int], others: list[int]) -> None:
    table = Codes()
    for code, value in pairs.items():
        table.put(code, value)
    asked = [*pairs, *others]
    expected = [pairs.get(code, -1) for code in asked]
    assert [table.get(code) for code in asked] == expected
    assert table.of(np.array(asked, np.uint64)).tolist() == expected
    assert len(table) == len(pairs)


def test_codes_that_fall_on_one_place_are_told_apart_however_many() -> None:
    """Neighbours, equal low bits and 50,000 of them: the table grows and loses none."""
    table, codes = Codes(), np.arange(50_000, dtype=np.uint64) << np.uint64(40)
    for n in range(30_100):
        table.put(int(codes[n]), n)
    assert table.of(codes).tolist() == [*range(30_100), *[-1] * 19_900]


@given(st.lists(LONG, max_size=12))
def test_the_ones_of_many_rows_are_given_bit_by_bit(rows: list[int]) -> None:
    places, numbers = ones(np.array(rows, np.uint64))
    expected = [(place, bit) for bit in range(64) for place, row in enumerate(rows) if row >> bit & 1]
    assert list(zip(places.tolist(), numbers.tolist(), strict=True)) == expected
    assert lit(np.array(rows, np.uint64)).tolist() == [place for place, row in enumerate(rows) if row]


@given(st.lists(st.lists(st.integers(0, 9), max_size=4), max_size=9), st.lists(st.integers(0, 8), max_size=9))
def test_slices_and_lists_are_read_end_to_end(lists: list[list[int]], asked: list[int]) -> None:
    kept = Lists()
    for number, own in enumerate(lists):
        kept.put(number, own)
    assert [kept.get(number) for number in range(9)] == (lists + [[]] * 9)[:9]
    which, items = kept.of(np.array(asked, np.int32))
    flat = [(n, item) for n, number in enumerate(asked) if number < len(lists) for item in lists[number]]
    assert list(zip(which.tolist(), items.tolist(), strict=True)) == flat
    starts, sizes = np.array(asked, np.int64), np.array([n % 3 for n in asked], np.int64)
    assert spread(starts, sizes).tolist() == [n + k for n in asked for k in range(n % 3)]
    assert sorted(np.array(asked, np.int64)[first_of_each(np.array(asked, np.int64))].tolist()) == sorted(set(asked))
    assert where(np.array(asked) > 4).tolist() == [place for place, n in enumerate(asked) if n > 4]


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 9)), max_size=9), st.lists(st.integers(0, 9), max_size=5))
def test_what_belongs_to_numbers_is_found_for_each_of_them(pairs: list[tuple[int, int]], asked: list[int]) -> None:
    numbers, items = np.array(pairs, np.int64).reshape(-1, 2).T
    places, found = Links(numbers, items, 6).of(np.array(asked, np.int64))
    expected = [(place, item) for place, number in enumerate(asked) for own, item in pairs if own == number]
    assert list(zip(places.tolist(), found.tolist(), strict=True)) == expected


@given(st.lists(st.integers(0, 20), max_size=30))
def test_of_equal_numbers_one_is_left(numbers: list[int]) -> None:
    left = different(np.array(numbers, np.int64), np.full(21, 7, np.int32)).tolist()
    assert sorted(left) == sorted(set(numbers))


def test_a_set_that_may_err_never_says_no_to_a_member() -> None:
    maybe = Maybe(8)
    maybe.add(2**63 + 5)
    maybe.add_all(np.arange(20, dtype=np.uint64))
    assert all(map(maybe.has, [2**63 + 5, *range(20)]))
    assert maybe.among(np.array([2**63 + 5, 3], np.uint64)).all()
    assert not all(map(maybe.has, range(1000, 2000)))


@settings(deadline=None)
@given(st.lists(st.lists(ODD, min_size=1, max_size=4), min_size=1, max_size=4))
def test_texts_read_together_are_the_words_of_each(batches: list[list[str]]) -> None:
    """Whatever blanks, signs and letters they have, and whether their chunks are new or not."""
    forms = Forms()
    chunks = Chunks(forms)
    for texts in [*batches, *batches]:
        words, text_of, gaps = chunks.read([cleaned(text) for text in texts])
        expected = [(number, token) for number, text in enumerate(texts) for token in tokens(text)]
        assert text_of.tolist() == [number for number, _ in expected]
        assert [forms.low[word] for word in words.tolist()] == [token.low for _, token in expected]
        first = [place for place, number in enumerate(text_of.tolist()) if number not in text_of[:place].tolist()]
        hang = [0 if place in first else GAPS.index(token.gap) for place, (_, token) in enumerate(expected)]
        assert gaps.tolist() == hang


SPELT = ["Quantisation", "LLMs", "moE", "2024", "x2", "2d", "a", "β", "Résumé", "it's", "tokenized", "GPT4s", "q" * 65]


@given(st.lists(st.sampled_from(SPELT) | st.from_regex(r"[^\W_]{1,9}", fullmatch=True), max_size=9))
def test_words_folded_together_are_those_folded_one_by_one(words: list[str]) -> None:
    assert list(zip(*folded_all(words), strict=True)) == [folded(word) for word in words]


def test_chunks_are_forgotten_when_there_are_too_many_or_too_long_ones() -> None:
    chunks = Chunks(Forms())
    chunks.MOST = 10
    texts = [" ".join(f"word{n}x{k} é{k}/a" for k in range(8)) for n in range(5)] + [f"{'x/' * 900}y", "a b"]
    first = [chunks.read([text])[0].tolist() for text in texts]
    assert len(chunks) <= 16
    assert len(chunks.many) <= 16
    assert [chunks.read([text])[0].tolist() for text in texts] == first


@given(st.lists(st.text(max_size=9), max_size=6))
def test_digests_of_many_are_those_of_each(texts: list[str]) -> None:
    assert digests(texts).tolist() == [digest(text) for text in texts]


def test_a_familys_endings_are_cut_by_number_as_by_text() -> None:
    """What the arrays hold of each family is the digest of each way it may end a longer word."""
    forms = Forms()
    for word in ("model", "memori", "iter", "attent", "formal", "x", "national", "abl", "variat"):
        forms.family_number(word)
    forms.settle()
    for number, name in enumerate(forms.names):
        ends = lasts(name)
        assert len(ends) <= VARIANTS
        assert forms.tails[: len(ends), number].tolist() == [digest(end) for end in ends]
        assert forms.tail_sizes[:, number].tolist() == [*map(len, ends), *[-1] * (VARIANTS - len(ends))]
