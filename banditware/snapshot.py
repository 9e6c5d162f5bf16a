"""The counts as decisions see them: immutable, in memory, one probability per arm.

The vector is computed here, off the request path; a request only samples from it. That is why the
propensity of every decision is exact, for every policy.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from itertools import accumulate
from typing import TYPE_CHECKING, TypeVar

from banditware.counts import Fields, Totals, pulls_of, totals
from banditware.drawing import shares_text
from banditware.errors import UnknownExperimentError
from banditware.maturity import Reading, shares, statistics
from banditware.model import Arm, Experiment
from banditware.turns import spaced

if TYPE_CHECKING:
    from banditware.contextual.choosing import Chooser

#: Weight of the newest refresh in the running mean of decisions per refresh. A third forgets a
#: burst within ten refreshes.
_SMOOTHING = 1 / 3

Kept = TypeVar("Kept")

#: By arm: what is kept, and before it the time from which and that up to which it holds.
Records = dict[str, tuple[float, float, Kept]]

#: As if nothing was read yet.
_UNREAD = Reading(goal="reward", now=0.0, width=1.0)


@dataclass(frozen=True, slots=True)
class ExperimentSnapshot:
    """One experiment's arms and the probability of each, from one reading of its counts.

    Attributes:
        experiment: the experiment.
        probabilities: one per arm of `experiment.arms`, floor included.
        boundaries: running sums of the probabilities, without the last one.
        by_name: the arms by their names.
        fields: the counts behind them; see `banditware.counts`.
        version: the store's version of these counts; -1 before the first reading.
        pulls: pulls of all arms, over all cohorts.
        batch: decisions expected until the next snapshot, over all processes.
        chooser: what a contextual experiment decides by; None for others. The probabilities are
            then those of a subject of whom nothing is known.
        reading: how the counts were read.
        shares: the probabilities as text; empty for contextual experiments.
        records: what a pull of an arm leaves, while its cohort lasts; see `banditware.recording`.
        beginnings: with what the record of a pull in context begins, likewise.
    """

    experiment: Experiment
    probabilities: tuple[float, ...]
    boundaries: tuple[float, ...]
    by_name: Mapping[str, Arm]
    fields: Fields
    version: int = -1
    pulls: int = 0
    batch: float = 1.0
    chooser: Chooser | None = None
    reading: Reading = _UNREAD
    shares: str = ""
    records: Records[bytes] = field(init=False, default_factory=dict, repr=False, compare=False)
    beginnings: Records[str] = field(init=False, default_factory=dict, repr=False, compare=False)

    @property
    def sums(self) -> Totals:
        """The counts over all cohorts; summed whenever a report asks, and not at every refresh."""
        return totals(self.fields)


@dataclass(frozen=True, slots=True)
class Snapshot:
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
        for name in spaced([n for n, e in experiments.items() if e.experiment.ledger in read]):
            previous = experiments[name]
            version, fields = read[previous.experiment.ledger]
            try:
                experiments[name] = updated(previous, fields, version=version, now=now)
            except Exception as error:  # noqa: BLE001  # whatever a policy makes of its counts
                fault(error)
        return Snapshot(experiments)


def unread(experiment: Experiment) -> ExperimentSnapshot:
    """Return the snapshot of an experiment whose counts were not read yet: as with no pulls."""
    reading = Reading(goal=experiment.goal, now=0.0, width=1.0)
    return _computed(experiment, {}, reading, _by_name(experiment))


def updated(
    previous: ExperimentSnapshot, fields: Fields, *, version: int, now: float
) -> ExperimentSnapshot:
    """Return the snapshot after a new reading of the counts at `now`, in seconds."""
    experiment = previous.experiment
    # The callers of contextual experiments may have named other arms.
    pulls = pulls_of(fields, previous.by_name if experiment.context is None else None)
    batch = previous.batch
    if previous.version >= 0:
        batch = max(1.0, batch + _SMOOTHING * (pulls - previous.pulls - batch))
    reading = Reading(goal=experiment.goal, now=now, width=experiment.cohort_width, batch=batch)
    snapshot = _computed(experiment, fields, reading, previous.by_name)
    return replace(snapshot, version=version, pulls=pulls, batch=batch)


def carried(
    previous: ExperimentSnapshot, experiment: Experiment, *, now: float
) -> ExperimentSnapshot:
    """Return the snapshot of an experiment that was changed, with the counts as they were read."""
    batch, pulls = previous.batch, previous.pulls
    reading = Reading(goal=experiment.goal, now=now, width=experiment.cohort_width, batch=batch)
    snapshot = _computed(experiment, previous.fields, reading, _by_name(experiment))
    return replace(snapshot, version=previous.version, pulls=pulls, batch=batch)


def _by_name(experiment: Experiment) -> Mapping[str, Arm]:
    return {arm.name: arm for arm in experiment.arms}


def _computed(
    experiment: Experiment, fields: Fields, reading: Reading, by_name: Mapping[str, Arm]
) -> ExperimentSnapshot:
    arms = tuple(arm.name for arm in experiment.arms)
    if experiment.context is None:
        vector = experiment.policy.probabilities(statistics(fields, arms, reading=reading))
        return ExperimentSnapshot(
            experiment,
            vector,
            _boundaries(vector),
            by_name,
            fields,
            reading=reading,
            shares=shares_text(arms, vector),
        )
    # Only contextual experiments need them, and they cost a third of the whole import.
    from banditware.contextual.choosing import chooser  # noqa: PLC0415

    matured = shares(fields, reading=reading)
    decides = chooser(experiment.context, fields, matured, goal=reading.goal, batch=reading.batch)
    nothing: Mapping[str, object] = {}
    vector = decides.weighed(nothing, dict.fromkeys(arms, nothing))[1] if arms else ()
    return ExperimentSnapshot(
        experiment,
        vector,
        _boundaries(vector),
        by_name,
        fields,
        chooser=decides,
        reading=reading,
    )


def _boundaries(vector: tuple[float, ...]) -> tuple[float, ...]:
    # The last arm that can be drawn takes what rounding leaves below 1, so that none behind it,
    # whose probability is zero, is ever drawn.
    last = max((index for index, probability in enumerate(vector) if probability > 0), default=0)
    return (*accumulate(vector[:last]), *(1.0,) * (len(vector) - 1 - last))
