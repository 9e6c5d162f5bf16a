"""Alarms as findings: what is wrong with what the store has counted."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from banditware.alarms.facts import look, under
from banditware.alarms.rules import Common, alarms
from banditware.doctor.findings import Finding, Level
from banditware.model import Experiment
from banditware.operating import controls_in
from banditware.stores import Store

_WHY = {
    "clock": "what happened is counted under another hour, and cookies look younger or older",
    "mismatch": "arms are compared by what is left of them, so their rates mislead",
    "no_pulls": "nobody takes part, and nothing is learnt",
    "no_rewards": "every arm looks alike, and nothing is learnt",
    "excluded": "nobody takes part, and nothing is learnt",
}


def findings(
    store: Store, experiments: Iterable[Experiment], clock: Callable[[], float]
) -> Iterator[Finding]:
    """Yield a finding for each alarm, or one that there are none.

    Args:
        store: where counts are.
        experiments: what is configured.
        clock: seconds since the epoch.

    Raises:
        StoreError: the store cannot be reached.
    """
    looked = look(store, under(experiments, controls_in(store)), clock)
    found = alarms(Common(clock(), store.url, None, looked.skews), looked.experiments)
    for each in found:
        check = f"alarm {each.kind} {each.experiment}".rstrip()
        yield Finding(Level.WARNING, check, each.message, _WHY[each.kind], each.mend)
    if not found:
        yield Finding(Level.FINE, "alarms", "nothing is wrong with what was counted")
