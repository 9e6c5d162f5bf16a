"""SQLite: its version, its journal, and whether the database is there."""

from __future__ import annotations

import contextlib
import os
import sqlite3
from pathlib import Path
from typing import Any

from banditware.doctor.findings import Case, Facts, Level, Rule
from banditware.stores.schema import wal_loses_pages


def gather(path: Path, version: tuple[int, ...] = sqlite3.sqlite_version_info) -> Facts:
    """Return the facts of a database, which is not made if it is not there.

    Args:
        path: the database.
        version: of SQLite.
    """
    known: dict[str, Any] = {
        "path": path,
        "sqlite": ".".join(map(str, version)),
        "loses": wal_loses_pages(version),
        "there": path.exists(),
        "journal": "none yet",
        "sound": "ok",
        "makeable": os.access(path.parent, os.W_OK | os.X_OK),
    }
    if not known["there"]:
        return Facts(known)
    try:
        uri = f"{path.resolve().as_uri()}?mode=ro"
        with contextlib.closing(sqlite3.connect(uri, uri=True)) as database:
            (known["journal"],) = database.execute("PRAGMA journal_mode").fetchone()
            (known["sound"],) = database.execute("PRAGMA quick_check(1)").fetchone()
    except sqlite3.Error as error:
        del known["journal"], known["sound"]
        return Facts(known, dict.fromkeys(("journal", "sound"), str(error)))
    return Facts(known)


RULES = (
    Rule(
        "database",
        ("there",),
        (
            Case(
                Level.DANGER,
                lambda facts: not facts["there"] and not facts["makeable"],
                "there is no {path}, and this user cannot make it",
                "nothing can be counted",
                "make its folder, and let the user of the app write there",
            ),
            Case(
                Level.NOTE,
                lambda facts: not facts["there"],
                "there is no {path} yet",
                "nothing was counted so far",
                "nothing, if the app has not run yet",
            ),
        ),
        "{path} is there",
    ),
    Rule(
        "sqlite",
        ("journal",),
        (
            Case(
                Level.WARNING,
                lambda facts: facts["loses"] and facts["journal"] == "wal",
                "SQLite {sqlite} may damage a database with a write-ahead log, and {path} has one",
                "several processes write it; banditware changes the journal when it opens it, "
                "which fails while others keep it open",
                "upgrade SQLite to 3.51.3, 3.50.7 or 3.44.6, or end all processes once",
            ),
        ),
        "SQLite {sqlite}, journal {journal}",
    ),
    Rule(
        "integrity",
        ("sound",),
        (
            Case(
                Level.DANGER,
                lambda facts: facts["sound"] != "ok",
                "{path} is damaged: {sound}",
                "counts in it are lost or wrong",
                "stop the app, keep the file, and restore a copy of it",
            ),
        ),
        "{path} is sound",
    ),
)
