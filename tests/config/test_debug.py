from __future__ import annotations

from typing import Any

import pytest

from banditware.config import load
from banditware.debugging import ALL, NO_DEBUG, Debug
from banditware.errors import ConfigError

BASE = {"secret_keys": "k", "store": "memory://", "experiments": {"a": {"arms": ["x", "y"]}}}

FORMS: dict[str, tuple[dict[str, Any], Debug]] = {
    "nothing": ({}, NO_DEBUG),
    "false": ({"debug": False}, NO_DEBUG),
    "true": ({"debug": True}, ALL),
    "empty": ({"debug": {}}, NO_DEBUG),
    "one": ({"debug": {"header": True}}, Debug(header=True)),
    "two": ({"debug": {"server_timing": True, "force": True}}, Debug(False, True, True)),
}


@pytest.mark.parametrize("form", FORMS)
def test_every_form(form: str) -> None:
    """Nothing is shown unless the file says so; true shows all, and a mapping what it names."""
    written, meant = FORMS[form]
    assert load({**BASE, **written}).debug == meant


MISTAKES = {
    "yes": "must be true, false or a mapping with header, server_timing, force, not 'yes'",
    "{headers: true}": "is not a known key; did you mean 'header'?",
    "{force: 1}": "must be true or false, not 1",
    "": "has no value",
}


@pytest.mark.parametrize("written", MISTAKES)
def test_mistakes(written: str, tmp_path: Any) -> None:
    """A mistake is told with its place and the mend."""
    file = tmp_path / "banditware.yaml"
    file.write_text(f"secret_keys: k\nexperiments: {{a: {{arms: [x]}}}}\ndebug: {written}\n")
    with pytest.raises(ConfigError) as caught:
        load(file)
    (problem,) = caught.value.problems
    assert problem.line == 3
    assert problem.path.startswith("debug")
    assert MISTAKES[written] in problem.message
