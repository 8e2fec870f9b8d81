"""Which steps of the schema a file has had, and whether it is ours to take the others."""

from __future__ import annotations

from sqlite_utils import Database

from bot.errors import StoreFailed
from bot.store.sqlite.file.schema import KNOWN, migrations


def behind(db: Database, file: object) -> bool:
    """Whether tables are missing. `StoreFailed` for another program's file, and for one of a newer Paper Round."""
    tables = set(db.table_names())  # before the steps: another program may be making both this very moment
    applied = [step.name for step in migrations.applied(db)]
    if not applied and tables - {"sqlite_sequence", migrations.migrations_table}:
        raise StoreFailed(
            f"{file} is the database of another program, and nothing was changed in it: "
            "name another file as the store (--store, BOT_STORE or [store] path)."
        )
    if strange := [name for name in applied if name not in KNOWN]:
        raise StoreFailed(
            f"The database {file} was last used by a newer Paper Round (its schema is version {len(applied)}, with "
            f"{strange[-1]!r}; this program knows version {len(KNOWN)}): update paper-round, or name another file."
        )
    return len(applied) < len(KNOWN)
