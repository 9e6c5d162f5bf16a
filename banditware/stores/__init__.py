"""Where counts are kept: `open_store` turns an address into a store."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from banditware.errors import StoreError, suggestion
from banditware.stores.base import Backup, Batch, Counts, Exchange, Mark, Store, Verdict

__all__ = [
    "Backup",
    "Batch",
    "Counts",
    "Exchange",
    "Mark",
    "Store",
    "Verdict",
    "open_store",
]


def open_store(url: str, folder: Path) -> Store:
    """Return the store behind an address.

    Nothing is opened yet: see `Store.check`.

    Args:
        url: `memory://`, `sqlite:///PATH`, or a server's; see `banditware.stores.address`.
        folder: what a relative path is relative to.

    Raises:
        StoreError: the address names no store, or the package that talks to it is missing.
    """
    scheme, _, rest = url.partition("://")
    if scheme not in _OPENERS or "://" not in url:
        known = [f"{name}://" for name in _OPENERS]
        near = suggestion(f"{scheme}://", known) if scheme else ""
        hint = near or f"; there are {', '.join(known)}"
        raise StoreError(scheme, f"no store has this kind of address{hint}")
    return _OPENERS[scheme](url, rest, folder)


def _open_memory(url: str, rest: str, _folder: Path) -> Store:
    from banditware.stores.memory import MemoryStore  # noqa: PLC0415 - a store's own imports wait

    if rest:
        raise StoreError(url, "counts in memory have no path; write memory://")
    return MemoryStore()


def _open_sqlite(url: str, rest: str, folder: Path) -> Store:
    from banditware.stores.sqlite import SQLiteStore  # noqa: PLC0415 - a store's own imports wait

    path = rest[1:]
    if not rest.startswith("/") or not path:
        raise StoreError(url, "write sqlite:///PATH, or sqlite:////PATH for an absolute path")
    if path == ":memory:":
        raise StoreError(url, "counts in memory are memory://")
    return SQLiteStore(url, folder / path)


def _open_redis(url: str, _rest: str, folder: Path) -> Store:
    from banditware.stores.address import parse  # noqa: PLC0415 - a store's own imports wait

    scheme = url.partition("://")[0]
    try:
        address = parse(url)
    except ValueError as error:
        raise StoreError(f"{scheme}://", f"the address {error}") from None
    try:
        from banditware.stores.redis import RedisStore  # noqa: PLC0415 - a third of a second
    except ImportError as error:
        mend = 'it needs another package: pip install "banditware[redis]"'
        raise StoreError(address.public, mend) from error
    return RedisStore(address, folder)


_OPENERS: dict[str, Callable[[str, str, Path], Store]] = {
    "memory": _open_memory,
    "sqlite": _open_sqlite,
    "redis": _open_redis,
    "rediss": _open_redis,
    "unix": _open_redis,
    "redis+cluster": _open_redis,
    "rediss+cluster": _open_redis,
    "redis+sentinel": _open_redis,
    "rediss+sentinel": _open_redis,
}
