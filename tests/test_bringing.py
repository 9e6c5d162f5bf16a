from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from banditware.bringing import bring
from banditware.copying import copy_all, copying_of
from banditware.errors import StoreError
from banditware.stores import Batch, Store, open_store
from banditware.stores.parts import Part
from tests.recording import fields
from tests.redis_servers import NAMES, shared

LEDGER = "e@1"


@pytest.fixture(params=["sqlite", *NAMES])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Store:
    """Return a store of every kind."""
    if request.param == "sqlite":
        return open_store("sqlite:///there.db", tmp_path)
    return open_store(shared(request.param).url(prefix=f"bringing-{tmp_path.name}"), tmp_path)


def part(version: int, pulls: int, origin: str = "abc", place: int = 7) -> Part:
    """Return what a store counted elsewhere, in some state."""
    return Part(origin, place, version, {"n/x/0": pulls, "k/x/0/g": 1})


def brought(store: Store, found: Part) -> tuple[Mapping[str, float], str]:
    """Bring a part, and return what was added, or why nothing was."""
    result = bring(store, copying_of(store), LEDGER, found)
    assert result.ledger == LEDGER
    return result.added, result.refused


def test_every_state_once(store: Store) -> None:
    """The same state adds nothing, a later one adds what is new, an earlier one nothing."""
    store.check()
    assert brought(store, part(3, 10)) == ({"n/x/0": 10, "k/x/0/g": 1}, "")
    assert brought(store, part(3, 10)) == ({}, "")
    assert brought(store, part(5, 12)) == ({"n/x/0": 2}, "")
    assert brought(store, part(4, 11)) == ({}, "")
    assert brought(store, part(1, 100, origin="def", place=8)) == ({"n/x/0": 100, "k/x/0/g": 1}, "")
    assert fields(store, LEDGER) == {"n/x/0": 112, "k/x/0/g": 2}


def test_what_the_store_counts_itself_is_kept(store: Store) -> None:
    """Parts are added to its own counts, and its own are not brought to it."""
    store.check()
    store.exchange([Batch(LEDGER, "p", 0, 1, {"n/x/0": 5})], {})
    assert brought(store, part(3, 10))[0] == {"n/x/0": 10, "k/x/0/g": 1}
    own = copying_of(store).parts(LEDGER).own
    assert brought(store, own) == ({}, "")
    assert fields(store, LEDGER) == {"n/x/0": 15, "k/x/0/g": 1}


def test_a_store_that_lost_what_it_had(store: Store) -> None:
    """What may be there twice is left alone, and why is told."""
    store.check()
    store.exchange([Batch(LEDGER, "p", 0, 1, {"n/x/0": 5})], {})
    own = copying_of(store).parts(LEDGER).own
    assert "in this very store" in brought(store, own._replace(origin="former"))[1]
    brought(store, part(3, 10))
    assert "had lost it before" in brought(store, part(1, 4, origin="anew"))[1]
    assert fields(store, LEDGER)["n/x/0"] == 15


def test_after_a_copy(store: Store, tmp_path: Path) -> None:
    """What was copied is not replaced by less: it has to be copied again."""
    here = open_store("sqlite:///here.db", tmp_path)
    here.exchange([Batch(LEDGER, "p", 0, 1, {"n/x/0": 5, "x/bot": 2})], {})
    store.check()
    list(copy_all(here, store, {}))
    own = copying_of(here).parts(LEDGER).own
    added, refused = brought(store, own._replace(version=own.version + 1))
    assert (added, refused.partition(":")[0]) == (
        {},
        "it was copied from there before, with all that it has learnt",
    )
    assert fields(store, LEDGER) == {"n/x/0": 5, "x/bot": 2}


def test_a_copy_goes_on_from_there(store: Store, tmp_path: Path) -> None:
    """After a file, the store that it came from can be copied, and nothing is there twice."""
    here = open_store("sqlite:///here.db", tmp_path)
    here.exchange([Batch(LEDGER, "p", 0, 1, {"n/x/0": 5, "n/x/18900": 2})], {})
    own = copying_of(here).parts(LEDGER).own
    store.check()
    assert brought(store, own._replace(fields={"n/x/0": 7}))[0] == {"n/x/0": 7}
    here.exchange([Batch(LEDGER, "p", 1, 2, {"n/x/18900": 1, "x/bot": 2})], {})
    list(copy_all(here, store, {}))
    assert fields(store, LEDGER) == {"n/x/0": 5, "n/x/18900": 3, "x/bot": 2}


def test_others_at_the_same_time(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who is overtaken looks again, and gives up only if that never ends."""
    store.check()
    target = copying_of(store)
    merge, left = target.merge, [2]

    def overtaken(*given: Any) -> Mapping[str, float] | None:
        left[0] -= 1
        return None if left[0] >= 0 else merge(*given)

    monkeypatch.setattr(target, "merge", overtaken)
    assert bring(store, target, LEDGER, part(3, 10)).added
    left[0] = 1000
    with pytest.raises(StoreError, match="others keep bringing counts into e@1; try again"):
        bring(store, target, LEDGER, part(4, 11))
