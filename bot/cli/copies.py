"""`paper-round backup FILE` and `restore FILE`: a verified copy of the database while the bot runs, and back."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path

from bot import store
from bot.cli.progress import progress
from bot.cli.run import whereabouts
from bot.cli.world import clock, print_rows, settings, tell


def main(words: Namespace) -> int:
    """Copy one way or the other, and tell what the copy holds."""
    found = settings(words)
    file = Path(words.file).expanduser()
    if words.action == "backup":
        with progress("Copying") as told:
            rows = store.backup(found.store, file, told)
        tell(f"Backed up {whereabouts(found.store)} to {file}, and looked it through.")
        aside = None
    else:
        with progress("Restoring") as told:
            rows, aside = store.restore(found.store, file, told, f"{clock():%Y%m%d-%H%M%S}")
        tell(f"Restored {whereabouts(found.store)} from {file}.")
        if aside:
            tell(f"What was there before is {aside}; delete it when all is well.")
    kept = [{"table": table, "rows": count} for table, count in rows.items()]
    print_rows(kept, as_json=words.json, columns={"table": 14, "rows": 0})
    return 0
