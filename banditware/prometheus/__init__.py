"""Metrics for Prometheus; needs the extra `prometheus`.

What is counted is shared: every worker reports the same totals, read from its snapshot. How a
process is doing is its own, and has its id as the label `pid`.
"""

from __future__ import annotations

from collections.abc import Iterator
from importlib.metadata import version
from time import monotonic
from typing import TYPE_CHECKING

from prometheus_client.core import Metric
from prometheus_client.exposition import choose_encoder
from prometheus_client.registry import Collector

from banditware.freshness import Latest
from banditware.prometheus.counting import count
from banditware.prometheus.families import COST, HEALTH, SHARED, Family, Samples
from banditware.prometheus.processes import tell_costs, tell_health

if TYPE_CHECKING:
    from banditware.alarms import Alarm
    from banditware.bandit import Bandit

#: Seconds between two looks for alarms, each of which asks the store.
LOOK = 10.0

__all__ = ["BanditCollector", "exposition"]


class BanditCollector(Collector):
    """A collector for a registry of your own: `registry.register(BanditCollector(bandit))`.

    It reads the snapshot, which is no older than `refresh`: a scrape waits for the store if nobody
    has asked it for longer, and never beyond `patience`. Of a store that is away, the last counts
    are shown. Keep one, as long as the bandit: it remembers alarms for some seconds.
    """

    def __init__(self, bandit: Bandit, *, process: bool = True, patience: float = 1.0) -> None:
        """Prepare; nothing is read yet.

        Args:
            bandit: whose metrics.
            process: also report how this process is.
            patience: seconds to wait for the store at most.
        """
        self._bandit = bandit
        self._process = process
        self._patience = patience
        none: list[Alarm] = []
        self._alarms = Latest(bandit.alarms, none, every=LOOK, clock=monotonic)

    def describe(self) -> Iterator[Metric]:
        """Yield the metrics without samples, so that a registry need not ask the store."""
        yield from Samples(self._families()).metrics.values()

    def collect(self) -> Iterator[Metric]:
        """Yield all metrics."""
        samples = Samples(self._families())
        samples.add("info", (version("banditware"),), 1)
        experiments = self._bandit.current(self._patience).experiments
        controls = self._bandit.controls()
        for name, snapshot in experiments.items():
            count(samples, snapshot, controls.of(name).state)
        alarms = self._alarms(self._patience)
        # One sample for each set of labels: Prometheus refuses a whole scrape for a second one.
        for labels in sorted({(each.kind, each.experiment, each.arm) for each in alarms}):
            samples.add("alarm", labels, 1)
        if self._process:
            health = self._bandit.health()
            tell_health(samples, health)
            if self._bandit.costs is not None:
                tell_costs(samples, self._bandit.costs, health.pid)
        yield from samples.metrics.values()

    def _families(self) -> Iterator[Family]:
        yield from SHARED
        if self._process:
            yield from (family for family, _ in HEALTH)
            if self._bandit.costs is not None:
                yield COST


def exposition(collector: BanditCollector, accept: str = "") -> tuple[str, bytes]:
    """Return the metrics as Prometheus reads them.

    Args:
        collector: whose.
        accept: the formats that the reader prefers, as in the header of that name.

    Returns:
        the content type and the text.
    """
    encoder, kind = choose_encoder(accept)
    return kind, encoder(collector)
