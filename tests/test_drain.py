from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest

from banditware import drain as module
from banditware.counts import Record, encode
from banditware.drain import Drain
from banditware.errors import StoreError
from banditware.framing import frame
from banditware.spool import Chunk, MemorySpool, Source
from banditware.stores import Batch, Exchange
from banditware.stores.memory import MemoryStore


class Kept:
    """A source that keeps everything, as a file does."""

    def __init__(self, *records: bytes) -> None:
        self.id = "p"
        self.data = b"".join(records)

    def read(self, position: int, limit: int, *, final: bool = False) -> Chunk:
        """See `Source.read`."""
        data = self.data[position : position + limit]
        return Chunk(position, data[: data.rfind(b"\n") + 1], len(data) < limit)

    def discard(self, position: int) -> None:
        """See `Source.discard`."""

    def size(self) -> int:
        """See `Source.size`."""
        return len(self.data)


def pull(ledger: str = "a@1", arm: str = "x") -> bytes:
    return encode(Record(ledger, "", {f"n/{arm}/0": 1}))


def reward(key: str, ledger: str = "a@1") -> bytes:
    return encode(Record(ledger, key, {"k/x/0/g": 1}))


def fields(store: MemoryStore, ledger: str = "a@1") -> Mapping[str, float]:
    counts = store.exchange((), {ledger: -1}).counts
    return counts[ledger].fields


def test_everything_is_applied_and_read_in_one_exchange() -> None:
    """A drain sums by ledger, applies, and brings back what changed."""
    store = MemoryStore()
    source = Kept(pull(), pull("b@1"), pull(), reward("5:i:g"), reward("5:i:g"))
    drain = Drain(source)
    changed = drain.run(store, {"a@1": 0, "b@1": 0})
    assert changed is not None
    assert {name: counts.fields for name, counts in changed.items()} == {
        "a@1": {"n/x/0": 2, "k/x/0/g": 1, "x/duplicate": 1},
        "b@1": {"n/x/0": 1},
    }
    assert (drain.cursor, drain.positions) == (source.size(), dict.fromkeys(changed, source.size()))
    assert drain.run(store, {"a@1": 0}) is None, "nothing was left"


def test_small_chunks_give_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a spool is cut makes no difference."""
    records = [pull(), reward("5:i:g"), pull("b@1"), pull(), reward("5:i:g"), reward("5:j:g")]
    for size in range(40, 300, 7):
        monkeypatch.setattr(module, "CHUNK", size)
        store = MemoryStore()
        Drain(Kept(*records)).run(store, {})
        assert fields(store) == {"n/x/0": 2, "k/x/0/g": 2, "x/duplicate": 1}
        assert fields(store, "b@1") == {"n/x/0": 1}


def test_what_somebody_else_applied_is_skipped() -> None:
    """A second drain of the same spool finds out and applies the rest only."""
    store = MemoryStore()
    source = Kept(pull(), pull("b@1"), pull())
    late = Drain(source)
    Drain(source).run(store, {})
    source.data += pull() + pull("b@1")
    late.run(store, {})
    assert (fields(store), fields(store, "b@1")) == ({"n/x/0": 3}, {"n/x/0": 2})


def test_a_lost_reply_is_no_second_time() -> None:
    """An exchange that was applied although it failed is recognised, however much came after."""

    class Lossy(MemoryStore):
        lose = True

        def exchange(self, batches: Sequence[Batch], known: Mapping[str, int]) -> Exchange:
            answer = super().exchange(batches, known)
            if self.lose and batches:
                self.lose = False
                raise StoreError(self.url, "the answer was lost")
            return answer

    store = Lossy()
    source = Kept(pull(), pull("b@1"))
    drain = Drain(source)
    with pytest.raises(StoreError):
        drain.run(store, {})
    source.data += pull() + reward("5:i:g")
    drain.run(store, {})
    assert fields(store) == {"n/x/0": 2, "k/x/0/g": 1}
    assert fields(store, "b@1") == {"n/x/0": 1}


def test_a_store_that_went_back_gets_it_again() -> None:
    """A store that answers an older position gets everything from there."""
    store = MemoryStore()
    source = Kept(pull(), pull("b@1"))
    drain = Drain(source)
    drain.run(store, {})
    del store._ledgers["a@1"]
    source.data += pull()
    drain.run(store, {})
    assert (fields(store), fields(store, "b@1")) == ({"n/x/0": 2}, {"n/x/0": 1})


def test_a_rewound_drain_applies_what_is_missing() -> None:
    """Told the store's positions, a drain goes back if one is behind and only then."""
    store = MemoryStore()
    source = Kept(pull(), pull("b@1"))
    drain = Drain(source)
    drain.run(store, {})
    drain.rewind(store.positions("p"))
    assert drain.cursor == source.size()
    del store._ledgers["a@1"]
    drain.rewind(store.positions("p"))
    assert drain.cursor == 0
    drain.run(store, {})
    assert (fields(store), fields(store, "b@1")) == ({"n/x/0": 1}, {"n/x/0": 1})


def test_memory_that_was_given_back_is_not_missed() -> None:
    """A store that lost what memory has discarded gets the rest."""
    store = MemoryStore()
    spool = MemorySpool()
    spool.append(pull())
    (source,) = spool.sources()
    drain = Drain(source)
    drain.run(store, {})
    store._ledgers.clear()
    spool.append(pull())
    drain.run(store, {})
    assert fields(store) == {"n/x/0": 1}
    store._ledgers.clear()
    drain.rewind({})
    drain.run(store, {})
    assert drain.cursor == source.size(), "there is nothing left to wait for"


BAD = [
    b"no tab at all",
    b"a@1",
    b"a@1\tno cohort\tn/x/0 1",
    b"a@1\t:id:g\tn/x/0 1",
    b"a@1\t\tn/x/0 one",
    b"a@1\t\tn/x/0",
    b"a@1\t\tn/x/0 nan",
    b"a@1\t\tn/x/0 1e301",
    b"a@1\t\tn/x/0 -1.5e301",
    b"a@1\t\tn/x/0 1" + b"0" * 400,
    b"\xff\xfe\t\tn/x/0 1",
]


@pytest.mark.parametrize("bad", BAD, ids=range(len(BAD)))
def test_damaged_lines_are_skipped_and_counted(bad: bytes) -> None:
    """What no store could make sense of is skipped, and what stands around it is applied."""
    store = MemoryStore()
    source = Kept(pull(), frame(bad), frame(bad), pull())
    source.data += b"zzzzzzzz\trubbish\n" + b"short\n" + pull()
    drain = Drain(source)
    drain.run(store, {})
    assert fields(store) == {"n/x/0": 3}
    assert drain.damaged == 4


def test_damage_is_stepped_over_after_a_rewind_too() -> None:
    """Damaged lines have no ledger whose position could be asked."""
    store = MemoryStore()
    source = Kept(pull(), frame(b"rubbish"))
    source.data += b"tiny\n"
    Drain(source).run(store, {})
    source.data += pull()
    drain = Drain(source, store.positions("p"))
    drain.run(store, {})
    assert fields(store) == {"n/x/0": 2}


def test_a_chunk_without_any_record_is_stepped_over(monkeypatch: pytest.MonkeyPatch) -> None:
    """A stretch of zeros, as a power loss may leave, does not stop a drain."""
    monkeypatch.setattr(module, "CHUNK", 100)
    store = MemoryStore()
    spool = MemorySpool()
    spool._current.arrived.append(bytes(350))
    spool.append(pull())
    (source,) = spool.sources()
    drain = Drain(source)
    drain.run(store, {})
    assert fields(store) == {"n/x/0": 1}
    assert drain.damaged == 4


def test_a_store_that_contradicts_itself_is_an_error() -> None:
    """A store that never takes a batch is given up, not asked for ever."""

    class Stubborn(MemoryStore):
        def exchange(self, batches: Sequence[Batch], known: Mapping[str, int]) -> Exchange:
            return Exchange({batch.ledger: batch.start for batch in batches})

    with pytest.raises(StoreError, match="keeps changing"):
        Drain(Kept(pull())).run(Stubborn(), {})


def test_whole_sums_stay_whole_and_exact() -> None:
    """Equal records are counted, not added as floats."""
    store = MemoryStore()
    Drain(Kept(*[pull()] * 1000, encode(Record("a@1", "", {"n/x/0": 2**60})))).run(store, {})
    total = fields(store)["n/x/0"]
    assert (total, type(total)) == (2**60 + 1000, int)


def test_sources_are_protocols() -> None:
    """The test's own source is one."""
    source: Source = Kept()
    assert source.size() == 0
