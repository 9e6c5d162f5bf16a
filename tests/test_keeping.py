from __future__ import annotations

import copy
import errno
import logging
from pathlib import Path

import pytest

from banditware import keeping
from banditware.backups import Backups
from banditware.errors import StoreError
from banditware.keeping import EAGER, INTERVAL, SPOOLS, Keeper
from banditware.model import DAY
from banditware.spool import Drained
from banditware.stores import Batch
from banditware.stores.memory import MemoryStore
from tests.recording import LEDGER, Faulty, fields


class Machine:
    """A folder with its keeper and a clock."""

    def __init__(self, store: Faulty, folder: Path) -> None:
        self.store = store
        self.keeper = Keeper(folder)
        self.files = Backups(folder)
        self.now = 1_000_000.0

    def minute(self) -> None:
        """Let a minute pass and do what is due."""
        self.now += INTERVAL
        self.sweep()

    def sweep(self, *, eager: bool = False) -> None:
        """Do what is due."""
        self.keeper.guard(self.store, [LEDGER])
        self.keeper.renew(self.store, self.now, eager=eager)

    @property
    def numbers(self) -> tuple[int, int | None]:
        """The numbers of the newest backup and of the floor."""
        kept = self.files.kept(LEDGER)
        assert kept is not None
        return kept.newest.mark.number, kept.floor and kept.floor.mark.number

    def may_delete(self, spool: str, end: int) -> bool:
        """Return True if a spool that was drained to its end may be deleted."""
        return list(self.keeper.spent([Drained(spool, end, {LEDGER: end})])) != []


@pytest.fixture
def memory() -> MemoryStore:
    return MemoryStore()


@pytest.fixture
def store(memory: MemoryStore) -> Faulty:
    return Faulty(memory)


@pytest.fixture
def machine(store: Faulty, tmp_path: Path) -> Machine:
    return Machine(store, tmp_path)


def pulls(store: Faulty, start: int, end: int, spool: str = "p") -> None:
    """Apply one pull for each byte."""
    store.exchange([Batch(LEDGER, spool, start, end, {"n/x/0": end - start})], {})


def test_the_first_backup_waits_for_a_minute(machine: Machine, store: Faulty) -> None:
    """A machine that is new to a ledger leaves it alone until others had time to restore it."""
    machine.sweep()
    assert machine.files.kept(LEDGER) is None
    pulls(store, 0, 5)
    machine.sweep()
    machine.now += INTERVAL - 1
    machine.sweep()
    assert (machine.numbers, store.marks()[LEDGER].number) == ((0, None), 0)
    machine.now += 1
    machine.sweep()
    assert (machine.numbers, store.marks()[LEDGER].number) == ((1, 0), 1)


def test_a_ledger_that_rests_is_backed_up_twice(machine: Machine, store: Faulty) -> None:
    """One backup a minute while counts change, one more so that spools may go, then none."""
    pulls(store, 0, 5)
    for _ in range(3):
        machine.minute()
    assert machine.numbers == (2, 1)
    machine.minute()
    assert machine.numbers == (2, 1)
    pulls(store, 5, 6)
    machine.minute()
    machine.minute()
    assert machine.numbers == (4, 3)


@pytest.mark.parametrize("jump", [-1e6, 1e6])
def test_a_clock_that_jumps_stops_no_backups(machine: Machine, store: Faulty, jump: float) -> None:
    """Set back or forward, the clock makes a backup come early, never never."""
    pulls(store, 0, 5)
    machine.sweep()
    machine.now += jump
    machine.sweep()
    assert machine.numbers == (1, 0)


def test_eager_backups_do_not_wait(machine: Machine, store: Faulty) -> None:
    """When spools fill the disk, backups of what changed are made twice as often, not at once."""
    pulls(store, 0, 5)
    for _ in range(4):
        machine.now += EAGER
        machine.sweep(eager=True)
        machine.sweep(eager=True)
    assert machine.numbers == (2, 1)


@pytest.mark.parametrize(("spools", "minutes"), [(1, 1), (SPOOLS, 1), (5 * SPOOLS, 5)])
def test_many_spools_make_backups_rarer(
    machine: Machine, store: Faulty, spools: int, minutes: int
) -> None:
    """A backup holds the positions of a whole fleet, so large fleets make each less often."""
    for spool in range(spools):
        pulls(store, 0, 1, f"spool{spool}")
    numbers = []
    for start in range(2 * minutes + 3):
        pulls(store, start + 1, start + 2, "spool0")
        machine.minute()
        numbers.append(machine.numbers[0])
    assert numbers[:2] == [0, 1]
    assert numbers.count(1) == minutes


def test_a_spool_may_go_when_the_older_backup_holds_it(machine: Machine, store: Faulty) -> None:
    """The newest backup alone is not enough: a store may be a little behind it."""
    for _ in range(3):
        pulls(store, 0, 5)
        assert not machine.may_delete("p", 5)
        machine.minute()
    assert machine.may_delete("p", 5)
    assert not machine.may_delete("p", 6)
    assert not machine.may_delete("q", 1)


def test_the_oldest_of_too_many_go(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    """As many spools as have to go without a backup do, the first of the list first."""
    monkeypatch.setattr(keeping, "MOST", 25)
    drained = [Drained(name, 10, {LEDGER: 10}) for name in "abcd"]
    assert [spool.id for spool in machine.keeper.spent(drained)] == ["a", "b"]


def test_a_wiped_store_gets_the_newest_backup(
    machine: Machine, store: Faulty, memory: MemoryStore, caplog: pytest.LogCaptureFixture
) -> None:
    """A ledger that is gone is restored once, and a warning says what and how to begin anew."""
    pulls(store, 0, 5)
    for _ in range(3):
        machine.minute()
    memory._ledgers.clear()
    pulls(store, 0, 1, "q")
    with caplog.at_level(logging.WARNING, logger="banditware"):
        for _ in range(2):
            machine.sweep()
    assert (fields(store), store.restored) == ({"n/x/0": 5}, 1)
    (message,) = caplog.messages
    assert message.startswith("memory:// had lost counts of a@1: put back those of 1970-01-12 ")
    assert "change the experiment's version, or delete" in message


def test_a_store_that_is_a_little_behind_gets_no_backup(
    machine: Machine, store: Faulty, memory: MemoryStore
) -> None:
    """What the older backup has is there, so spools have the rest; the newest one is given up."""
    pulls(store, 0, 5)
    for _ in range(2):
        machine.minute()
    older = copy.deepcopy(memory._ledgers)
    pulls(store, 5, 6)
    machine.minute()
    assert machine.numbers == (2, 1)
    memory._ledgers = older
    machine.sweep()
    assert (fields(store), store.restored, machine.numbers) == ({"n/x/0": 5}, 0, (1, 1))
    backup = machine.files.load(LEDGER)
    assert backup is not None
    assert backup.positions == {"p": 5}
    pulls(store, 5, 6)
    assert not machine.may_delete("p", 6)
    machine.minute()
    machine.minute()
    assert machine.may_delete("p", 6)


def test_another_history_is_told_and_left_alone(
    machine: Machine, store: Faulty, memory: MemoryStore, caplog: pytest.LogCaptureFixture
) -> None:
    """A store that went on without us for long keeps what it has; the loss is no secret."""
    pulls(store, 0, 5)
    for _ in range(3):
        machine.minute()
    memory._ledgers.clear()
    pulls(store, 0, 2, "q")
    store.back_up(LEDGER, store.marks()[LEDGER]._replace(number=0))
    with caplog.at_level(logging.WARNING, logger="banditware"):
        machine.sweep()
    assert fields(store) == {"n/x/0": 2}
    assert "those are lost" in caplog.text
    machine.minute()
    machine.minute()
    assert machine.numbers == (3, 2)


def test_what_nobody_configures_is_not_put_back(
    machine: Machine, store: Faulty, memory: MemoryStore
) -> None:
    """Ledgers of experiments that are no more may be deleted by hand."""
    store.exchange([Batch("b@1", "p", 0, 5, {"n/x/0": 5})], {})
    for _ in range(3):
        machine.minute()
    memory._ledgers.clear()
    machine.sweep()
    assert store.ledgers() == {}


def test_a_backup_that_nobody_can_read_is_not_put_back(
    machine: Machine, store: Faulty, memory: MemoryStore
) -> None:
    """A damaged file is worth nothing, and does no harm."""
    pulls(store, 0, 5)
    for _ in range(3):
        machine.minute()
    for path in machine.files.folder.iterdir():
        path.write_bytes(path.read_bytes()[:-3])
    memory._ledgers.clear()
    machine.keeper.guard(store, [LEDGER])
    assert store.ledgers() == {}


def test_a_ledger_that_is_no_name_of_a_file_has_no_backup(machine: Machine, store: Faulty) -> None:
    """Nothing is ever written outside of the folder."""
    store.exchange([Batch("../b@1", "p", 0, 5, {"n/x/0": 5})], {})
    machine.minute()
    assert list(machine.files.folder.iterdir()) == []


def test_a_disk_that_is_full_is_told(
    machine: Machine, store: Faulty, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A backup that cannot be written is an error, and the others are written."""
    store.exchange([Batch("b@1", "p", 0, 5, {"n/x/0": 5})], {})
    pulls(store, 0, 5)
    real = Path.write_bytes

    def write(path: Path, data: bytes) -> int:
        if path.name.startswith("a@1"):
            raise OSError(errno.ENOSPC, "No space left on device")
        return real(path, data)

    monkeypatch.setattr(Path, "write_bytes", write)
    with pytest.raises(StoreError, match=r"no backup of a@1 in .*: No space left on device"):
        machine.sweep()
    assert machine.files.kept("b@1") is not None


def test_without_backups_the_store_is_not_asked(machine: Machine, store: Faulty) -> None:
    """Guarding costs nothing where there is nothing to put back."""
    store.marks = store.fail  # type: ignore[method-assign,assignment]  # asking would fail
    machine.keeper.guard(store, [LEDGER])


def test_a_store_that_lost_a_backup_makes_no_other(
    machine: Machine, store: Faulty, memory: MemoryStore
) -> None:
    """Between a loss and its restore nothing is kept of the poorer state."""
    pulls(store, 0, 5)
    for _ in range(3):
        machine.minute()
    memory._ledgers.clear()
    pulls(store, 0, 1, "q")
    pulls(store, 1, 2, "q")
    machine.now += INTERVAL
    machine.keeper.renew(store, machine.now)
    assert machine.numbers == (2, 1)
    machine.keeper.guard(store, [LEDGER])
    assert fields(store) == {"n/x/0": 5}


def test_a_restore_that_somebody_else_was_faster_with_is_none(
    machine: Machine, store: Faulty, memory: MemoryStore, caplog: pytest.LogCaptureFixture
) -> None:
    """Between the look and the restore another machine may have put back the same state."""
    pulls(store, 0, 5)
    for _ in range(3):
        machine.minute()
    marks = memory.marks
    store.marks = dict  # type: ignore[method-assign]  # nothing is there when looked at
    with caplog.at_level(logging.WARNING, logger="banditware"):
        machine.keeper.guard(store, [LEDGER])
    assert (caplog.messages, store.restored, list(marks())) == ([], 0, [LEDGER])
    assert machine.numbers == (2, 1)


def test_what_is_old_of_a_history_is_folded_with_its_backup(
    machine: Machine, store: Faulty
) -> None:
    """Hours of long ago become days, and the backup after that has them as such."""
    machine.now = 40 * DAY
    store.exchange([Batch(LEDGER, "p", 0, 1, {"~n/x/3600": 2, "~n/x/7200": 3, "n/x/0": 5})], {})
    machine.sweep()
    machine.minute()
    assert store.aside(LEDGER) == {"~n/x/0": 5}
    machine.minute()
    backup = machine.files.load(LEDGER)
    assert backup is not None
    assert backup.fields == {"~n/x/0": 5, "n/x/0": 5}


def test_the_history_of_a_ledger_that_rests_is_folded_too(machine: Machine, store: Faulty) -> None:
    """Where nothing changes, no backup comes by it."""
    machine.now = 5 * DAY
    hour = 5 * int(DAY) + 7_200
    store.exchange([Batch(LEDGER, "p", 0, 1, {f"~n/x/{hour}": 2, "n/x/0": 2})], {})
    for _ in range(4):
        machine.minute()
    numbers = machine.numbers
    machine.now += 32 * DAY
    machine.sweep()
    assert (machine.numbers, store.aside(LEDGER)) == (numbers, {f"~n/x/{5 * int(DAY)}": 2})
