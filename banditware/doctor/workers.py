"""The processes that serve: can they carry counts to the store while they do?"""

from __future__ import annotations

import threading
from importlib.metadata import PackageNotFoundError, version

from banditware.doctor.findings import Case, Facts, Level, Rule


def gather() -> Facts:
    """Return what is known about processes like this one."""
    return Facts({"threads": _threads(), "uwsgi": any(map(_installed, ("uwsgi", "pyuwsgi")))})


def _threads() -> bool:
    thread = threading.Thread(target=_nothing, daemon=True)
    try:
        thread.start()
    except RuntimeError:
        return False
    thread.join()
    return True


def _nothing() -> None:
    pass


def _installed(name: str) -> bool:
    try:
        version(name)
    except PackageNotFoundError:
        return False
    return True


RULES = (
    Rule(
        "threads",
        ("threads",),
        (
            Case(
                Level.WARNING,
                lambda facts: not facts["threads"],
                "no thread can be started here",
                "counts get to the store late, by other processes",
                "raise the limit of threads of this user or container",
            ),
        ),
        "threads can be started",
    ),
    Rule(
        "server software",
        ("uwsgi",),
        (
            Case(
                Level.NOTE,
                lambda facts: facts["uwsgi"],
                "uWSGI is installed here",
                "old versions of it let no threads run unless they are told to, so that counts "
                "get to the store late",
                "write enable-threads = true in its configuration",
            ),
        ),
        "uWSGI is not installed here",
    ),
)
