"""What spans tell of decisions and rewards, through every way in."""

from __future__ import annotations

from typing import Any

import pytest
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from tests.wires.shop import OpenShop, counted
from tests.wires.visitors import Door, Reply, Request


class Spans:
    """Spans that ended, kept in memory."""

    def __init__(self) -> None:
        self._kept = InMemorySpanExporter()
        provider = TracerProvider()
        provider.add_span_processor(SimpleSpanProcessor(self._kept))
        self.tracer = provider.get_tracer("the app")

    @property
    def last(self) -> ReadableSpan:
        """The one that ended last."""
        return self._kept.get_finished_spans()[-1]

    def events(self, name: str) -> list[dict[str, Any]]:
        """Return the attributes of the last span's events of a name."""
        return [dict(each.attributes or {}) for each in self.last.events if each.name == name]

    def around(self, ask: Any, *requests: Request) -> list[Reply]:
        """Ask in a span for each request, as a server's instrumentation has it."""
        replies = []
        for request in requests:
            with self.tracer.start_as_current_span("request"):
                replies.append(ask(request))
        return replies


@pytest.fixture
def spans() -> Spans:
    """Keep spans; the process has no provider of its own."""
    return Spans()


def test_a_decision_is_told(door: Door, open_shop: OpenShop, spans: Spans) -> None:
    """The request's span has the arm as an attribute, and an event in OpenTelemetry's words."""
    visitor = door.visitor(open_shop(opentelemetry=True))
    spans.around(visitor.send, Request())
    (event,) = spans.events("feature_flag.evaluation")
    arm = event["feature_flag.result.variant"]
    assert event == {
        "feature_flag.key": "color",
        "feature_flag.result.variant": arm,
        "feature_flag.result.reason": "split",
        "feature_flag.version": "1",
        "feature_flag.provider.name": "banditware",
        "banditware.reason": "drawn",
        "banditware.counted": True,
        "banditware.propensity": 0.5,
    }
    assert dict(spans.last.attributes or {}) == {
        "banditware.color.arm": arm,
        "banditware.color.reason": "drawn",
        "banditware.color.counted": True,
    }
    spans.around(visitor.send, Request())
    (event,) = spans.events("feature_flag.evaluation")
    assert (event["feature_flag.result.variant"], event["banditware.counted"]) == (arm, False)
    assert event["feature_flag.result.reason"] == "cached"


def test_what_does_not_count_says_why(door: Door, open_shop: OpenShop, spans: Spans) -> None:
    """A bot's default, and a decision whose page failed, tell the reason they are excluded for."""
    shop = open_shop(opentelemetry=True)
    spans.around(door.ask(shop), Request(user_agent="examplebot"))
    (event,) = spans.events("feature_flag.evaluation")
    assert event["feature_flag.result.reason"] == "default"
    assert (event["banditware.reason"], event["banditware.counted"]) == ("bot", False)
    spans.around(door.ask(shop, lambda seen: Reply(500)), Request())
    (event,) = spans.events("feature_flag.evaluation")
    assert (event["banditware.reason"], event["banditware.counted"]) == ("status", False)


def test_a_reward_is_told(door: Door, open_shop: OpenShop, spans: Spans) -> None:
    """A reward is an event with its goal, amount and arm; one that is refused says why."""
    shop = open_shop(opentelemetry=True)
    visitor = door.visitor(shop)
    visitor.get()
    spans.around(visitor.send, Request("POST", "/buy"))
    (event,) = spans.events("banditware.reward")
    assert event.pop("banditware.arm") in {"red", "blue"}
    credited = {"banditware.experiment": "color", "banditware.goal": "reward"}
    assert event == {**credited, "banditware.amount": 1.0, "banditware.credited": True}
    spans.around(door.ask(shop), Request("POST", "/buy"))
    (event,) = spans.events("banditware.reward")
    assert (event["banditware.credited"], event["banditware.reason"]) == (False, "no_decision")
    assert "banditware.arm" not in event


def test_nothing_is_told_without_being_asked(door: Door, open_shop: OpenShop, spans: Spans) -> None:
    """Spans stay as they are unless the configuration says so."""
    spans.around(door.visitor(open_shop()).send, Request())
    assert (spans.last.events, dict(spans.last.attributes or {})) == ((), {})


def test_the_decision_log_is_told_the_same(door: Door, open_shop: OpenShop, spans: Spans) -> None:
    """Whoever has both gets every event once in each."""
    heard: list[Any] = []
    shop = open_shop(opentelemetry=True)
    shop._ground.note._log = heard.append  # type: ignore[union-attr]  # as `log` would have it
    visitor = door.visitor(shop)
    spans.around(visitor.send, Request(), Request("POST", "/buy"))
    assert [type(each).__name__ for each in heard] == ["Decided", "Rewarded"]
    assert counted(shop) == (1, 1, 1, {})
