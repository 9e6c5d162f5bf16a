"""The dashboard and the alert rules that are examples."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from prometheus_client.core import CounterMetricFamily, HistogramMetricFamily

from banditware.prometheus.families import COST, HEALTH, SHARED

FOLDER = Path(__file__).parents[1] / "examples" / "grafana"
BOARD: dict[str, Any] = json.loads((FOLDER / "banditware.json").read_text("utf-8"))
RULES: list[dict[str, Any]] = [
    rule
    for group in yaml.safe_load((FOLDER / "alerts.yml").read_text("utf-8"))["groups"]
    for rule in group["rules"]
]

FAMILIES = [*SHARED, *(family for family, _ in HEALTH), COST]

#: What Prometheus itself adds to every series.
OUTER = {"job", "instance"}


def exported() -> dict[str, set[str]]:
    """Return every name that Prometheus gets from us, with its labels."""
    found = {}
    for family in FAMILIES:
        labels = {*family.labels, *OUTER}
        if family.kind is CounterMetricFamily:
            found[f"{family.name}_total"] = labels
        elif family.kind is HistogramMetricFamily:
            found |= {f"{family.name}_{end}": labels for end in ("count", "sum")}
            found[f"{family.name}_bucket"] = {*labels, "le"}
        else:
            found[family.name] = labels
    return found


def queries() -> Iterator[tuple[str, str]]:
    """Yield every query with where it is."""
    for panel in BOARD["panels"]:
        for target in panel["targets"]:
            yield panel["title"], target["expr"]
    for variable in BOARD["templating"]["list"]:
        if variable["type"] == "query":
            yield f"${variable['name']}", variable["query"]["query"]
    for rule in RULES:
        yield rule["alert"], rule["expr"]


QUERIES = [*queries()]


@pytest.mark.parametrize(("place", "query"), QUERIES, ids=[place for place, _ in QUERIES])
def test_every_query_asks_for_what_there_is(place: str, query: str) -> None:
    """Every metric of a query is one that is exported, and so is every label of it."""
    known = exported()
    names = re.findall(r"\bbanditware_\w+", query)
    assert names
    assert [name for name in names if name not in known] == []
    labels = {label for name in names for label in known[name]}
    selected = re.findall(r'(\w+)\s*(?:=~|!~|!=|=)\s*"', query)
    grouped = re.findall(r"\b(?:by|without|on|ignoring) \(([^)]*)\)", query)
    asked = {*selected, *(each.strip() for group in grouped for each in group.split(","))}
    assert asked <= labels


def test_every_metric_is_of_use() -> None:
    """The dashboard and the rules look at every metric but those that only inform."""
    asked = {name for _, query in QUERIES for name in re.findall(r"\bbanditware_\w+", query)}
    missing = {
        family.name
        for family in FAMILIES
        if not any(re.fullmatch(rf"{family.name}(_total|_bucket)?", name) for name in asked)
    }
    informing = {"info", "config_restart_needed", "log_events", "log_errors"}
    assert missing == {f"banditware_{name}" for name in informing}


def test_the_dashboard_is_whole() -> None:
    """Panels have ids of their own, places of their own, a description, and known variables."""
    panels = BOARD["panels"]
    assert len({panel["id"] for panel in panels}) == len(panels) >= 10
    taken: set[tuple[int, int]] = set()
    for panel in panels:
        at = panel["gridPos"]
        cells = {(at["x"] + x, at["y"] + y) for x in range(at["w"]) for y in range(at["h"])}
        assert not cells & taken
        assert at["x"] + at["w"] <= 24
        taken |= cells
        assert panel["description"]
    variables = {variable["name"] for variable in BOARD["templating"]["list"]}
    written = {*re.findall(r"\$\{?(\w+)", json.dumps(BOARD))}
    assert written - {"__rate_interval", "__range"} == variables


@pytest.mark.parametrize("rule", RULES, ids=[rule["alert"] for rule in RULES])
def test_every_rule_says_what_happened(rule: dict[str, Any]) -> None:
    """Rules have a severity and a summary; what it names is kept by the query."""
    assert rule["labels"]["severity"] in {"info", "warning", "critical"}
    text = " ".join(rule["annotations"].values())
    named = re.findall(r"\$labels\.(\w+)", text)
    groups = re.findall(r"\bby \(([^)]*)\)", rule["expr"])
    outermost = {each.strip() for group in groups for each in group.split(",")}
    assert set(named) <= outermost
    assert rule["annotations"]["summary"]
