"""Metrics that an app shows, through every way in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from prometheus_client.openmetrics.parser import (
    text_string_to_metric_families as openmetrics_families,
)
from prometheus_client.parser import text_string_to_metric_families

from tests.wires.shop import OpenShop
from tests.wires.visitors import Door, Reply, Request, Seen

TOKEN = "a-token-that-nobody-guesses"
OPEN: dict[str, Any] = {"path": "/metrics", "token": False}
SECRET = {**OPEN, "token": TOKEN}


def samples(reply: Reply) -> dict[str, float]:
    """Return the samples of a response by name, and the labels that are not the experiment's."""
    found = {}
    for family in text_string_to_metric_families(reply.body.decode()):
        for sample in family.samples:
            labels = sample.labels.items() - {("experiment", "color"), ("version", "1")}
            found["/".join([sample.name, *(value for _, value in sorted(labels))])] = sample.value
    return found


def untouched(seen: Seen) -> Reply:
    raise AssertionError("the app was called")


def missing(seen: Seen) -> Reply:
    return Reply(404, chunks=(b"the app has no such page",))


def test_metrics_are_shown(door: Door, open_shop: OpenShop) -> None:
    """The path answers what was counted, in a form that Prometheus' own parser reads."""
    shop = open_shop(metrics=OPEN)
    ask = door.ask(shop)
    for _ in range(3):
        visitor = door.visitor(shop)
        visitor.get()
        visitor.post()
    ask(Request(user_agent="examplebot"))
    stats = shop.stats("color")
    reply = ask(Request(path="/metrics"))
    assert reply.status == 200
    assert reply.values("content-type") == ["text/plain; version=0.0.4; charset=utf-8"]
    assert reply.values("cache-control") == ["no-store"]
    assert reply.values("set-cookie") == []
    found = samples(reply)
    for arm in ("red", "blue"):
        assert found[f"banditware_pulls_total/{arm}"] == stats["arms"][arm]["pulls"]
        assert found[f"banditware_rewards_total/{arm}/reward"] == stats["arms"][arm]["rewards"]
    assert found["banditware_excluded_total/bot"] == 1
    pid = shop.health().pid
    assert found[f"banditware_request_seconds_count/{pid}"] >= 7


def test_without_metrics_the_app_answers(door: Door, open_shop: OpenShop) -> None:
    """Nothing is there unless the configuration says so: the app answers, as it does alone."""
    asked = Request(path="/metrics")
    assert door.ask(open_shop(), missing)(asked) == door.bare(missing)(asked)
    assert door.ask(open_shop(metrics={}), missing)(asked).status == 404


def test_only_reading_is_answered(door: Door, open_shop: OpenShop) -> None:
    """HEAD gets the headers alone; what is no GET, and what is below, is the app's."""
    ask = door.ask(open_shop(metrics=OPEN), missing)
    head = ask(Request("HEAD", "/metrics"))
    assert (head.status, head.body) == (200, b"")
    assert int(head.values("content-length")[0]) > 0
    assert ask(Request("POST", "/metrics")).status == 404
    assert ask(Request(path="/metrics/more")).status == 404


@pytest.mark.parametrize("sent", ["", "Bearer wrong", f"Basic {TOKEN}"])
def test_who_has_no_token_gets_nothing(sent: str, door: Door, open_shop: OpenShop) -> None:
    """Without the token there is no number, and neither is the app asked."""
    headers = (("authorization", sent),) if sent else ()
    ask = door.ask(open_shop(metrics=SECRET), untouched)
    reply = ask(Request(path="/metrics", headers=headers))
    assert reply.status == 401
    assert reply.values("www-authenticate") == ['Bearer realm="metrics"']
    assert b"banditware_" not in reply.body


def test_who_has_the_token_reads(door: Door, open_shop: OpenShop) -> None:
    """Prometheus sends the token as a bearer."""
    ask = door.ask(open_shop(metrics=SECRET), untouched)
    reply = ask(Request(path="/metrics", headers=(("authorization", f"Bearer {TOKEN}"),)))
    assert reply.status == 200
    assert samples(reply)["banditware_pulls_total/red"] == 0


def test_openmetrics_for_who_prefers_it(door: Door, open_shop: OpenShop) -> None:
    """Prometheus asks for OpenMetrics, and gets it in a form that its own parser reads."""
    ask = door.ask(open_shop(metrics=OPEN))
    accept = (("accept", "application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4"),)
    reply = ask(Request(path="/metrics", headers=accept))
    (kind,) = reply.values("content-type")
    assert kind.startswith("application/openmetrics-text; version=1.0.0")
    families = openmetrics_families(reply.body.decode())  # type: ignore[no-untyped-call]  # it has no types
    names = {each.name for each in families}
    assert {"banditware_pulls", "banditware_request_seconds"} <= names


def test_a_fault_of_ours_is_told(
    door: Door, open_shop: OpenShop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Metrics that cannot be made are an error of ours; the app goes on."""
    shop = open_shop(metrics=OPEN)

    def broken(*given: object) -> Mapping[str, str]:
        raise ArithmeticError("ours")

    ask = door.ask(shop)
    monkeypatch.setattr("banditware.prometheus.count", broken)
    assert ask(Request(path="/metrics")).status == 500
    assert shop.health().faults == 1
    assert ask(Request()).status == 200
