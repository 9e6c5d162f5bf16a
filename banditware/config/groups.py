"""Groups of experiments of which every subject is in one at most."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import accumulate

from banditware.config.experiment import ExperimentSection
from banditware.config.faults import Faults


def groups(experiments: Mapping[str, ExperimentSection]) -> dict[str, dict[str, float]]:
    """Return the shares of the experiments of each group, in the order of the file."""
    found: dict[str, dict[str, float]] = {}
    for name, experiment in experiments.items():
        if experiment.group is not None:
            found.setdefault(experiment.group, {})[name] = experiment.traffic
    return found


def check_groups(experiments: Mapping[str, ExperimentSection]) -> None:
    """Refuse groups whose experiments want more subjects than there are.

    Raises:
        ValidationError: there are such; it stands at the experiment that is too much.
    """
    faults = Faults()
    for group, shares in groups(experiments).items():
        sums = list(accumulate(shares.values()))
        if sums[-1] > _FULL:
            first = next(name for name, so_far in zip(shares, sums, strict=True) if so_far > _FULL)
            written = experiments[first].model_fields_set
            wanted = ", ".join(f"{name} {_percent(share)}" for name, share in shares.items())
            faults.add(
                (first, "traffic" if "traffic" in written else "group"),
                f"the experiments of group {group} share its subjects, and want "
                f"{_percent(sums[-1])} of them together ({wanted}): give each a traffic, in all "
                "100% at most",
            )
    faults.settle()


#: A sum of decimal fractions is a little off.
_FULL = 1 + 1e-9


def _percent(share: float) -> str:
    return f"{share * 100:.6g}%"
