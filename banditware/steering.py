"""How a running bandit follows its operators: what they change in the store, and in the file.

All of it happens in the thread that talks to the store, once per refresh. What requests stand on is
made anew as a whole and put in place by one assignment: a request that is under way goes on with
what it began with, and no request waits.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

from banditware.config.settings import Settings, forcing_of
from banditware.control import CONTROLS, Controls, effective
from banditware.killed import KilledVisit
from banditware.model import Experiment
from banditware.snapshot import ExperimentSnapshot, Snapshot, carried, unread
from banditware.switches import switched_off
from banditware.visit import Visit
from banditware.watching import OpenVisit

if TYPE_CHECKING:
    from banditware.control import Change
    from banditware.controlling import Wanted
    from banditware.ground import Ground
    from banditware.reloading import Reloading
    from banditware.stores.base import Counts, Store


class Edges(NamedTuple):
    """What steering cannot know by itself.

    Attributes:
        clock: seconds since the epoch.
        fault: told of an exception of ours that the app must not see.
        furnished: returns the fields of a ground that only the configuration decides.
        visits: returns what makes the visit of a request.
    """

    clock: Callable[[], float]
    fault: Callable[[Exception], None]
    furnished: Callable[[Settings], Mapping[str, Any]]
    visits: Callable[[Settings], OpenVisit]


class Steering:
    """What operators have changed, and what comes of it.

    Attributes:
        controls: what was changed, as of the last refresh.
        settings: the configuration, as far as it could be taken over.
        declared: its experiments by name, as if nothing had been changed.
        store: where changes are kept.
        windows: seconds within which rewards are credited, by ledger that is read.
    """

    def __init__(self, settings: Settings, store: Store, edges: Edges, file: Reloading) -> None:
        """Prepare; nothing is read yet.

        Args:
            settings: the configuration.
            store: where changes are kept.
            edges: what else is needed.
            file: notices that the configuration has changed.
        """
        self.store = store
        self.windows: Mapping[str, float] = {}
        self._edges = edges
        self._file = file
        self._stored = Controls()
        self._take(settings)
        self.controls = self._switched()

    def operate(self, wanted: Wanted) -> Change:
        """Make a change in the store, and return it; see `Steered.control`."""
        from banditware.operating import operate  # noqa: PLC0415  # only operators need it

        return operate(self.store, self.declared, wanted, self._edges.clock())

    def looked(self, ground: Ground) -> Ground:
        """Return the ground after a look at the file, its switch and the environment.

        A file that cannot be used changes nothing. Never raises.
        """
        settings = self._file.look(self.settings)
        if settings is not None:
            ground = self._reloaded(ground, settings)
        if self._switched().killed != self.controls.killed:
            ground = self.regrounded(ground)
        return ground

    def advanced(self, ground: Ground, changed: Mapping[str, Counts]) -> Ground:
        """Return the ground after ledgers, or what operators want, have changed in the store.

        Raises:
            StoreError: what operators want cannot be read.
        """
        if CONTROLS in changed:
            from banditware.operating import kept_in  # noqa: PLC0415  # only operators need it

            self._stored = kept_in(self.store, self._stored, self._edges.clock())
            ground = self.regrounded(ground)
        read = {
            ledger: (counts.version, counts.fields)
            for ledger, counts in changed.items()
            if ledger != CONTROLS
        }
        if read:
            now, fault = self._edges.clock(), self._edges.fault
            ground.snapshot = ground.snapshot.advanced(read, now=now, fault=fault)
        return ground

    def regrounded(self, ground: Ground) -> Ground:
        """Return a ground with the experiments as they are under what was changed."""
        self.controls = controls = self._switched()
        killed = bool(controls.killed)
        found = tuple(
            effective(each, controls.of(each.name), killed=killed)
            for each in self.settings.experiments
        )
        before = ground.snapshot.experiments
        snapshot = Snapshot(
            {each.name: self._carried(before.get(each.name), each) for each in found}
        )
        self.windows = {each.ledger: each.attribution for each in found}
        visit = KilledVisit if killed else self._edges.visits(self.settings)
        return replace(
            ground,
            snapshot=snapshot,
            forcing=forcing_of(self.settings._replace(experiments=found)),
            visit=visit,
            plain=visit is Visit,
        )

    def health(self) -> dict[str, Any]:
        """Return what `Health` tells of it."""
        return {
            "killed": self.controls.killed,
            "controls": self.controls.version,
            **self._file.health(),
        }

    def _take(self, settings: Settings) -> None:
        self.settings = settings
        self.declared: Mapping[str, Experiment] = {each.name: each for each in settings.experiments}

    def _switched(self) -> Controls:
        """Return the controls with what switches everything off from elsewhere."""
        killed = self._stored.killed or switched_off(self.settings.kill_switch)
        return self._stored._replace(killed=killed)

    def _reloaded(self, ground: Ground, settings: Settings) -> Ground:
        """Return the ground of another configuration; the same if it cannot be used."""
        before = self.settings
        try:
            furnished = self._edges.furnished(settings)
            self._take(settings)
            return self.regrounded(replace(ground, **furnished))
        except Exception as error:  # noqa: BLE001  # whatever is wrong with it, the old one goes on
            self._take(before)
            self._file.refuse(error)
            return self.regrounded(ground)

    def _carried(
        self, before: ExperimentSnapshot | None, experiment: Experiment
    ) -> ExperimentSnapshot:
        """Return the snapshot of an experiment, with the counts that are known of its ledger."""
        if before is None or before.experiment.ledger != experiment.ledger:
            return unread(experiment)
        if before.experiment == experiment:
            # The very same, so that what is remembered of it in memory holds.
            return before
        try:
            return carried(before, experiment, now=self._edges.clock())
        except Exception as error:  # noqa: BLE001  # a policy must not be in the way of a change
            self._edges.fault(error)
            return unread(experiment)
