"""What keeps the process small: what it does not load, and what it gives back."""

from __future__ import annotations

import asyncio
import contextlib
import subprocess
import sys

import pytest

from bot.cli import sparing
from tests.door.command import HOUSE


def test_a_bot_without_pages_and_mail_loads_neither_templates_nor_colours() -> None:
    """They would be a tenth of its memory at rest, and of its start."""
    asked = (
        "import sys, bot.cli.run, bot.store.sqlite, bot.chat.slack, bot.chat.discord; "
        "print(*{name.split('.')[0] for name in sys.modules} & {'rich', 'pygments', 'jinja2', 'mokaccino'})"
    )
    told = subprocess.run([sys.executable, "-c", asked], cwd=HOUSE, capture_output=True, text=True, timeout=50)
    assert (told.stdout, told.stderr) == ("\n", "")


def test_what_is_hidden_cannot_be_imported_there_and_can_be_afterwards() -> None:
    """Only what nobody has imported yet is hidden."""
    sys.modules.pop("this", None)
    with sparing.without("this", "asyncio"):
        assert sys.modules["asyncio"] is asyncio
        with pytest.raises(ModuleNotFoundError):
            import this  # noqa: F401
    assert "this" not in sys.modules


async def test_memory_is_given_back_again_and_again_until_cancelled(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first time soon after the start, and not on the event loop."""
    sparing.give_back()  # the real one: harmless wherever this runs
    given: list[bool] = []
    monkeypatch.setattr(sparing, "give_back", lambda: given.append(_on_a_loop()))
    keeping = asyncio.create_task(sparing.keep_small(0, 0.001))
    while len(given) < 3:  # noqa: ASYNC110 — a thread tells nobody
        await asyncio.sleep(0.001)
    keeping.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await keeping
    assert not any(given)


def _on_a_loop() -> bool:
    with contextlib.suppress(RuntimeError):
        return bool(asyncio.get_running_loop())
    return False
