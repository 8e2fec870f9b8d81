"""The whole program in Slack: subscribed by a person, posted once, discussed in a thread."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from tests.door.command import daily, environment
from tests.standins.slack import StandIn, slack_standin

ABOUT = "We propose a thing."
HOSTILE = "A <!here> language model"


@asynccontextmanager
async def program(home: Path, standin: StandIn, *words: str) -> AsyncIterator[asyncio.subprocess.Process]:
    """The program, started as a person starts it; stopped as a system stops it."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", "run", "--source", str(home / "day.json"), *words,
        cwd=home, env=environment(home, **standin.env), stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    try:
        yield process
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGTERM)
        _, told = await process.communicate()
        assert process.returncode == 0, told.decode()
        assert b"Traceback" not in told
        assert standin.bot_token.encode() not in told


async def test_a_channel_subscribes_gets_its_paper_once_and_discusses_it(tmp_path: Path) -> None:
    day = tmp_path / "day.json"
    day.write_text(daily(("2608.00001", "An old language model", ABOUT)))
    async with slack_standin() as standin:
        async with program(tmp_path, standin):
            await standin.sockets.connected()
            preview = (await standin.command("/subscribe", "language model mode:instant")).answers[0]
            assert preview.only == standin.user
            await standin.press(preview, preview.buttons["Subscribe"])
            await standin.until(2)
            (told,) = standin.public()
            assert told.shown.startswith("Ada subscribed this channel to language model mode:instant (#1)")

        day.write_text(daily(("2608.00001", "An old language model", ABOUT), ("2608.00002", HOSTILE, ABOUT)))
        async with program(tmp_path, standin, "--once") as process:
            await process.wait()
        (_, paper) = standin.public()
        assert HOSTILE in paper.shown

        async with program(tmp_path, standin):
            await standin.sockets.connected(opened=2)
            answers = [await standin.press(paper, paper.buttons["Discuss"]) for _ in range(2)]
        (opener,) = [said for said in standin.public() if said.thread == paper.ts]
        assert ABOUT in opener.shown
        assert all("Go to the thread" in seen.answers[0].shown for seen in answers)
