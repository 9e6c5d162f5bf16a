from __future__ import annotations

import json
from pathlib import Path

import pytest

from banditware.config import load
from tests.cli.commands import run
from tests.eppo.files import flag, flags


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Return a file of flags."""
    path = tmp_path / "flags.json"
    path.write_text(json.dumps(flags(f=flag())), encoding="utf-8")
    return path


def test_a_file_of_flags_becomes_a_configuration(file: Path, tmp_path: Path) -> None:
    """It is written where it is to be, and checked without a mistake; or printed."""
    out = tmp_path / "banditware.yaml"
    result = run("eppo", "import", file, "--out", out)
    assert (result.exit_code, result.output) == (0, "")
    settings = load(out, environ={"BANDITWARE_SECRET_KEY": "k" * 32})
    assert [each.name for each in settings.experiments] == ["f"]
    printed = run("eppo", "import", file)
    assert printed.output == out.read_text(encoding="utf-8")
    assert printed.output.startswith(
        '# From Eppo\'s flags ("Test", 2024-04-17T19:40:53.716Z) by `banditware eppo import`.\n'
    )


def test_nothing_is_overwritten(file: Path, tmp_path: Path) -> None:
    """A file that is there stays as it is."""
    out = tmp_path / "banditware.yaml"
    out.write_text("mine", encoding="utf-8")
    result = run("eppo", "import", file, "--out", out)
    assert result.exit_code == 1
    assert "File exists" in result.output
    assert out.read_text(encoding="utf-8") == "mine"


def test_a_file_that_is_none_of_flags(tmp_path: Path) -> None:
    """It is refused, with the place of the mistake."""
    path = tmp_path / "flags.json"
    path.write_text("{}", encoding="utf-8")
    result = run("eppo", "import", path)
    assert result.exit_code == 2
    assert "flags: createdAt is missing" in result.output
    result = run("eppo", "import", tmp_path / "gone.json")
    assert result.exit_code == 2
    assert "No such file" in result.output
