"""A configuration that is read anew while the app runs."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from banditware import Bandit
from tests.serving import PATIENCE
from tests.support import Asked

pytestmark = pytest.mark.usefixtures("calm")

YAML = """\
secret_keys: k
store: memory://
refresh: 10ms
experiments: {{color: {{arms: [red, blue]}}}}
routes: [{{match: GET /, choose: color}}]
{more}
"""


def answered(bandit: Bandit, path: str) -> bool:
    """Return whether a path is answered without the app."""
    return bandit.begin(Asked(path=path)).answer is not None


def measured(bandit: Bandit) -> int | None:
    """Return how many requests were measured; None if none are."""
    return None if bandit.costs is None else bandit.costs.spent().buckets[-1][1]


def test_metrics_come_and_go_with_the_file(tmp_path: Path) -> None:
    """The path moves and goes with the file, and what was measured stays with the process."""
    file = tmp_path / "banditware.yaml"
    moment = iter(range(1_000_000_000, 1_000_000_100))

    def write(more: str) -> None:
        file.write_text(YAML.format(more=more))
        os.utime(file, (0, next(moment)))

    write("")
    with Bandit.from_config(file) as bandit:

        def reread(more: str) -> None:
            write(more)
            before, deadline = bandit.health().config_reloads, time.monotonic() + PATIENCE
            while bandit.health().config_reloads == before and time.monotonic() < deadline:
                bandit.refresh()  # it is left alone until it has been the same for a while
                time.sleep(0.01)

        assert not answered(bandit, "/metrics")
        assert measured(bandit) is None
        reread("metrics: {path: /metrics, token: false}")
        assert answered(bandit, "/metrics")
        bandit.finish(bandit.begin(Asked()), 200, ())
        reread("metrics: {path: /numbers, token: false}")
        assert [answered(bandit, path) for path in ("/metrics", "/numbers")] == [False, True]
        assert measured(bandit) == 1
        reread("opentelemetry: true")
        assert not answered(bandit, "/numbers")
        assert bandit.health().config_restart == ("opentelemetry",)
