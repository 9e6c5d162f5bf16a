"""SIGHUP: read the configuration anew, where nobody else has a use for that signal.

Servers have uses of their own for it, which are left alone; and a process at a terminal gets it
when the terminal goes, and shall then end.
"""

from __future__ import annotations

import os
import signal
import threading

_heard = 0


def number() -> int:
    """Return how often the signal came."""
    return _heard


def listen() -> bool:
    """Listen from now on; return False where that cannot be, or would be in somebody's way."""
    if threading.current_thread() is not threading.main_thread() or at_terminal():
        return False
    if not hasattr(signal, "SIGHUP") or signal.getsignal(signal.SIGHUP) is not signal.SIG_DFL:
        return False
    signal.signal(signal.SIGHUP, _hear)
    return True


def at_terminal() -> bool:
    """Return True if the process belongs to a terminal."""
    try:
        os.close(os.open("/dev/tty", os.O_RDONLY | os.O_NOCTTY))
    except OSError:
        return False
    return True


def _hear(_number: int, _frame: object) -> None:
    global _heard  # noqa: PLW0603  # a signal is the whole process's
    _heard += 1
