"""The counts as decisions see them: immutable, in memory, one probability per arm.

The vector is computed here, off the request path; a request only samples from it. That is why the
propensity of every decision is exact, for every policy.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Mapping
from itertools import accumulate
from typing import TYPE_CHECKING, NamedTuple

from banditware.counts import HOLDOUT, Fields, Totals, totals
from banditware.errors import UnknownExperimentError
from banditware.maturity import Reading, shares, statistics
from banditware.model import Arm, Experiment

if TYPE_CHECKING:
    from banditware.contextual.choosing import Chooser

#: Weight of the newest refresh in the running mean of decisions per refresh. A third forgets a
#: burst within ten refreshes.
_SMOOTHING = 1 / 3


class ExperimentSnapshot(NamedTuple):
    """One experiment's arms and the probability of each, from one reading of its counts.

    Attributes:
        experiment: the experiment.
        probabilities: one per arm of `experiment.arms`, floor included.
        boundaries: running sums of the probabilities, without the last one.
        by_name: the arms by their names.
        fields: the counts behind them; see `banditware.counts`.
        sums: the same over all cohorts; nobody changes them.
        version: the store's version of these counts; -1 before the first reading.
        pulls: pulls of all arms, over all cohorts.
        batch: decisions expected until the next snapshot, over all processes.
        chooser: what a contextual experiment decides by; None for others. The probabilities are
            then those of a subject of whom nothing is known.
        reading: how the counts were read.
    """

    experiment: Experiment
    probabilities: tuple[float, ...]
    boundaries: tuple[float, ...]
    by_name: Mapping[str, Arm]
    fields: Fields
    sums: Totals
    version: int = -1
    pulls: int = 0
    batch: float = 1.0
    chooser: Chooser | None = None
    reading: Reading = Reading(goal="reward", now=0.0, width=1.0)

    def draw(self, uniform: float) -> int:
        """Return the index of the arm that a uniform number in [0, 1) draws."""
        return bisect_right(self.boundaries, uniform)


class Snapshot(NamedTuple):
    """All experiments by name, as of one refresh."""

    experiments: Mapping[str, ExperimentSnapshot]

    def known(self, name: str) -> ExperimentSnapshot:
        """Return the experiment of that name.

        Raises:
            UnknownExperimentError: there is none.
        """
        snapshot = self.experiments.get(name)
        if snapshot is None:
            raise UnknownExperimentError(name, self.experiments)
        return snapshot

    def advanced(
        self,
        read: Mapping[str, tuple[int, Fields]],
        *,
        now: float,
        fault: Callable[[Exception], None],
    ) -> Snapshot:
        """Return the snapshot after a new reading of some ledgers.

        An experiment whose vector cannot be computed keeps the one it has, and `fault` is told; the
        others go on learning.

        Args:
            read: version and counts by ledger.
            now: when they were read, in seconds since the epoch.
            fault: told of an exception of a policy.
        """
        experiments = dict(self.experiments)
        for name, previous in self.experiments.items():
            if previous.experiment.ledger in read:
                version, fields = read[previous.experiment.ledger]
                try:
                    experiments[name] = updated(previous, fields, version=version, now=now)
                except Exception as error:  # noqa: BLE001  # whatever a policy makes of its counts
                    fault(error)
        return Snapshot(experiments)


def unread(experiment: Experiment) -> ExperimentSnapshot:
    """Return the snapshot of an experiment whose counts were not read yet: as with no pulls."""
    reading = Reading(goal=experiment.goal, now=0.0, width=1.0)
    return _computed(experiment, {}, Totals(), reading)


def updated(
    previous: ExperimentSnapshot, fields: Fields, *, version: int, now: float
) -> ExperimentSnapshot:
    """Return the snapshot after a new reading of the counts at `now`, in seconds."""
    experiment = previous.experiment
    sums = totals(fields)
    active = {arm.name for arm in experiment.arms}
    if experiment.context is not None:  # its callers may have named others
        active = sums.arms.keys() - {HOLDOUT}
    pulls = sum(arm.pulls for name, arm in sums.arms.items() if name in active)
    batch = previous.batch
    if previous.version >= 0:
        batch = max(1.0, batch + _SMOOTHING * (pulls - previous.pulls - batch))
    reading = Reading(goal=experiment.goal, now=now, width=experiment.cohort_width, batch=batch)
    snapshot = _computed(experiment, fields, sums, reading)
    return snapshot._replace(version=version, pulls=pulls, batch=batch)


def carried(
    previous: ExperimentSnapshot, experiment: Experiment, *, now: float
) -> ExperimentSnapshot:
    """Return the snapshot of an experiment that was changed, with the counts as they were read."""
    batch, pulls = previous.batch, previous.pulls
    reading = Reading(goal=experiment.goal, now=now, width=experiment.cohort_width, batch=batch)
    snapshot = _computed(experiment, previous.fields, previous.sums, reading)
    return snapshot._replace(version=previous.version, pulls=pulls, batch=batch)


def _computed(
    experiment: Experiment, fields: Fields, sums: Totals, reading: Reading
) -> ExperimentSnapshot:
    arms = tuple(arm.name for arm in experiment.arms)
    if experiment.context is None:
        vector = experiment.policy.probabilities(statistics(fields, arms, reading=reading))
        return _snapshot(experiment, vector, fields, sums)._replace(reading=reading)
    # Only contextual experiments need them, and they cost a third of the whole import.
    from banditware.contextual.choosing import chooser  # noqa: PLC0415

    matured = shares(fields, reading=reading)
    decides = chooser(experiment.context, fields, matured, goal=reading.goal, batch=reading.batch)
    nothing: Mapping[str, object] = {}
    vector = decides.weighed(nothing, dict.fromkeys(arms, nothing))[1] if arms else ()
    snapshot = _snapshot(experiment, vector, fields, sums)
    return snapshot._replace(chooser=decides, reading=reading)


def _snapshot(
    experiment: Experiment, vector: tuple[float, ...], fields: Fields, sums: Totals
) -> ExperimentSnapshot:
    # The last arm that can be drawn takes what rounding leaves below 1, so that none behind it,
    # whose probability is zero, is ever drawn.
    last = max((index for index, probability in enumerate(vector) if probability > 0), default=0)
    boundaries = (*accumulate(vector[:last]), *(1.0,) * (len(vector) - 1 - last))
    by_name = {arm.name: arm for arm in experiment.arms}
    return ExperimentSnapshot(experiment, vector, boundaries, by_name, fields, sums)
