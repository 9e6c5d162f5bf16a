"""One experiment in full, as JSON takes it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from banditware.analysis.intervals import interval
from banditware.dashboard.desk import Desk
from banditware.dashboard.overview import plain_alarms
from banditware.model import DAY, Experiment
from banditware.report import experiment_report
from banditware.snapshot import Snapshot

if TYPE_CHECKING:
    from banditware.control import Change, Control

HOUR = 3600


class Span(NamedTuple):
    """A stretch of time that charts show.

    Attributes:
        seconds: how long it is.
        step: seconds that are taken together.
        said: what people call it.
    """

    seconds: int
    step: int
    said: str


#: The stretches there are, by what stands in a URL.
SPANS = {
    "24h": Span(24 * HOUR, HOUR, "24 hours"),
    "7d": Span(7 * int(DAY), 6 * HOUR, "7 days"),
    "30d": Span(30 * int(DAY), int(DAY), "30 days"),
    "90d": Span(90 * int(DAY), int(DAY), "90 days"),
}

#: What is shown unless somebody asks for another one.
SPAN = "7d"


def experiment_data(
    desk: Desk, snapshot: Snapshot, name: str, now: float, span: str = SPAN
) -> dict[str, Any]:
    """Return all there is to see of an experiment; history and changes are read from the store.

    Args:
        desk: what pages are made from.
        snapshot: the counts.
        name: name of the experiment.
        now: seconds since the epoch.
        span: which of `SPANS` the history is of.

    Raises:
        UnknownExperimentError: no experiment has that name.
        StoreError: the store cannot be reached.
    """
    bandit, stretch, found = desk.bandit, SPANS[span], snapshot.known(name)
    experiment, control = found.experiment, bandit.controls().of(name)
    report, verdict = experiment_report(found), desk.judge.verdict(found, now)
    wrong = desk.lookout.found(len(snapshot.experiments)).alarms
    history = bandit.history(name, since=now - stretch.seconds, until=now, step=stretch.step)
    return {
        "time": now,
        "experiment": name,
        "state": control.state,
        "serving": control.arm,
        **_declared(experiment, report),
        "arms": _arms(report, verdict, control, experiment.default),
        **{key: verdict[key] for key in ("leader", "proven", "why", "notes")},
        "confidence": 1.0 - verdict["alpha"],
        "total": report["total"],
        "holdout": report.get("holdout"),
        "excluded": report["excluded"],
        "alarms": plain_alarms(each for each in wrong if each.experiment == name),
        "changes": [plain_change(each) for each in bandit.changes(name, limit=20)],
        "span": span,
        "history": history,
    }


def _declared(experiment: Experiment, report: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the configuration says of an experiment."""
    return {
        "policy": report["policy"],
        "goal": report["goal"],
        "version": report["version"],
        "default": experiment.default,
        "sticky": experiment.sticky,
        "attribution": experiment.attribution,
        "holdout_share": experiment.holdout,
    }


def _arms(
    report: Mapping[str, Any], verdict: Mapping[str, Any], control: Control, default: str
) -> dict[str, Any]:
    """Return the arms: those that are drawn, those that are closed, and those that only counted."""
    closed = dict.fromkeys(control.paused_arms, "paused") | dict.fromkeys(
        control.retired_arms, "retired"
    )
    found = {}
    for arm in sorted(report["arms"].keys() | closed.keys()):
        counted = report["arms"].get(arm, _NOTHING)
        weighed = verdict["arms"].get(arm) or _measured(counted, verdict["alpha"])
        state = closed.get(arm) or ("open" if arm in verdict["arms"] else "removed")
        found[arm] = {
            "state": state,
            "default": arm == default,
            "pulls": counted["pulls"],
            "rewards": counted["rewards"],
            "reward_sum": counted["reward_sum"],
            "rate": counted["rewards"] / counted["pulls"] if counted["pulls"] else None,
            "mean": weighed.get("mean"),
            "interval": weighed.get("interval"),
            "propensity": 0.0 if state in closed.values() else counted["propensity"],
            "p_best": weighed.get("p_best"),
            "expected_loss": weighed.get("expected_loss"),
            "goals": counted["goals"],
        }
    return found


def _measured(counted: Mapping[str, Any], alpha: float) -> dict[str, Any]:
    """Return what is known of an arm that is not drawn now, if it was rewarded by ones alone."""
    pulls, rewards = counted["pulls"], counted["rewards"]
    if not pulls or rewards > pulls or counted["reward_sum"] != rewards:
        return {}
    ends = interval(pulls, rewards, alpha)
    return {"mean": rewards / pulls, "interval": list(ends)}


_NOTHING: Mapping[str, Any] = {
    "pulls": 0,
    "rewards": 0,
    "reward_sum": 0.0,
    "propensity": 0.0,
    "goals": {},
}


def plain_change(change: Change) -> dict[str, Any]:
    """Return a recorded change as JSON takes it."""
    plain = change._asdict()
    return {**plain, "before": dict(change.before), "after": dict(change.after)}
