"""The plan of the house holds: the top level, the README's map, the words that must not be here."""

from __future__ import annotations

import ast
import re
import subprocess
import tomllib
from pathlib import Path

import pytest

HOUSE = Path(__file__).parent.parent
TOP = {"bot", "config", "tests", "pyproject.toml", "README.md", "Procfile"}
VAGUE = {"util", "utils", "helper", "helpers", "manager", "handler", "handlers", "service", "core", "base", "common"}


def tracked() -> list[str]:
    """The files of the house: what git tracks, or in an unpacked archive what is there."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=HOUSE, capture_output=True, text=True, check=False)
    if listed.returncode == 0:
        return [name for name in listed.stdout.split("\0") if name]
    hidden = ("__pycache__", ".venv", ".egg-info")
    paths = (str(path.relative_to(HOUSE)) for path in HOUSE.rglob("*") if path.is_file())
    return [path for path in paths if not any(part in path for part in hidden)]


def modules() -> list[Path]:
    return sorted((HOUSE / "bot").rglob("*.py"))


def readme() -> str:
    return (HOUSE / "README.md").read_text(encoding="utf-8")


def the_map() -> set[str]:
    """The paths of the README's map: the fenced block under "How it works" whose first line is `bot/`."""
    block = re.search(r"```\nbot/\n(.*?)```", readme(), re.S)
    assert block, "README.md has no map: a fenced block that begins with bot/"
    entries: set[str] = set()
    folders: list[str] = []
    for line in block[1].splitlines():
        entry = re.match(r"( *)([\w.\-]+/?)(?: +.*)?$", line)
        if not entry:
            continue
        depth = len(entry[1]) // 2 - 1
        folders = [*folders[:depth], entry[2].rstrip("/")]
        entries.add("/".join(["bot", *folders]))
    return entries


def test_the_top_level_is_fixed() -> None:
    """Nothing but the agreed names and dotfiles stands at the top."""
    top = {name.split("/")[0] for name in tracked()}
    assert {name for name in top if not name.startswith(".")} == TOP


def test_the_readmes_map_is_the_tree_on_disk() -> None:
    """Every room of bot/ is on the README's map; a folder is drawn closed, or open with everything that is in it."""
    on_disk = {str(path.relative_to(HOUSE).with_suffix("")) for path in modules()}
    rooms = {name.removesuffix("/__init__") for name in on_disk} - {"bot"}
    drawn = {name.removesuffix(".py") for name in the_map()}
    opened = {"bot"} | {name.rpartition("/")[0] for name in drawn}
    assert drawn == {name for name in rooms if name.rpartition("/")[0] in opened}


def test_every_room_says_in_its_first_line_what_it_is() -> None:
    """Each module opens with a docstring whose first line is a sentence."""
    for path in modules():
        doc = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
        assert doc, path
        assert len(doc.splitlines()[0]) > 15, path


def test_no_room_has_a_vague_name() -> None:
    """A name such as utils says nothing about what is inside."""
    assert not [path for path in modules() if path.stem in VAGUE]


def test_no_room_is_beyond_350_lines() -> None:
    """A page longer than this is missing a wall."""
    assert not [(path, n) for path in modules() if (n := len(path.read_text(encoding="utf-8").splitlines())) > 350]


def test_functions_are_short() -> None:
    """The median function has at most eight lines, and few are over 25."""
    sizes = sorted(
        len({line.lineno for line in ast.walk(node) if isinstance(line, ast.stmt)})
        for path in modules()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    )
    assert sizes[len(sizes) // 2] <= 8
    assert sum(size > 25 for size in sizes) <= len(sizes) // 50


def test_the_clock_is_an_argument() -> None:
    """Only the front door asks the system for the time."""
    asks = re.compile(r"\.(?:now|utcnow|today)\(|\btime\.time\(")
    inside = [path for path in modules() if "cli" not in path.parts and path.name != "__main__.py"]
    assert not [path for path in inside if asks.search(path.read_text(encoding="utf-8"))]


def test_no_test_patches_the_code() -> None:
    """Fakes, not mocks."""
    word = "mock" + ".patch"
    tests = (HOUSE / "tests").rglob("*.py")
    assert not [path for path in tests if word in path.read_text(encoding="utf-8")]


def test_the_lock_names_exact_versions() -> None:
    """Every machine installs what was tested."""
    project = tomllib.loads((HOUSE / "pyproject.toml").read_text(encoding="utf-8"))
    locked = project["tool"]["uv"]["constraint-dependencies"]
    assert all("==" in one for one in locked)
    names = {re.split(r"[=\[; ]", one)[0].replace("_", "-").replace(".", "-").lower() for one in locked}
    for wanted in project["project"]["dependencies"] + project["dependency-groups"]["dev"]:
        assert re.split(r"[>=<\[; ]", wanted)[0].replace(".", "-").lower() in names, wanted


@pytest.mark.parametrize(
    "command", ["pip install uv && uv run paper-round", "pip install uv && uv run pytest", "pipx install uv"]
)
def test_the_readme_names_the_commands(command: str) -> None:
    """The two lines a newcomer needs stand in the README as they are."""
    assert command in readme()
