"""The first look of a process at its counts.

A mistake in an address must be told at once, before anybody relies on it. But a server of counts
that is away for a moment must not keep a worker from starting: there are process managers that take
the whole site down when one worker does not start.
"""

from __future__ import annotations

import logging
from collections.abc import Callable

from banditware.errors import StoreError
from banditware.stores.base import Store

_log = logging.getLogger("banditware")


def begin(store: Store, refresh: Callable[[], None]) -> None:
    """Check a store and take in its counts; a store that is away is told in the log.

    Args:
        store: where the counts are.
        refresh: takes them in.

    Raises:
        StoreError: the store cannot be used, and waiting would not mend it.
    """
    try:
        store.check()
        refresh()
    except StoreError as error:
        if not error.passing:
            raise
        _log.warning(
            "the store is away: until it is back, decisions are made without its counts, and "
            "records wait: %s",
            error,
        )
