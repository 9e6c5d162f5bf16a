"""`docs/decision-log.md` is current."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from banditware.config import load
from banditware.config.log import PLACES, LogSection
from banditware.events.schema import log_schema

PAGE = (Path(__file__).parents[2] / "docs" / "decision-log.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
KINDS: dict[str, Any] = log_schema()["$defs"]


def blocks(language: str) -> list[str]:
    """Return the code of a language."""
    return [text for found, text in BLOCKS if found == language]


@pytest.mark.parametrize("code", blocks("python"))
def test_code(code: str) -> None:
    """Every piece of Python runs, and what it asserts holds."""
    exec(code, {})


def test_configuration(tmp_path: Path) -> None:
    """The configuration loads."""
    (text,) = blocks("yaml")
    file = tmp_path / "banditware.yaml"
    file.write_text(text)
    assert len(load(file, environ={"BANDITWARE_SECRET_KEY": "k"}).log) == 1


def test_events() -> None:
    """There is an event of each kind, and each is valid."""
    events = [json.loads(text) for text in blocks("json")]
    assert [event["kind"] for event in events] == list(KINDS)
    for event in events:
        Draft202012Validator(log_schema()).validate(event)


@pytest.mark.parametrize("kind", KINDS)
def test_fields(kind: str) -> None:
    """Every field has a row, and every row is of a field."""
    fields = set(KINDS[kind]["properties"])
    if kind == "identity":
        assert _rows("Of identities") == fields
    else:
        assert _rows("Of both kinds") | _rows(f"Of {kind}s") == fields


def _rows(heading: str) -> set[str]:
    section = PAGE.partition(f"### {heading}\n")[2].partition("\n#")[0]
    return set(re.findall(r"^\| `(\w+)` \|", section, re.MULTILINE))


def test_places_and_privacy() -> None:
    """Every place and what concerns privacy is named."""
    assert all(f"| `{{{place}:" in PAGE for place in PLACES)
    for name in ("subject", "attributes"):
        default = str(LogSection.model_fields[name].default).lower()
        assert f"| `{name}` | `{default}` |" in PAGE
