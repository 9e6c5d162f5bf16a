from __future__ import annotations

import sys
from pathlib import Path

import pytest
from prometheus_client.openmetrics.parser import (
    text_string_to_metric_families as openmetrics_families,
)
from prometheus_client.parser import text_string_to_metric_families

from banditware import Bandit
from tests.cli.commands import run

CONFIG = """\
secret_keys: a secret of the tests
experiments:
  color: {arms: [red, blue]}
"""


@pytest.fixture
def config(config: Path) -> Path:
    """Return the path of a configuration for which something was counted."""
    with Bandit.from_config(config) as bandit:
        bandit.reward(bandit.decide("color"))
    return config


def test_the_totals(config: Path) -> None:
    """The totals are printed as metrics; what only a process of the app can tell is not."""
    result = run("metrics", config)
    assert result.exit_code == 0, result.output
    families = {each.name: each for each in text_string_to_metric_families(result.stdout)}
    assert sum(sample.value for sample in families["banditware_rewards"].samples) == 1
    assert {sample.labels["arm"] for sample in families["banditware_pulls"].samples} == {
        "red",
        "blue",
    }
    assert "pid" not in result.stdout


def test_openmetrics(config: Path) -> None:
    """The other format can be asked for."""
    result = run("metrics", config, "--openmetrics")
    assert result.stdout.endswith("# EOF\n")
    families = openmetrics_families(result.stdout)  # type: ignore[no-untyped-call]  # it has no types
    assert "banditware_pulls" in {each.name for each in families}


def test_the_extra_is_missing(config: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever has not installed the extra is told which one it is."""
    monkeypatch.setitem(sys.modules, "banditware.prometheus", None)
    result = run("metrics", config)
    assert result.exit_code == 1
    assert 'pip install "banditware[prometheus]"' in result.stderr


def test_nothing_was_counted(tmp_path: Path) -> None:
    """Without counts there is nothing to print."""
    (tmp_path / "banditware.yaml").write_text(CONFIG)
    result = run("metrics", tmp_path / "banditware.yaml")
    assert result.exit_code == 1
    assert "nothing was counted yet" in result.stderr
