from __future__ import annotations

from pathlib import Path

from click.testing import CliRunner

from banditware.cli import main

COMMITTED = Path(__file__).parents[2] / "docs" / "banditware.schema.json"


def test_schema() -> None:
    """`banditware schema` prints the file that is kept in `docs`, to the byte."""
    result = CliRunner().invoke(main, ["schema"])
    assert result.exit_code == 0
    assert result.stdout == COMMITTED.read_text(encoding="utf-8")
