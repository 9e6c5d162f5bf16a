"""All that a changed configuration does, in the order of the file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from typing import TYPE_CHECKING, NamedTuple

from banditware.control import Control, Controls
from banditware.planning import experiments, whole
from banditware.planning.differences import Difference
from banditware.planning.standing import base_of, controlled, standing
from banditware.planning.used import Use

if TYPE_CHECKING:
    from banditware.config.settings import Settings
    from banditware.model import Experiment


class Plan(NamedTuple):
    """What a changed configuration does.

    Attributes:
        differences: what changes, experiments first.
        standing: decisions of operators that go before what the file says, and stay.
    """

    differences: tuple[Difference, ...]
    standing: tuple[Difference, ...] = ()

    def as_dict(self) -> dict[str, object]:
        """Return it as plain, JSON-ready values."""
        return {
            "changes": [each._asdict() for each in self.differences],
            "standing": [each._asdict() for each in self.standing],
        }


def planned(
    new: Settings,
    counted: Mapping[str, Sequence[Use]],
    old: Settings | None = None,
    controls: Controls = Controls(),  # noqa: B008 - it is frozen
) -> Plan:
    """Return what a configuration changes.

    Args:
        new: the configuration.
        counted: what the store knows, by experiment; see `used`.
        old: the configuration before; without one, what the counts tell of it.
        controls: what operators decided, which is no change of the configuration.
    """
    found: list[Difference] = []
    before = None
    if old is not None:
        before = {each.name: each for each in controlled(old, controls).experiments}
    for each in controlled(new, controls).experiments:
        uses = list(counted.get(each.name, ()))
        if before is None:
            found += _after_counts(each, uses, controls.of(each.name))
        elif each.name in before:
            found += _after_declaration(each, before[each.name], uses)
        else:
            found += experiments.appearing(each, _of_version(uses, each.version))
    names = {each.name for each in new.experiments}
    for name in counted if before is None else before:
        if name not in names:
            found.append(experiments.vanishing(name, list(counted.get(name, ())) or [Use("")]))
    if old is not None:
        found += [*whole.routes(new, old), *whole.parts(new, old)]
    return Plan(tuple(found), tuple(standing(new, controls)))


def _after_counts(new: Experiment, uses: list[Use], control: Control) -> Iterator[Difference]:
    """Yield what the counts tell: versions, arms and goals."""
    if not uses:
        yield from experiments.appearing(new, None)
        return
    if base_of(uses[0].version) != base_of(new.version):
        yield from experiments.versions(new, uses[0].version, uses)
    use = _of_version(uses, new.version)
    if use is None or not new.arms:
        return
    yield from experiments.arms_gone(new, use.active(), use)
    yield from experiments.arms_added(new, {*use.arms, *control.added_arms}, use)
    if use.learnt and new.goal not in use.learnt and new.context is None:
        yield from experiments.goals(new, ", ".join(sorted(use.learnt)), use)


def _after_declaration(new: Experiment, old: Experiment, uses: list[Use]) -> Iterator[Difference]:
    """Yield what differs between two declarations, with what was counted."""
    yield from experiments.versions(new, old.version, uses)
    use = _of_version(uses, new.version) or Use(new.version)
    left = _of_version(uses, old.version) or Use(old.version)
    before = {arm.name for arm in old.arms}
    yield from experiments.arms_gone(new, before, left)
    yield from experiments.arms_added(new, before, use)
    changed = chain(
        experiments.arms_changed(new, old),
        experiments.goals(new, old.goal, use),
        experiments.aspects(new, old),
    )
    for each in changed:
        afresh = new.version != old.version
        yield each._replace(effect="holds for the new version") if afresh else each


def _of_version(uses: Sequence[Use], version: str) -> Use | None:
    return next((use for use in uses if use.version == version), None)
