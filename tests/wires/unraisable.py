"""What is raised where nobody can catch it: in destructors."""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def unraisable() -> Iterator[list[str]]:
    """Note the exceptions of destructors, up to a last collection of garbage."""
    noted: list[str] = []
    before = sys.unraisablehook

    def note(raised: Any) -> None:
        noted.append(repr(raised.exc_value))

    sys.unraisablehook = note
    try:
        yield noted
        gc.collect()
    finally:
        sys.unraisablehook = before
