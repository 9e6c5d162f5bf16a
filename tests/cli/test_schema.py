from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.commands import run

DOCS = Path(__file__).parents[2] / "docs"


@pytest.mark.parametrize(
    ("options", "file"), [([], "banditware.schema.json"), (["--log"], "decision-log.schema.json")]
)
def test_schema(options: list[str], file: str) -> None:
    """`banditware schema` prints the files that are kept in `docs`, to the byte."""
    result = run("schema", *options)
    assert result.exit_code == 0
    assert result.stdout == (DOCS / file).read_text(encoding="utf-8")
