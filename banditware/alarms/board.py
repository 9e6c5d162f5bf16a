"""Who tells of an alarm: one process of all, once when it begins and once when it is over.

The board is a ledger of the store, `*alarms`. A field `a/KIND/EXPERIMENT/ARM` is odd while the
alarm is on. Whoever wants to change it adds 1 under a once-key that says which change it is; the
store lets a single one through, and that one tells.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from banditware.alarms.rules import Alarm
from banditware.counts import Fields
from banditware.stores.base import Batch, Store

#: The ledger of the board.
BOARD = "*alarms"

#: For so many looks in a row an alarm is gone until it is over: what is on the edge is told once.
_GONE = 5


class Told(NamedTuple):
    """What is to be told.

    Attributes:
        event: `begin` or `end`.
        alarm: the alarm; of one that is over, only what it is called.
    """

    event: str
    alarm: Alarm


class Board:
    """What a process knows of the board of its store."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._gone: dict[str, int] = {}

    def changes(self, found: Iterable[Alarm]) -> Iterator[Told]:
        """Yield what this process is to tell.

        Args:
            found: all alarms that are on now.

        Raises:
            StoreError: the store cannot be reached.
        """
        on = {_field(alarm): alarm for alarm in found}
        fields = self._fields()
        raised = {name for name, number in fields.items() if name[:2] == "a/" and number % 2}
        self._gone = {name: self._gone.get(name, 0) + 1 for name in raised - on.keys()}
        for name in sorted(on.keys() - raised):
            if self._claimed(name, fields):
                yield Told("begin", on[name])
        for name in sorted(name for name, looks in self._gone.items() if looks >= _GONE):
            if self._claimed(name, fields):
                _, kind, experiment, arm = name.split("/")
                yield Told("end", Alarm(kind, experiment, arm, None, "is over", ""))

    def _fields(self) -> Fields:
        counts = self._store.exchange((), {BOARD: 0}).counts
        return counts[BOARD].fields if BOARD in counts else {}

    def _claimed(self, name: str, fields: Fields) -> bool:
        """Change a field; return True unless somebody else was faster."""
        mine = secrets.token_hex(8)
        key = f"0:{name}:{int(fields.get(name, 0))}"
        once = ((key, {name: 1, f"w/{mine}": 1}),)
        self._store.exchange([Batch(BOARD, mine, 0, 1, {}, once)], {})
        won = f"w/{mine}" in self._fields()
        self._store.fold(BOARD, {f"w/{mine}": "w/0"}, None)
        self._store.release(mine)
        return won


def _field(alarm: Alarm) -> str:
    return f"a/{alarm.kind}/{alarm.experiment}/{alarm.arm}"
