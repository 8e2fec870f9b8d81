"""The main job from the command line: subscribe, run --once, deliveries."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.door.command import daily, paper_round, process

MONDAY = daily(
    ("2608.00001", "A language model for birds", "Birds sing; the model listens."),
    ("2608.00002", "Bridges", "Concrete, mostly."),
)
TUESDAY = daily(
    ("2608.00001", "A language model for birds", "Birds sing; the model listens."),
    ("2608.00003", "Small language models", "They do well."),
    ("2608.00004", "Tunnels", "No language, no model trains."),
    ("2608.00005", "Roads", "Asphalt."),
)


def test_exactly_the_new_matching_papers_are_delivered_once(tmp_path: Path) -> None:
    """A baseline posts nothing; a changed file posts what is new and matches; a third run posts nothing."""
    feed = tmp_path / "today.json"
    once = ("run", "--once", "--source", str(feed), "--store", "round.db")
    assert paper_round(tmp_path, "subscribe", "local:general", "language model", "--store", "round.db").code == 0
    feed.write_text(MONDAY)
    assert paper_round(tmp_path, *once).code == 0
    assert delivered(tmp_path) == []
    feed.write_text(TUESDAY)
    assert paper_round(tmp_path, *once).code == 0
    first = delivered(tmp_path)
    assert sorted(row["paper"] for row in first) == ["arxiv:2608.00003", "arxiv:2608.00004"]
    assert {row["state"] for row in first} == {"sent"}
    assert all(row["message"] and row["posted_at"] for row in first)
    assert paper_round(tmp_path, *once).code == 0
    assert delivered(tmp_path) == first


def delivered(home: Path) -> list[dict[str, Any]]:
    return paper_round(home, "deliveries", "--json", "--store", "round.db").rows


def test_subscriptions_are_listed_as_they_are_kept(tmp_path: Path) -> None:
    """Each with its id, channel, canonical rule, options, creator and state; ended by id or rule."""
    paper_round(tmp_path, "subscribe", "local:general", "Transformers", "quantization", "thread:auto")
    paper_round(tmp_path, "subscribe", "local:reading", "birds")
    rows = paper_round(tmp_path, "subscriptions", "--json").rows
    assert [list(row) for row in rows] == [["id", "channel", "rule", "options", "creator", "state"]] * 2
    assert rows[0]["options"] == "thread:auto"
    assert paper_round(tmp_path, "unsubscribe", "local:general", str(rows[0]["id"])).code == 0
    assert paper_round(tmp_path, "unsubscribe", "local:reading", "Birds").code == 0
    assert paper_round(tmp_path, "subscriptions", "--json").rows == []


def test_the_same_rule_is_kept_once(tmp_path: Path) -> None:
    """Subscribing again with other options changes the subscription that is there."""
    for words in ("birds song", "Song Birds thread:off"):
        assert paper_round(tmp_path, "subscribe", "local:general", words).code == 0
    (row,) = paper_round(tmp_path, "subscriptions", "--json").rows
    assert row["options"] == "thread:off"


def test_feed_prints_what_the_bot_sees(tmp_path: Path) -> None:
    """Every key of a paper, in one line each."""
    (tmp_path / "day.json").write_text(MONDAY)
    rows = paper_round(tmp_path, "feed", "--json", "day.json").rows
    keys = "id version title authors abstract url pdf_url categories published announce source upvotes comments"
    assert list(rows[0]) == [*keys.split(), "code_url", "keywords", "submitter", "organization"]
    assert [row["id"] for row in rows] == ["arxiv:2608.00001", "arxiv:2608.00002"]


def test_feed_reads_standard_input(tmp_path: Path) -> None:
    """`-` is a source like any other."""
    assert len(process(tmp_path, "feed", "--json", "-", stdin=MONDAY.encode()).rows) == 2


def test_match_says_which_and_why(tmp_path: Path) -> None:
    """The rule as typed, the paper, and where each term stands in the text as printed."""
    (tmp_path / "day.json").write_text(TUESDAY)
    rows = paper_round(tmp_path, "match", "--json", "--rule", "Language Models", "--rule", "asphalt", "day.json").rows
    assert {(row["rule"], row["paper"]) for row in rows} == {
        ("Language Models", "arxiv:2608.00001"),
        ("Language Models", "arxiv:2608.00003"),
        ("Language Models", "arxiv:2608.00004"),
        ("asphalt", "arxiv:2608.00005"),
    }
    small = next(row for row in rows if row["paper"] == "arxiv:2608.00003")
    places = {small["title"][r["start"] : r["end"]] for r in small["reasons"] if r["field"] == "title"}
    assert places == {"language", "models"}


def test_a_rules_file_has_one_rule_a_line(tmp_path: Path) -> None:
    """Comments and empty lines are passed over; a mistake is told by its line."""
    (tmp_path / "day.json").write_text(TUESDAY)
    (tmp_path / "rules.txt").write_text("# what we read\nasphalt\n\nlanguage -small\n")
    rows = paper_round(tmp_path, "match", "--json", "--rules", "rules.txt", "day.json").rows
    assert {row["rule"] for row in rows} == {"asphalt", "language -small"}
    (tmp_path / "rules.txt").write_text('asphalt\n"open\n')
    wrong = paper_round(tmp_path, "match", "--rules", "rules.txt", "day.json")
    assert wrong.code == 2
    assert "line 2" in wrong.err


def test_misses_are_explained_when_asked_for(tmp_path: Path) -> None:
    """Which terms failed, and how near it was."""
    (tmp_path / "day.json").write_text(TUESDAY)
    rows = paper_round(tmp_path, "match", "--json", "--explain", "--rule", "small asphalt", "day.json").rows
    near = {row["paper"]: (row["hit"], row["missing"], row["near"]) for row in rows}
    assert near["arxiv:2608.00003"] == (False, ["asphalt"], "one term short: asphalt")
    assert near["arxiv:2608.00004"][1] == ["asphalt", "small"]


def test_a_teams_own_acronyms_are_known_both_ways(tmp_path: Path) -> None:
    """`[acronyms]` of the config adds to what the rules know."""
    (tmp_path / "day.json").write_text(daily(("2608.00001", "Software engineering agents", "They mend bugs.")))
    (tmp_path / "mine.toml").write_text('[acronyms]\nSWE = "software engineering"\n')
    asked = ("match", "--json", "--rule", "SWE", "day.json")
    assert paper_round(tmp_path, *asked).rows == []
    assert len(paper_round(tmp_path, *asked, "--config", "mine.toml").rows) == 1


def test_no_match_is_also_done(tmp_path: Path) -> None:
    """Exit 0 and an empty answer."""
    (tmp_path / "day.json").write_text(MONDAY)
    done = paper_round(tmp_path, "match", "--json", "--rule", "asphalt", "day.json")
    assert (done.code, done.out) == (0, "")


def test_readable_sources_are_printed_beside_a_failed_one(tmp_path: Path) -> None:
    """With several sources the readable ones are printed and the exit is 1."""
    (tmp_path / "day.json").write_text(MONDAY)
    done = paper_round(tmp_path, "feed", "--json", "missing.json", "day.json")
    assert done.code == 1
    assert len(done.rows) == 2
    assert "missing.json" in done.err
