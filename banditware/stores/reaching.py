"""Which way to talk goes with which address."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from banditware.stores.address import Address
from banditware.stores.cluster import Cluster
from banditware.stores.sentinel import Sentinels
from banditware.stores.server import Server

_KINDS: dict[str, Callable[[Address, Path], Server]] = {
    "": Server,
    "cluster": Cluster,
    "sentinel": Sentinels,
}


def reach(address: Address, folder: Path) -> Server:
    """Return what talks to the servers of an address; nothing is opened yet.

    Args:
        address: where they are.
        folder: what the paths of certificates are relative to.
    """
    return _KINDS[address.kind](address, folder)
