"""All experiments at a glance, as JSON takes it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from banditware.control import ARCHIVED, RUNNING
from banditware.dashboard.counting import Tally
from banditware.dashboard.desk import Desk
from banditware.dashboard.source import Alarm, Source
from banditware.snapshot import ExperimentSnapshot, Snapshot

if TYPE_CHECKING:
    from banditware.control import Control


def overview(
    desk: Desk, snapshot: Snapshot, now: float, *, archived: bool = False
) -> dict[str, Any]:
    """Return what there is to see of all experiments; nothing is read from the store.

    Args:
        desk: what pages are made from.
        snapshot: the counts.
        now: seconds since the epoch.
        archived: show what is archived instead of the rest.
    """
    judge, controls = desk.judge, desk.bandit.controls()
    wrong = desk.lookout.found(len(snapshot.experiments))
    of_each = Counter(alarm.experiment for alarm in wrong.alarms)
    states = {name: controls.of(name).state for name in snapshot.experiments}
    shown = [
        each
        for name, each in snapshot.experiments.items()
        if (states[name] == ARCHIVED) == archived
    ]
    verdicts = judge.verdicts(shown, now)
    rows = {}
    for each in shown:
        name = each.experiment.name
        counts = judge.tally(each, now)
        row = _row(each, counts, verdicts.get(name, {}), controls.of(name))
        rows[name] = {**row, "alarms": of_each[name]}
    return {
        "time": now,
        "killed": controls.killed,
        "running": sum(state == RUNNING for state in states.values()),
        "archived": sum(state == ARCHIVED for state in states.values()),
        "pulls_last_day": sum(row["pulls_last_day"] for row in rows.values()),
        "store": store(desk.bandit),
        "alarms": plain_alarms(wrong.alarms),
        "alarms_time": wrong.time,
        "experiments": rows,
    }


def _row(
    snapshot: ExperimentSnapshot, counts: Tally, verdict: Mapping[str, Any], control: Control
) -> dict[str, Any]:
    experiment = snapshot.experiment
    arms, best = {arm: found.rate for arm, found in counts.arms.items()}, _best(counts)
    leader = verdict.get("leader") if verdict else best
    p_best = verdict["arms"].get(leader, {}).get("p_best") if leader and verdict else None
    shown = leader or best or experiment.default
    return {
        "state": control.state,
        "policy": (experiment.context or experiment).policy.name,
        "goal": experiment.goal,
        "arms": len(arms),
        "paused_arms": len(control.paused_arms),
        "pulls": int(counts.pulls),
        "pulls_last_day": int(counts.lately),
        "rewards": int(counts.rewards),
        "rate": _rounded(counts.rewards / counts.pulls if counts.pulls else None),
        "leader": leader,
        "leader_rate": _rounded(arms.get(leader) if leader else None),
        "p_best": p_best if p_best is None else round(p_best, 6),
        "why": verdict.get("why", ""),
        "share_of": shown,
        "share": [_rounded(share) for share in counts.shares(shown)],
    }


def _best(counts: Tally) -> str | None:
    """Return the arm with the highest rate, of those that were shown more than now and then."""
    least = max(1.0, counts.pulls / 100)
    known = {arm: found.rate for arm, found in counts.arms.items() if found.pulls >= least}
    return max(known, key=lambda arm: known[arm] or 0.0) if known else None


def _rounded(number: float | None) -> float | None:
    """Return a number with as many digits as anybody looks at: hundreds of rows have to be sent."""
    return None if number is None else float(f"{number:.4g}")


def store(bandit: Source) -> dict[str, Any]:
    """Return how the counting of this process is; the store's address has no password."""
    health = bandit.health()
    return {
        "address": health.store,
        "reachable": health.reachable,
        "counts_age": health.counts_age,
        "backlog_bytes": health.backlog_bytes,
        "dropped": health.dropped,
        "faults": health.faults,
        "error": health.last_error if health.reachable is False else "",
    }


def plain_alarms(alarms: Iterable[Alarm]) -> list[dict[str, Any]]:
    """Return alarms as JSON takes them."""
    return [
        {
            "kind": str(alarm.kind),
            "experiment": alarm.experiment,
            "arm": alarm.arm,
            "since": alarm.since,
            "message": alarm.message,
            "mend": alarm.mend,
        }
        for alarm in alarms
    ]
