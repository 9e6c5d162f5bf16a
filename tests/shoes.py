"""A contextual experiment, for the tests of everything around it: `shoe`, at `/` and `/buy`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.support import Stand, stand

CONTEXT: dict[str, Any] = {
    "age": {"type": "numeric", "range": [0, 100]},
    "country": {"type": "categorical", "levels": ["GB", "US"]},
    "plan": "categorical",
}

ACTION_CONTEXT: dict[str, Any] = {"price": "numeric", "tier": "categorical"}

SHOE: dict[str, Any] = {
    "context": CONTEXT,
    "action_context": ACTION_CONTEXT,
    "arms": {"red": {"attributes": {"price": 10}}, "green": {"attributes": {"price": 20}}},
    "policy": "igw",
}

#: Where the attributes of a request stand.
SOURCES: dict[str, Any] = {
    "age": {"header": "X-Age"},
    "country": {"query": "country"},
    "plan": {"cookie": "plan"},
}


def shoes(changes: Mapping[str, Any] | None = None, **more: Any) -> Stand:
    """Return a stand whose `button` is contextual; a change to None takes the key away."""
    button = {**SHOE, **(changes or {})}
    kept = {key: value for key, value in button.items() if value is not None}
    return stand(experiments={"button": kept}, **more)


def counts(here: Stand) -> Mapping[str, float]:
    """Return all that a stand has counted of the shoe."""
    here.bandit.flush()
    return here.bandit._ground.snapshot.known("button").fields
