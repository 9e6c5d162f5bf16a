"""The metrics: names, types, labels and what they are."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily

_EXPERIMENT = ("experiment", "version")
_ARM = (*_EXPERIMENT, "arm")
_GOAL = (*_ARM, "goal")
_PROCESS = ("pid",)


class Family(NamedTuple):
    """A metric without its samples.

    Attributes:
        name: its name; Prometheus adds `_total` to that of a counter.
        kind: its type.
        help: what it is.
        labels: names of its labels.
    """

    name: str
    kind: type[CounterMetricFamily | GaugeMetricFamily | HistogramMetricFamily]
    help: str
    labels: tuple[str, ...]

    def empty(self) -> Any:
        """Return the metric, to add samples to."""
        return self.kind(self.name, self.help, labels=self.labels)


_COUNTER, _GAUGE, _HISTOGRAM = CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily

#: The totals that all processes share.
SHARED = (
    Family("banditware_info", _GAUGE, "1, for the version of banditware.", ("banditware",)),
    Family(
        "banditware_experiment_info",
        _GAUGE,
        "1, for the policy and the goal of an experiment.",
        (*_EXPERIMENT, "policy", "goal"),
    ),
    Family(
        "banditware_experiment_state",
        _GAUGE,
        "1, for what operators let an experiment do.",
        (*_EXPERIMENT, "state"),
    ),
    Family(
        "banditware_alarm",
        _GAUGE,
        "1, for what is wrong at the moment.",
        ("kind", "experiment", "arm"),
    ),
    Family("banditware_pulls", _COUNTER, "Decisions that somebody saw.", _ARM),
    Family("banditware_rewards", _COUNTER, "Rewards that were credited.", _GOAL),
    Family(
        "banditware_reward_amount",
        _GAUGE,
        "Sum of the rewards that were credited; some may be negative.",
        _GOAL,
    ),
    Family("banditware_propensity", _GAUGE, "Probability with which an arm is drawn now.", _ARM),
    Family(
        "banditware_excluded",
        _COUNTER,
        "What was served but is no pull, or sent but not credited.",
        (*_EXPERIMENT, "reason"),
    ),
)

#: How a process is: the metric, and the field of `Health` that it is.
HEALTH = (
    (
        Family(
            "banditware_spool_backlog_bytes",
            _GAUGE,
            "What was recorded and is not in the store yet.",
            _PROCESS,
        ),
        "backlog_bytes",
    ),
    (
        Family(
            "banditware_counts_age_seconds",
            _GAUGE,
            "Time since the counts that decide were the store's.",
            _PROCESS,
        ),
        "counts_age",
    ),
    (
        Family(
            "banditware_store_reachable",
            _GAUGE,
            "1 if the last exchange with the store succeeded, 0 if not.",
            _PROCESS,
        ),
        "reachable",
    ),
    (
        Family("banditware_killed", _GAUGE, "1 if everything is switched off.", _PROCESS),
        "killed",
    ),
    (
        Family(
            "banditware_config_broken",
            _GAUGE,
            "1 if the configuration's file was changed and cannot be used.",
            _PROCESS,
        ),
        "config_error",
    ),
    (
        Family(
            "banditware_config_restart_needed",
            _GAUGE,
            "1 if the configuration's file says something that takes effect with a restart.",
            _PROCESS,
        ),
        "config_restart",
    ),
    *(
        (Family(f"banditware_{name}", _COUNTER, text, _PROCESS), field)
        for name, field, text in (
            ("flush_errors", "flush_errors", "Exchanges with the store that failed."),
            ("publish_errors", "publish_errors", "Times new counts could not be made use of."),
            ("spool_errors", "spool_errors", "Times a record could not be written at first."),
            ("dropped_records", "dropped", "Records that are lost."),
            ("damaged_records", "damaged", "Lines of spools that could not be read."),
            ("faults", "faults", "Exceptions of banditware that were hidden from the app."),
            ("log_events", "log_written", "Events that the decision log has written."),
            ("log_lost_events", "log_lost", "Events that the decision log has lost."),
            ("log_errors", "log_errors", "Times a place of the decision log failed."),
        )
    ),
)

COST = Family(
    "banditware_request_seconds",
    _HISTOGRAM,
    "Time that banditware took for a request: choosing, deciding and finishing.",
    _PROCESS,
)


class Samples:
    """The samples of several metrics, by the name of the metric."""

    def __init__(self, families: Iterable[Family]) -> None:
        self.metrics = {family.name: family.empty() for family in families}

    def add(self, name: str, labels: Iterable[str], number: float) -> None:
        """Add a sample to `banditware_NAME`."""
        self.metrics[f"banditware_{name}"].add_metric(tuple(labels), number)
