from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from opentelemetry import trace
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from banditware import Visit
from banditware.errors import StoreError
from banditware.events.happened import Identified
from banditware.stores.base import Batch, Exchange
from banditware.stores.memory import MemoryStore
from banditware.tracing import REASONS, Told, TracedStore, traced
from tests.support import Asked, stand

pytestmark = pytest.mark.usefixtures("calm")

KEPT = InMemorySpanExporter()
PROVIDER = TracerProvider()
PROVIDER.add_span_processor(SimpleSpanProcessor(KEPT))
TRACER = PROVIDER.get_tracer("the app")


@pytest.fixture(autouse=True)
def fresh() -> None:
    """Forget the spans of other tests."""
    KEPT.clear()


def names(span: ReadableSpan) -> list[str]:
    """Return the names of a span's events."""
    return [event.name for event in span.events]


def test_the_span_that_the_app_makes() -> None:
    """Where the app makes a span inside of us, it is told what was decided before it was made."""
    here = stand(opentelemetry=True)
    visit = here.bandit.begin(Asked())
    with TRACER.start_as_current_span("view"):
        here.bandit.finish(visit, 200, ())
    (span,) = KEPT.get_finished_spans()
    assert names(span) == ["feature_flag.evaluation"]


def test_the_span_of_the_server_goes_before_that_of_the_app() -> None:
    """The span in which a request began is told, however deep the response starts."""
    here = stand(opentelemetry=True)
    with TRACER.start_as_current_span("server"):
        visit = here.bandit.begin(Asked())
        with TRACER.start_as_current_span("view"):
            here.bandit.finish(visit, 200, ())
    view, server = KEPT.get_finished_spans()
    assert (names(view), names(server)) == ([], ["feature_flag.evaluation"])


def test_a_request_in_which_nothing_is_decided() -> None:
    """A request for another page tells nothing."""
    here = stand(opentelemetry=True)
    with TRACER.start_as_current_span("server"):
        here.surfer().ask("/plain")
    (span,) = KEPT.get_finished_spans()
    assert names(span) == []


def test_outside_of_requests() -> None:
    """A decision and a reward of a job are told to the span of the job."""
    here = stand(opentelemetry=True)
    with TRACER.start_as_current_span("job"):
        decision = here.bandit.decide("button")
        here.bandit.reward(decision, -2.0, goal="refund")
    (span,) = KEPT.get_finished_spans()
    assert names(span) == ["feature_flag.evaluation", "banditware.reward"]
    assert dict(span.events[1].attributes or {}) == {
        "banditware.experiment": "button",
        "banditware.goal": "refund",
        "banditware.amount": -2.0,
        "banditware.credited": True,
        "banditware.arm": decision.arm,
    }


def test_a_reward_without_a_goal_is_for_the_experiments_own() -> None:
    """The goal's name is told even if the caller did not say it."""
    here = stand(opentelemetry=True)
    with TRACER.start_as_current_span("job"):
        here.bandit.reward(here.bandit.decide("button"))
    (span,) = KEPT.get_finished_spans()
    assert dict(span.events[1].attributes or {})["banditware.goal"] == "reward"


def test_without_an_sdk() -> None:
    """Without a span that is recorded, everything goes on, and the log is told as ever."""
    here = stand(opentelemetry=True)
    heard: list[Any] = []
    note: Any = here.bandit._ground.note
    note._log = heard.append
    here.surfer().ask()
    here.bandit.decide("button")
    assert [type(event).__name__ for event in heard] == ["Decided", "Decided"]
    assert here.pulls() == 2


def test_what_is_neither_decision_nor_reward() -> None:
    """Other events are for the decision log alone."""
    here = stand(opentelemetry=True)
    note: Any = here.bandit._ground.note
    event = Identified(0.0, "one", "two")
    with TRACER.start_as_current_span("job"):
        note(event)
        note(Told(event))
    (span,) = KEPT.get_finished_spans()
    assert names(span) == []


def test_a_broken_span_breaks_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """An exception of the SDK is counted as a fault; counting goes on."""
    here = stand(opentelemetry=True)

    def broken(span: object, decision: object, excluded: str) -> None:
        raise ArithmeticError("of the SDK")

    monkeypatch.setattr("banditware.tracing.tell_decision", broken)
    with TRACER.start_as_current_span("server"):
        here.surfer().ask()
        here.bandit.decide("button")
    assert here.bandit.health().faults == 2
    assert here.pulls() == 2


def test_every_reason_is_one_of_opentelemetrys() -> None:
    """Reasons become those of the conventions for feature flags."""
    known = {"static", "default", "targeting_match", "split", "cached", "disabled", "error"}
    assert set(REASONS.values()) <= known


def test_visits_are_plain_without_it() -> None:
    """Whoever does not ask for spans has visits that know nothing of them."""
    assert type(stand().bandit.begin(Asked())) is Visit


class Away(MemoryStore):
    """A store that may be away."""

    away = False

    def exchange(self, batches: Sequence[Batch], known: Mapping[str, int]) -> Exchange:
        """Exchange, or not."""
        if self.away:
            raise StoreError("memory://", "away")
        return super().exchange(batches, known)


BATCH = Batch("button@1", "spool", 0, 10, {"n/red/0": 1})


def test_exchanges_are_spans(monkeypatch: pytest.MonkeyPatch) -> None:
    """An exchange that carries records is a span of its own; one that only looks is none."""
    monkeypatch.setattr(trace, "get_tracer", PROVIDER.get_tracer)
    store = Away()
    spoken = traced(store)
    assert spoken.exchange([], {}) == Exchange()
    assert spoken.exchange([BATCH], {}).positions == {"button@1": 10}
    (span,) = KEPT.get_finished_spans()
    assert (span.name, span.kind) == ("banditware.exchange", trace.SpanKind.CLIENT)
    assert dict(span.attributes or {}) == {
        "banditware.store": "memory://",
        "banditware.batches": 1,
        "banditware.bytes": 10,
    }
    store.away = True
    with pytest.raises(StoreError):
        spoken.exchange([BATCH], {})
    failed = KEPT.get_finished_spans()[-1]
    assert failed.status.status_code is trace.StatusCode.ERROR
    assert names(failed) == ["exception"]


def test_a_flusher_talks_in_spans(monkeypatch: pytest.MonkeyPatch) -> None:
    """The exchanges of an app's flusher are spans, and what is no exchange is the store's own."""
    monkeypatch.setattr(trace, "get_tracer", PROVIDER.get_tracer)
    here = stand(opentelemetry=True)
    here.surfer().ask()
    assert here.pulls() == 1
    assert "banditware.exchange" in [span.name for span in KEPT.get_finished_spans()]
    assert isinstance(here.bandit._flusher._store, TracedStore)
    assert here.bandit.health().store == "memory://"
