from __future__ import annotations

from pathlib import Path

import pytest

from banditware.cli.demo import example
from banditware.cli.demonstration.errors import DemoError
from banditware.cli.demonstration.staging import REPLACED, arms_by_value, prepare
from banditware.cli.demonstration.visitors import APPEAL
from banditware.config import load
from banditware.errors import ConfigError

TWO = """
secret_keys: ["${{BANDITWARE_SECRET_KEY}}", "${{OLDER}}"]
store: sqlite:////somewhere/else.db
experiments:
  color_btn: {{arms: {{a: "#1", b: "#2"}}{color}}}
  {name}: {{arms: {{a: one, b: {value}}}}}
"""


def config(folder: Path, *, color: str = "", name: str = "txt_btn", value: str = "two") -> Path:
    """Return a configuration of somebody's own."""
    path = folder / "mine.yaml"
    path.write_text(TWO.format(color=color, name=name, value=value))
    return path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder to write in."""
    path = tmp_path / "stage"
    path.mkdir()
    return path


def test_counts_and_key_are_its_own(tmp_path: Path, folder: Path) -> None:
    """A stage keeps the configuration but for store and refresh, and makes a key."""
    environ = {"OLDER": "older", "BANDITWARE_SECRET_KEY": "somebody's own"}
    stage = prepare(config(tmp_path), folder, environ)
    key = stage.environment["BANDITWARE_SECRET_KEY"]
    assert len(key) == 64
    assert stage.settings.secret_keys == (key, "older")
    assert (stage.app, stage.settings.folder) == (tmp_path, folder)
    assert (stage.settings.store, stage.settings.refresh) == (REPLACED["store"], 0.2)
    copy = Path(stage.environment["BANDITWARE_CONFIG"])
    assert copy.parent == folder
    assert load(copy, environ={**environ, **stage.environment}) == stage.settings
    assert key not in copy.read_text()
    assert arms_by_value(stage.settings)["color_btn"] == {"#1": "a", "#2": "b"}


def test_the_example_is_known_to_its_visitors(folder: Path) -> None:
    """Every arm of the example has an appeal of its own."""
    stage = prepare(example() / "banditware.yaml", folder, {})
    arms = {name: {*values.values()} for name, values in arms_by_value(stage.settings).items()}
    assert arms == {name: set(known) for name, known in APPEAL.items()}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"name": "other"}, "the example's page shows color_btn and txt_btn, no more"),
        ({"color": ", holdout: 5%"}, "color_btn has a holdout or is not sticky"),
        ({"color": ", sticky: false"}, "color_btn has a holdout or is not sticky"),
        ({"value": "one"}, "txt_btn has arms without text of their own"),
        ({"value": "2"}, "txt_btn has arms without text of their own"),
    ],
)
def test_what_visitors_cannot_see_is_refused(
    tmp_path: Path, folder: Path, change: dict[str, str], message: str
) -> None:
    """A configuration whose counts cannot be told from the page is refused."""
    with pytest.raises(DemoError, match=message):
        prepare(config(tmp_path, **change), folder, {"OLDER": "older"})


def test_mistakes_keep_their_place(tmp_path: Path, folder: Path) -> None:
    """Mistakes are those of the file that was given."""
    with pytest.raises(ConfigError, match=r"mine\.yaml:2:43: .*OLDER is not set"):
        prepare(config(tmp_path), folder, {})
