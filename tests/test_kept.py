"""What the README says of what is kept and whom the bot calls is what the code does."""

from __future__ import annotations

import ast
import re
from configparser import ConfigParser
from datetime import timedelta
from pathlib import Path

import yarl

from bot import sources
from bot.__main__ import parser
from bot.chat import discord
from bot.chat.slack import api
from bot.store.sqlite.file.connection import connect

HOUSE = Path(__file__).parent.parent
PRESETS = ("huggingface:daily", "huggingface:trending", "arxiv:cs.CL", "biorxiv:neuroscience")

SHOWN = {
    *("api.slack.com", "docs.slack.dev", "arxiv.org", "doi.org", "github.com"),
    *("www.w3.org", "purl.org", "prismstandard.org", "search.yahoo.com", "www.itunes.com", "jsonfeed.org"),
}
"""Hosts that stand in links for people, in namespaces and in our name: nothing is asked of them."""


def section() -> str:
    text = (HOUSE / "README.md").read_text(encoding="utf-8")
    return text.partition("## What it keeps, and whom it calls")[2].partition("\n## ")[0]


def first_cells() -> list[str]:
    return [line.split("|")[1] for line in section().splitlines() if line.startswith("| `")]


def test_every_table_of_the_database_is_in_the_readme(tmp_path: Path) -> None:
    """And no table that is not there any more."""
    db = connect(tmp_path / "a.db", timedelta(seconds=5))
    shadows = re.compile(r"(sqlite_|_sqlite|words_)")
    there = {name for name in db.table_names() if not shadows.match(name)}
    db.close()
    tables = section().partition("| host |")[0]
    told = {
        name
        for line in tables.splitlines()
        if line.startswith("| `")
        for name in re.findall(r"`(\w+)`", line.split("|")[1])
    }
    assert told == there


def test_every_host_that_is_called_is_in_the_readme() -> None:
    """The presets' hosts and the platforms' own."""
    told = set(re.findall(r"`([a-z.]+\.[a-z]+)`", section().partition("| host |")[2]))
    called = {yarl.URL(sources.resolve(preset).url).host for preset in PRESETS}
    called |= {yarl.URL(address).host for address in (api.BASE, discord.API, str(discord.GATEWAY))}
    assert told == called


def test_no_other_host_stands_anywhere_in_the_code() -> None:
    """Nothing phones home: every address in a string of the code is a host of the README's, or only ever shown."""
    told = set(re.findall(r"`([a-z.]+\.[a-z]+)`", section()))
    found = {host: path for path in (HOUSE / "bot").rglob("*.py") for host in hosts(path)}
    strange = {host: path for host, path in found.items() if host not in told | SHOWN and "example" not in host}
    assert strange == {}


def hosts(path: Path) -> set[str]:
    """Hosts in the strings of a module, docstrings left out."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    bodies = [node.body for node in ast.walk(tree) if isinstance(getattr(node, "body", None), list)]  # type: ignore[attr-defined]
    said = {id(one.value) for body in bodies for one in body if isinstance(one, ast.Expr)}
    texts = [n.value for n in ast.walk(tree) if isinstance(n, ast.Constant) and id(n) not in said]
    address = re.compile(r"(?:https?|wss?)://([A-Za-z0-9.-]+\.[a-z]+)")
    return {host for text in texts if isinstance(text, str) for host in address.findall(text)}


# ── deploying as written ────────────────────────────────────────────────────────────────────────────


def block(kind: str) -> str:
    found = re.search(rf"```{kind}\n(.*?)```", (HOUSE / "README.md").read_text(encoding="utf-8"), re.S)
    assert found, kind
    return found[1]


def test_the_unit_starts_the_bot_and_waits_long_enough_for_its_end() -> None:
    unit = ConfigParser(strict=False)
    unit.optionxform = str  # type: ignore[method-assign, assignment]  # keys of units have capitals
    unit.read_string(block("ini"))
    service = unit["Service"]
    program, *words = service["ExecStart"].split()
    assert program.endswith("/.venv/bin/paper-round")
    assert parser().parse_args(words).page == "run"
    assert int(service["TimeoutStopSec"]) > 10
    assert "/var/lib/" + service["StateDirectory"] in service["Environment"]


def test_the_containers_last_words_start_the_bot() -> None:
    lines = block("dockerfile").splitlines()
    (command,) = (ast.literal_eval(line.removeprefix("CMD ")) for line in lines if line.startswith("CMD "))
    assert parser().parse_args(command[1:]).page == "run"
    assert "8090/healthz" in block("dockerfile")
    assert any(line.startswith("VOLUME /data") for line in lines)
