from __future__ import annotations

import json
from functools import partial
from pathlib import Path

import pytest

from banditware import Bandit
from banditware.eppo import EppoClient
from tests.cli import commands

CONFIG = """
secret_keys: [a-secret-for-tests-of-thirty-two-characters]
store: {store}
experiments:
  plain: {{arms: [a, b]}}
  shoe: {{context: {{age: {{type: numeric, range: [0, 99]}}}}, arms: [nike, puma]}}
"""


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """Return a configuration whose contextual experiment has learnt a little."""
    path = tmp_path / "banditware.yaml"
    path.write_text(CONFIG.format(store="sqlite:///counts.db"), encoding="utf-8")
    with Bandit.from_config(path) as bandit:
        for age in range(40):
            decision = bandit.decide("shoe", context={"age": age})
            bandit.reward(decision, float(decision.arm == "nike"))
    return path


fit = partial(commands.run, "eppo", "fit")


def test_what_was_learnt_becomes_files_of_eppo(config: Path, tmp_path: Path) -> None:
    """Both files are written, are read by an Eppo client, and say which arm earns more."""
    models, flags = tmp_path / "models.json", tmp_path / "flags.json"
    result = fit(config, "--out", models, "--flags", flags)
    assert (result.exit_code, result.stdout) == (0, "")
    assert result.stderr == "note: shoe: values of 'age' outside of its range are not cut\n"
    client = EppoClient.from_files(flags, models)
    actions = [
        client.get_bandit_action("shoe", f"{n}", {"age": 9.0}, {"nike": {}, "puma": {}}, "-").action
        for n in range(100)
    ]
    assert actions.count("nike") > 80


def test_without_a_file_the_models_are_printed(config: Path) -> None:
    """So that they can be piped elsewhere."""
    result = fit(config, "shoe")
    assert list(json.loads(result.stdout)["bandits"]) == ["shoe"]


def test_what_cannot_be_written(config: Path, tmp_path: Path) -> None:
    """Mistakes exit with 2, missing counts with 1, each with a line that says what to do."""
    refused = fit(config, "plain")
    assert refused.exit_code == 2
    assert "plain learns from no context" in refused.output
    stranger = fit(config, "shoes")
    assert stranger.exit_code == 2
    assert "did you mean 'shoe'?" in stranger.output
    config.write_text(CONFIG.format(store="memory://"), encoding="utf-8")
    unread = fit(config)
    assert unread.exit_code == 1
    assert "counts are kept in memory" in unread.output
    config.write_text(CONFIG.format(store="memory://").replace("context", "contxt"))
    assert fit(config).exit_code == 2
    (tmp_path / "two.yaml").write_text(
        "secret_keys: [k]\nstore: memory://\nexperiments: {plain: {arms: [a]}}\n"
    )
    none = fit(tmp_path / "two.yaml")
    assert none.exit_code == 2
    assert "is contextual" in none.output
