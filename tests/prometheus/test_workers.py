"""Metrics of an app under a real server with several workers."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from prometheus_client import Metric
from prometheus_client.parser import text_string_to_metric_families

from tests.serving import PATIENCE, Server, Visitor, gunicorn, stats, uvicorn

CONFIG = """\
secret_keys: a secret of the tests
refresh: 100ms
metrics: {path: /metrics, token: false}
experiments:
  color: {arms: [red, blue], holdout: 20%}
  price: {arms: {low: 1, high: 2}, goal: sale}
routes:
  - {match: GET /, choose: [color, price]}
  - {match: POST /buy, reward: [color, {experiment: price, amount: {query: amount}}]}
"""

APPS = {
    "wsgi": """
def app(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"a page"]
""",
    "asgi": """
async def app(scope, receive, send):
    if scope["type"] == "http":
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"a page"})
""",
}

WORKERS = 4


@pytest.fixture(params=APPS)
def server(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Server]:
    """Run four workers."""
    (tmp_path / "banditware.yaml").write_text(CONFIG)
    (tmp_path / "shop.py").write_text(APPS[request.param])
    serve = gunicorn if request.param == "wsgi" else uvicorn
    with serve(tmp_path, "shop:app", workers=WORKERS) as running:
        yield running


def scraped(port: int) -> dict[str, Metric]:
    """Return what one of the workers reports, by metric."""
    answer = Visitor(port).get("/metrics")
    assert answer.status == 200
    return {each.name: each for each in text_string_to_metric_families(answer.body.decode())}


def pid(metrics: dict[str, Metric]) -> str:
    """Return which worker it was."""
    return metrics["banditware_spool_backlog_bytes"].samples[0].labels["pid"]


def totals(metrics: dict[str, Metric]) -> dict[str, Any]:
    """Return the shared totals in the form of `told`."""
    found: dict[str, Any] = {}
    for name in ("pulls", "rewards", "reward_amount", "excluded"):
        for sample in metrics[f"banditware_{name}"].samples:
            labels = sample.labels
            key = (name, labels["experiment"], labels.get("arm"), labels.get("goal"))
            found[str((*key, labels.get("reason")))] = sample.value
    return found


def told(report: dict[str, Any]) -> dict[str, Any]:
    """Return what `stats --json` says, in the form of `totals`."""
    found: dict[str, Any] = {}
    for name, experiment in report["experiments"].items():
        arms = {**experiment["arms"], "*holdout": experiment.get("holdout")}
        for arm, numbers in arms.items():
            if numbers is None:
                continue
            found[str(("pulls", name, arm, None, None))] = numbers["pulls"]
            goals = {experiment["goal"]: {"rewards": 0, "reward_sum": 0}, **numbers["goals"]}
            for goal, sums in goals.items():
                found[str(("rewards", name, arm, goal, None))] = sums["rewards"]
                found[str(("reward_amount", name, arm, goal, None))] = sums["reward_sum"]
        for reason, number in experiment["excluded"].items():
            found[str(("excluded", name, None, None, reason))] = number
    return found


def test_every_worker_reports_what_stats_says(server: Server, tmp_path: Path) -> None:
    """Scraped until every worker has answered, each reports the totals of `stats --json`."""
    for number in range(40):
        visitor = Visitor(server.port)
        visitor.get("/")
        if number % 3 == 0:
            visitor.request("POST", f"/buy?amount={number}.5")
    Visitor(server.port, agent="examplebot").get("/")
    right = told(json.loads(stats(tmp_path)))
    assert sum(value for key, value in right.items() if "'pulls', 'color'" in key) == 40
    seen: dict[str, bool] = {}
    deadline = time.monotonic() + PATIENCE
    while not (len(seen) == WORKERS and all(seen.values())) and time.monotonic() < deadline:
        metrics = scraped(server.port)
        seen[pid(metrics)] = totals(metrics) == right
    assert {int(worker) for worker in seen} == set(server.workers())
    assert all(seen.values())
