"""Authors, in the ways in which feeds write them."""

from __future__ import annotations

import pytest

from bot.sources.people import MOST, listed, named, people


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Ada Keeper, Bo Wick", ["Ada Keeper", "Bo Wick"]),
        ("A. Keeper (1 and 2), B. Wick (Lab, Tower) ((1) A, (2) B)", ["A. Keeper", "B. Wick"]),
        ("A. Keeper (for the Beacon Collaboration)", ["A. Keeper", "Beacon Collaboration"]),
        (r"Erd\H{o}s P\'al, S\o ren Wick", ["Erdős Pál", "Søren Wick"]),
        ('<a href="http://arxiv.org/a">Ida Pier</a>, <a href="x">Jo Quay</a>', ["Ida Pier", "Jo Quay"]),
        ("Open (bracket, never closed", ["Open"]),
        ("", []),
    ],
)
def test_arxivs_one_string_becomes_names(text: str, names: list[str]) -> None:
    """Commas part the names, but not within brackets, whose affiliations are no names."""
    assert listed(text) == names


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Weed, K., Shell, S. T.", ["K. Weed", "S. T. Shell"]),
        ("Weed, K.; Shell, S.", ["K. Weed", "S. Shell"]),
        ("Ada Keeper, Bo Wick, and Cy Po", ["Ada Keeper", "Bo Wick", "Cy Po"]),
        ("Ada Keeper and Bo Wick", ["Ada Keeper", "Bo Wick"]),
        ("Smith, John", ["Smith, John"]),
        ("lee@lab.example (Lee Lamp)", ["Lee Lamp"]),
        ("lee@lab.example", []),
        ("The Staff", ["The Staff"]),
    ],
)
def test_other_feeds_authors_become_names(text: str, names: list[str]) -> None:
    """Surnames with initials, semicolons, `and`; addresses of e-mail are nobody's name."""
    assert named(text) == names


def test_each_name_is_kept_once_and_in_order() -> None:
    """Twice the same author is one; signs alone are none; five thousand are enough."""
    assert people(["B  B", "A", "B B", "...", "(1)"]) == ("B B", "A")
    assert len(people(f"N {chr(97 + n % 26)}{n}" for n in range(MOST + 10))) == MOST
