"""Beside an app's own metrics in the multiprocess mode of Prometheus' client."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]

#: Two processes count in the client's files and in ours; then one of them is scraped.
PROGRAM = """
import json, os, sys
from prometheus_client import CollectorRegistry, Counter, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.parser import text_string_to_metric_families
from banditware import Bandit
from banditware.prometheus import BanditCollector

pages = Counter("pages", "Pages of the app.")
bandit = Bandit.from_config("banditware.yaml")
for _ in range(2):
    child = os.fork()
    if child == 0:
        for _ in range(3):
            pages.inc()
            bandit.decide("color")
        bandit.close(60)
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
bandit.refresh()
registry = CollectorRegistry()
MultiProcessCollector(registry)
registry.register(BanditCollector(bandit))
text = generate_latest(registry).decode()
families = {each.name: each for each in text_string_to_metric_families(text)}
print(json.dumps({
    "pages": sum(each.value for each in families["pages"].samples),
    "pulls": sum(each.value for each in families["banditware_pulls"].samples),
    "series": len(families["banditware_pulls"].samples),
    "pid": [each.labels["pid"] for each in families["banditware_store_reachable"].samples],
}))
bandit.close()
"""


def test_shared_totals_are_there_once(tmp_path: Path) -> None:
    """The client sums what processes counted; our totals are theirs already, and are not summed."""
    config = "secret_keys: k\nexperiments: {color: {arms: [red, blue]}}\n"
    (tmp_path / "banditware.yaml").write_text(config)
    (tmp_path / "several").mkdir()
    environ = {
        **os.environ,
        "PROMETHEUS_MULTIPROC_DIR": str(tmp_path / "several"),
        "PYTHONPATH": str(ROOT),
    }
    run = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        cwd=tmp_path,
        env=environ,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    found = json.loads(run.stdout)
    assert (found["pages"], found["pulls"], found["series"]) == (6, 6, 2)
    assert len(found["pid"]) == 1
