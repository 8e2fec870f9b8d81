"""Addresses: what people write, and what may be shown of it."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import WordsWrong
from bot.sources import mask, resolve


@pytest.mark.parametrize(
    ("address", "url"),
    [
        ("arxiv:cs.CL+cs.LG", "https://rss.arxiv.org/atom/cs.CL+cs.LG"),
        ("arxiv:cs.CL, cs.LG,cs.CL", "https://rss.arxiv.org/atom/cs.CL+cs.LG"),
        ("arxiv:hep-th+cond-mat.mes-hall+math", "https://rss.arxiv.org/atom/hep-th+cond-mat.mes-hall+math"),
        ("huggingface:daily", "https://huggingface.co/api/daily_papers"),
        ("huggingface:trending", "https://huggingface.co/api/daily_papers?sort=trending"),
        ("biorxiv:Plant Biology", "https://connect.biorxiv.org/biorxiv_xml.php?subject=plant_biology"),
        ("sample:", "sample:"),
        (" https://a.example/feed?x=1 ", "https://a.example/feed?x=1"),
        ("file:///tmp/feed.xml", "file:///tmp/feed.xml"),
        ("./feed.xml", "./feed.xml"),
        ("C:\\feeds\\a.xml", "C:\\feeds\\a.xml"),
        ("feed.json", "feed.json"),
        ("-", "-"),
    ],
)
def test_each_form_of_address_names_what_is_read(address: str, url: str) -> None:
    """A preset stands for its address; everything else is read as written."""
    feed = resolve(address)
    assert feed.url == url
    assert feed.address == address.strip()


NONSENSE = [
    *("", "  ", "nonsense", "ftp://a.example/x", "javascript:alert(1)", "arxiv:", "arxiv:CS CL!", "huggingface:weekly"),
    *(
        "biorxiv:",
        "biorxiv:../x",
        "sample:2",
        "https://",
        "http://[",
        "https://a b.example/",
        "https://a.example:99999/",
    ),
    *("./a\x00b", "\u202e./x"),
]


@pytest.mark.parametrize("address", NONSENSE)
def test_nonsense_is_told_in_one_sentence(address: str) -> None:
    """What names no source is the person's words being wrong, and the sentence shows how they should read."""
    with pytest.raises(WordsWrong) as wrong:
        resolve(address)
    assert "\n" not in str(wrong.value)
    assert str(wrong.value).isprintable()


def test_a_wrong_address_does_not_give_its_secret_away() -> None:
    """Even a sentence about an unusable address masks its password."""
    with pytest.raises(WordsWrong) as wrong:
        resolve("https://me:hunter2@a b.example/")
    assert "hunter2" not in str(wrong.value)


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("https://me:pw@a.example/f", "https://…@a.example/f"),
        ("https://ghp_secret@a.example", "https://…@a.example"),
        ("https://me:p@ss@a.example:8080/f", "https://…@a.example:8080/f"),
        ("https://a.example/f?token=abc&page=2", "https://a.example/f?token=…&page=2"),
        ("https://a.example/f?API_KEY=abc;X-Amz-Signature=d", "https://a.example/f?API_KEY=…;X-Amz-Signature=…"),
        ("https://a.example/f?%74oken=abc", "https://a.example/f?%74oken=…"),
        ("https://a.example/f#access_token=abc", "https://a.example/f#access_token=…"),
        ("https://a.example/user@x?page=2", "https://a.example/user@x?page=2"),
        ("arxiv:cs.CL", "arxiv:cs.CL"),
        ("./token=abc", "./token=abc"),
    ],
)
def test_secrets_in_addresses_are_masked(address: str, shown: str) -> None:
    """Credentials before the host and the values of secret-looking keys become an ellipsis; the rest stays."""
    assert mask(address) == shown


@given(st.text(alphabet="abkey=&?#@:/.;%1…", max_size=40).map("https://".__add__))
def test_masking_twice_changes_nothing(address: str) -> None:
    """A masked address is its own mask."""
    assert mask(mask(address)) == mask(address)


@given(st.text())
def test_any_words_name_a_source_or_are_wrong(words: str) -> None:
    """Whatever a person types ends as a feed or as `WordsWrong`."""
    with suppress(WordsWrong):
        assert resolve(words).url
