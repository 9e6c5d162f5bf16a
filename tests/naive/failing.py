"""Which wrappers that are written without care fail a case of conformance."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from tests.wires.shop import OpenShop
from tests.wires.unraisable import unraisable
from tests.wires.wrapping import Case, Wrapped


def failing(case: Case, naive: Mapping[str, Callable[..., Wrapped]], shop: OpenShop) -> set[str]:
    """Return the naive wrappers for which a case does not hold."""
    with unraisable():
        return {name for name, wrapper in naive.items() if not _holds(case, wrapper, shop)}


def _holds(case: Case, wrapper: Callable[..., Wrapped], open_shop: OpenShop) -> bool:
    def naively(app: Any) -> Wrapped:
        return wrapper(app, open_shop())

    try:
        case(naively)
    except Exception:  # noqa: BLE001  # cases fail in any way they like
        return False
    return True
