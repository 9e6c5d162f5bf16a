"""Spans that tell of decisions, rewards and exchanges with the store, by OpenTelemetry's API.

Where the app has no SDK of it, no span is recorded, and nothing is told to anybody. Names follow
OpenTelemetry's conventions for feature flags where they have one, and begin with `banditware` where
they do not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias, cast

from opentelemetry import trace

from banditware.events.happened import Decided, Happened, Rewarded
from banditware.http import Effects, Headers
from banditware.model import Decision
from banditware.timing import WatchedVisit

if TYPE_CHECKING:
    from opentelemetry.trace import Span

    from banditware.stores.base import Batch, Exchange, Store

#: OpenTelemetry's words for the reasons of decisions; what is not here came to the default.
REASONS = {
    "drawn": "split",
    "sticky": "cached",
    "forced": "static",
    "failure": "error",
    "unknown": "error",
    **dict.fromkeys(("paused", "stopped", "promoted", "archived", "killed"), "disabled"),
}

_Attributes: TypeAlias = "dict[str, str | bool | float]"


def tell_decision(span: Span, decision: Decision, excluded: str) -> None:
    """Tell a span of a decision.

    Args:
        span: of which request or task.
        decision: the decision.
        excluded: the reason for which it is no pull, if its response told so.
    """
    name, counted = decision.experiment, decision.counted and not excluded
    reason = excluded or decision.reason
    attributes: _Attributes = {
        "feature_flag.key": name,
        "feature_flag.result.variant": decision.arm,
        "feature_flag.result.reason": REASONS.get(decision.reason, "default"),
        "feature_flag.version": decision.version,
        "feature_flag.provider.name": "banditware",
        "banditware.reason": reason,
        "banditware.counted": counted,
        "banditware.propensity": decision.propensity,
    }
    span.add_event("feature_flag.evaluation", attributes)
    prefix = f"banditware.{name}"
    span.set_attributes(
        {f"{prefix}.arm": decision.arm, f"{prefix}.reason": reason, f"{prefix}.counted": counted}
    )


def tell_reward(span: Span, event: Rewarded) -> None:
    """Tell a span of a reward, credited or refused."""
    reward = event.reward
    attributes: _Attributes = {
        "banditware.experiment": event.experiment.name,
        "banditware.goal": event.experiment.goal if reward.goal is None else reward.goal,
        "banditware.amount": float(reward.amount),
        "banditware.credited": not event.excluded,
    }
    if event.assignment is not None:
        attributes["banditware.arm"] = event.assignment.arm
    if event.excluded:
        attributes["banditware.reason"] = event.excluded
    span.add_event("banditware.reward", attributes)


class Told(NamedTuple):
    """Something of which a span was told already, on its way to the decision log."""

    event: Happened


class Noted:
    """Takes what happened: tells the span of whoever runs now, and the decision log if any."""

    def __init__(
        self, log: Callable[[Happened], None] | None, fault: Callable[[Exception], None]
    ) -> None:
        """Prepare.

        Args:
            log: the decision log, or None.
            fault: told of an exception that must not reach the app.
        """
        self._log = log
        self._fault = fault

    def __call__(self, event: Happened | Told) -> None:
        """Take note of an event."""
        if isinstance(event, Told):
            event = event.event
        else:
            try:
                _tell(trace.get_current_span(), event)
            except Exception as error:  # noqa: BLE001  # nothing of ours may break the app
                self._fault(error)
        if self._log is not None:
            self._log(event)


def _tell(span: Span, event: Happened) -> None:
    if not span.is_recording():
        return
    if isinstance(event, Decided):
        tell_decision(span, event.decision, event.excluded)
    elif isinstance(event, Rewarded):
        tell_reward(span, event)


class TracedVisit(WatchedVisit):
    """A visit that tells a span what was decided and rewarded, when the response starts.

    The span is the one in which the request began, or, where the app makes one of its own for
    every request, the one in which it answers.
    """

    _span: Span = trace.INVALID_SPAN

    def choose(self) -> None:
        """Decide the experiments of the matching routes, and see in whose span."""
        self._span = trace.get_current_span()
        super().choose()

    def finish(self, status: int, headers: Headers = ()) -> Effects:
        """Finish as `Visit.finish` does, and tell the span."""
        effects = super().finish(status, headers)
        try:
            self._tell_all(effects.events)
        except Exception as error:  # noqa: BLE001  # nothing of ours may break the app
            self._ground.fault(error)
        told = cast("tuple[Happened, ...]", tuple(map(Told, effects.events)))
        return effects._replace(events=told) if told else effects

    def _tell_all(self, events: Iterable[Happened]) -> None:
        span = self._span if self._span.is_recording() else trace.get_current_span()
        if not span.is_recording():
            return
        excluded = {
            event.experiment.name: event.excluded for event in events if isinstance(event, Decided)
        }
        for name, decision in self._decisions.items():
            tell_decision(span, decision, excluded.get(name, ""))
        for event in events:
            if isinstance(event, Rewarded):
                tell_reward(span, event)


class TracedStore:
    """A store whose exchanges are spans, if they carry records: not those that only look."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._tracer = trace.get_tracer("banditware")

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    def exchange(self, batches: Sequence[Batch], known: Mapping[str, int]) -> Exchange:
        """Exchange as the store does; an error is told by the span, too."""
        if not batches:
            return self._store.exchange(batches, known)
        attributes: _Attributes = {
            "banditware.store": self._store.url,
            "banditware.batches": len(batches),
            "banditware.bytes": sum(batch.end - batch.start for batch in batches),
        }
        with self._tracer.start_as_current_span(
            "banditware.exchange", kind=trace.SpanKind.CLIENT, attributes=attributes
        ):
            return self._store.exchange(batches, known)


def traced(store: Store) -> Store:
    """Return a store that does what this one does, in spans."""
    return cast("Store", TracedStore(store))
