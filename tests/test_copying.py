from __future__ import annotations

from pathlib import Path

import pytest

from banditware import copying
from banditware.copying import ADD, LEAVE, REPLACE, copy_all, copy_ledger, copying_of
from banditware.errors import StoreError
from banditware.stores import Batch, Store, open_store
from banditware.stores.memory import MemoryStore
from banditware.stores.parts import Copying, Part, Parts
from tests.recording import fields


def database(folder: Path, name: str) -> Store:
    """Return a store that has counted a pull and a reward."""
    store = open_store(f"sqlite:///{name}.db", folder)
    once = (("5:" + name + ":g", {"k/x/0/g": 1}),)
    store.exchange([Batch("a@1", name, 0, 1, {"n/x/0": 1}, once)], {})
    return store


@pytest.fixture
def here(tmp_path: Path) -> Store:
    return database(tmp_path, "here")


@pytest.fixture
def there(tmp_path: Path) -> Store:
    return database(tmp_path, "there")


def test_copies_tell_what_was_new(here: Store, there: Store) -> None:
    """What is added to what the other store has is told; the second time there is nothing."""
    (first,) = copy_all(here, there, {})
    assert (first.ledger, first.added, first.keys) == ("a@1", {"n/x/0": 1, "k/x/0/g": 1}, 1)
    assert (first.news, first.lost) == (True, False)
    (again,) = copy_all(here, there, {})
    assert (again.added, again.keys, again.news) == ({}, 0, False)
    assert fields(there) == {"n/x/0": 2, "k/x/0/g": 2}


def test_only_what_changed_is_looked_at(here: Store, there: Store) -> None:
    """A ledger with the version of the last copy is passed over."""
    seen: dict[str, int] = {}
    assert len(list(copy_all(here, there, seen))) == 1
    assert list(copy_all(here, there, seen)) == []
    here.exchange([Batch("a@1", "here", 1, 2, {"n/x/0": 1})], {})
    assert [each.added for each in copy_all(here, there, seen)] == [{"n/x/0": 1}]


def test_a_chain_of_stores(here: Store, there: Store, tmp_path: Path) -> None:
    """What one store got from another is passed on, and never comes back to where it began."""
    third = open_store("sqlite:///third.db", tmp_path)
    for one, other in ((here, there), (there, third), (third, here), (here, third)):
        list(copy_all(one, other, {}))
    assert fields(here) == fields(there) == fields(third) == {"n/x/0": 2, "k/x/0/g": 2}


def test_what_is_older_comes_too_late(here: Store, there: Store, tmp_path: Path) -> None:
    """A state that another store passes on does not replace a later one."""
    third = open_store("sqlite:///third.db", tmp_path)
    list(copy_all(here, there, {}))
    here.exchange([Batch("a@1", "here", 1, 2, {"n/x/0": 1})], {})
    list(copy_all(here, third, {}))
    list(copy_all(there, third, {}))
    assert fields(third) == {"n/x/0": 3, "k/x/0/g": 2}
    list(copy_all(here, there, {}))
    list(copy_all(there, third, {}))
    assert fields(third) == fields(there) == {"n/x/0": 3, "k/x/0/g": 2}


def test_a_store_cannot_be_copied_into_itself(here: Store, tmp_path: Path) -> None:
    """The same store under another address is recognised, and so is a copy of its file."""
    (tmp_path / "alias.db").symlink_to(tmp_path / "here.db")
    copying_of(here).parts("a@1")
    (tmp_path / "file.db").write_bytes((tmp_path / "here.db").read_bytes())
    for name in ("alias", "file"):
        with pytest.raises(StoreError, match="both are the same store"):
            list(copy_all(here, open_store(f"sqlite:///{name}.db", tmp_path), {}))


def test_counts_in_memory_cannot_be_copied(here: Store) -> None:
    """Nobody but their process sees them."""
    with pytest.raises(StoreError, match="only the app's own process"):
        list(copy_all(here, MemoryStore(), {}))


@pytest.mark.parametrize(("anew", "pulls"), [(LEAVE, 2), (ADD, 3), (REPLACE, 2)])
def test_a_ledger_that_began_anew(
    here: Store, there: Store, tmp_path: Path, anew: str, pulls: int
) -> None:
    """A database that was deleted and begun anew is left alone, added, or put in place, as told."""
    list(copy_all(here, there, {}))
    (tmp_path / "here.db").unlink()
    here.exchange([Batch("a@1", "here", 0, 1, {"n/x/0": 1})], {})
    (copied,) = copy_all(here, there, {}, anew=anew)
    assert copied.lost == (anew == LEAVE)
    assert fields(there)["n/x/0"] == pulls
    assert fields(there)["k/x/0/g"] == (1 if anew == REPLACE else 2)
    (again,) = copy_all(here, there, {})
    assert (again.news, again.lost) == (False, anew == LEAVE)


def test_what_the_target_lost_is_for_it_to_restore(
    here: Store, there: Store, tmp_path: Path
) -> None:
    """A store does not get back its own counts as somebody else's, which could count them twice."""
    list(copy_all(there, here, {}))
    (tmp_path / "there.db").unlink()
    list(copy_all(here, there, {}))
    assert fields(there) == {"n/x/0": 1, "k/x/0/g": 1}


class Contested:
    """A target into which others copy all the time."""

    def __init__(self, target: Copying) -> None:
        self._target = target
        self.keys = target.keys
        self.remember = target.remember

    def parts(self, ledger: str) -> Parts:
        """See `Copying.parts`."""
        return self._target.parts(ledger)

    def merge(self, ledger: str, part: Part, expected: int) -> None:
        """See `Copying.merge`."""


def test_a_copy_does_not_try_forever(
    here: Store, there: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where others always come first, the copy says so in the end."""
    monkeypatch.setattr(copying, "PATIENCE", 3)
    with pytest.raises(StoreError, match="others keep copying into a@1"):
        copy_ledger(copying_of(here), Contested(copying_of(there)), "a@1", there.url)
