"""axe-core in the browser: what would keep somebody with a screen reader or a keyboard out of a page."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock
from playwright.async_api import Page

HERE = Path(__file__).parent
SCRIPT = HERE / "node_modules" / "axe-core" / "axe.min.js"
SERIOUS = ("serious", "critical")
"""https://github.com/dequelabs/axe-core/blob/develop/doc/API.md: minor and moderate ones are told, not failed."""


def script(config: pytest.Config) -> str:
    """axe-core's script, installed by npm where it is missing. Without npm a loud line and a skip; in CI a failure."""
    with FileLock(str(HERE / "axe.lock")):  # several test processes at once
        if not SCRIPT.exists() and (npm := shutil.which("npm")):
            command = [npm, "install", "--no-audit", "--no-fund", "--no-package-lock", "--ignore-scripts"]
            subprocess.run(command, cwd=HERE, check=False, capture_output=True, timeout=50)
    if SCRIPT.exists():
        return SCRIPT.read_text(encoding="utf-8")
    told = "NO AXE-CORE: the pages were not looked through for barriers (apt-get install npm, with a network)."
    if os.environ.get("CI"):
        pytest.fail(told)
    with config.pluginmanager.getplugin("capturemanager").global_and_fixture_disabled():
        print(f"\n*** {told} ***", file=sys.stderr)
    pytest.skip(told)


async def barriers(page: Page, axe: str) -> list[str]:
    """The serious faults of the open page: what, and where."""
    await page.evaluate(axe)  # by the debugger's line: the page's own policy would not let it in
    found: dict[str, Any] = await page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [
        f"{fault['id']}: {fault['help']} at {[node['target'] for node in fault['nodes'][:3]]}"
        for fault in found["violations"]
        if fault["impact"] in SERIOUS
    ]
