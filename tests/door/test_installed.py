"""The program as others install it: from a wheel, in an environment of its own, away from the clone."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.door.command import HOUSE, daily, environment, paper_round

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


def uv(*words: str, cwd: Path) -> None:
    """Run uv, quietly; what it says is shown when it fails."""
    env = {key: value for key, value in os.environ.items() if key != "VIRTUAL_ENV"}
    done = subprocess.run(["uv", *words], cwd=cwd, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A wheel built from this house and installed in an empty environment; its `paper-round`."""
    home = tmp_path_factory.mktemp("installed")
    uv("build", "-q", "--wheel", "--out-dir", str(home), str(HOUSE), cwd=home)
    (wheel,) = home.glob("*.whl")
    uv("venv", "-q", "--python", sys.executable, str(home / "venv"), cwd=home)
    uv("pip", "install", "-q", "--python", str(home / "venv"), str(wheel), cwd=home)
    return home


def run(installed: Path, home: Path, *words: str) -> subprocess.CompletedProcess[str]:
    env = {key: value for key, value in environment(home).items() if key != "PYTHONPATH"}
    asked = [str(installed / "venv" / "bin" / "paper-round"), *words]
    return subprocess.run(asked, cwd=home, env=env, capture_output=True, text=True, check=False, timeout=60)


def test_the_wheel_holds_what_the_program_needs(installed: Path) -> None:
    """The config, the sample, the templates and the static files, and nothing of the tests."""
    (wheel,) = installed.glob("*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    assert {"bot/shipped/bot.toml", "bot/shipped/sample/papers.json", "bot/shipped/slack-app.yaml"} <= set(names)
    assert any(name.startswith("bot/web/templates/") for name in names)
    assert any(name.startswith("bot/web/static/") for name in names)
    assert not any(name.startswith("tests") for name in names)


def test_an_installed_program_does_the_main_job_from_anywhere(installed: Path, tmp_path: Path) -> None:
    """Baseline, new paper, delivery: in an empty folder, with the shipped settings."""
    feed = tmp_path / "day.json"
    assert run(installed, tmp_path, "subscribe", "local:general", "language model").returncode == 0
    for papers in ([("2608.1", "Birds", "Sing.")], [("2608.00002", "A language model", "New.")]):
        feed.write_text(daily(*papers))
        done = run(installed, tmp_path, "run", "--once", "--source", str(feed))
        assert done.returncode == 0, done.stderr
    assert "arxiv:2608.00002" in run(installed, tmp_path, "deliveries", "--json").stdout


def test_an_installed_program_shows_the_sample(installed: Path, tmp_path: Path) -> None:
    """The local channel is served from the wheel's own files."""
    env = {key: value for key, value in environment(tmp_path).items() if key != "PYTHONPATH"}
    asked = [str(installed / "venv" / "bin" / "paper-round"), "run", "--source", "sample:"]
    process = subprocess.Popen(asked, cwd=tmp_path, env=env, stderr=subprocess.PIPE, text=True)
    assert process.stderr is not None
    try:
        told: list[str] = []
        for line in process.stderr:
            told.append(line)
            if "known from now on" in line:
                break
        assert any("/chat/general" in line for line in told), told
        assert any("known from now on" in line for line in told), told
    finally:
        process.terminate()
        assert process.wait(timeout=20) == 0
        process.stderr.close()


def test_another_directory_keeps_the_same_database(tmp_path: Path) -> None:
    """The data folder is the person's, not the folder's they stand in."""
    (tmp_path / "elsewhere").mkdir()
    assert paper_round(tmp_path, "subscribe", "local:general", "birds").code == 0
    asked = [sys.executable, "-m", "bot", "subscriptions", "--json"]
    env = environment(tmp_path)
    done = subprocess.run(asked, cwd=tmp_path / "elsewhere", env=env, capture_output=True, text=True, check=True)
    assert "birds" in done.stdout
