"""Threads of our own, where a process can have any."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

_log = logging.getLogger("banditware")


def launch(target: Callable[..., None], *arguments: object) -> threading.Thread | None:
    """Return a started daemon thread, or None, with a warning, where none can be started."""
    thread = threading.Thread(target=target, args=arguments, name="banditware-flusher", daemon=True)
    try:
        thread.start()
    except RuntimeError as error:
        _log.warning("no thread can be started, so records wait for other processes: %s", error)
        return None
    return thread
