from __future__ import annotations

import json
import re
from pathlib import Path

import eppo_client
import pytest

from banditware import eppo
from tests.eppo.files import action, allocation, bandit, flag, flags

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "eppo.md").read_text(encoding="utf-8")
CODE = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)


def test_the_code_of_the_page_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Every block runs, one after the other, on files such as the page speaks of."""
    monkeypatch.chdir(tmp_path)
    checkout = flag(allocation(("country", "ONE_OF", ["GB"])), key="new-checkout")
    checkout["variations"]["on"]["value"] = "one-page"
    banner = flag(key="shoe-banner")
    banner["variations"]["on"]["value"] = "shoe-bandit"
    file = flags(**{"new-checkout": checkout, "shoe-banner": banner})
    variation = {"key": "b", "variationKey": "on", "variationValue": "shoe-bandit"}
    file["bandits"] = {"b": [{**variation, "flagKey": "shoe-banner"}]}
    models = bandit({"nike": action(3.0)}, gamma=100.0)
    (tmp_path / "flags.json").write_text(json.dumps(file), encoding="utf-8")
    (tmp_path / "bandits.json").write_text(json.dumps(models), encoding="utf-8")
    names: dict[str, object] = {}
    for block in CODE:
        exec(block, names)
    (tmp_path / "flags.json").write_text("{", encoding="utf-8")
    exec(CODE[-1], names)
    printed = capsys.readouterr().out.splitlines()
    assert printed[:2] == ["user-1 got on", "user-1 got on"]
    assert printed[2].startswith("user-1 got nike with 0.99")
    assert printed[3].startswith("going on with the old files: flags:")
    assert len(CODE) == 2


def test_nothing_of_the_sdk_is_missing() -> None:
    """Every name that Eppo's package exports is here, and every method of its classes."""
    assert set(eppo_client.__all__) - {"__version__"} <= set(eppo.__all__)
    for name in ("EppoClient", "ContextAttributes", "Configuration", "EvaluationResult"):
        wanted = {each for each in dir(getattr(eppo_client, name)) if not each.startswith("_")}
        assert wanted <= set(dir(getattr(eppo, name))) | {
            "variation",
            "action",
            "evaluation_details",
        }
