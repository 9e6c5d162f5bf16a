"""`docs/analysis.md`, `docs/guardrails.md` and `docs/alarms.md` say what is so."""

from __future__ import annotations

import contextlib
import io
import json
import re
from pathlib import Path

import pytest

from banditware.alarms import rules
from banditware.alarms.rules import Alarm
from banditware.config import load
from banditware.limits import Latency, Limits

DOCS = Path(__file__).parents[1] / "docs"
ENVIRONMENT = {"BANDITWARE_SECRET_KEY": "k", "ALARM_WEBHOOK": "https://hooks.example/secret"}


def text(page: str) -> str:
    """Return a page."""
    return (DOCS / page).read_text(encoding="utf-8")


def examples(page: str) -> list[tuple[str, str]]:
    """Return the programs of a page, each with what it prints."""
    form = re.compile(r"^```python\n(.*?)^```\n\n```text\n(.*?)^```", re.MULTILINE | re.DOTALL)
    return [(program, printed) for program, printed in form.findall(text(page))]


@pytest.mark.parametrize(("program", "printed"), [*examples("analysis.md"), *examples("alarms.md")])
def test_programs_print_what_the_page_shows(program: str, printed: str, calm: None) -> None:
    """Every program runs, and prints what stands below it."""
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        exec(compile(program, "docs", "exec"), {})
    assert out.getvalue() == printed


@pytest.mark.parametrize("page", ["guardrails.md", "alarms.md"])
def test_configurations_of_the_pages_load(page: str, tmp_path: Path) -> None:
    """Every configuration is a whole one, and means what the page says."""
    [written] = re.findall(r"^```yaml\n(.*?)^```", text(page), re.MULTILINE | re.DOTALL)
    file = tmp_path / "banditware.yaml"
    file.write_text(written)
    settings = load(file, environ=ENVIRONMENT)
    if page == "guardrails.md":
        wanted = Limits(0.01, 0.01, Latency(0.2, 0.95), {"signup": 0.02})
        assert settings.guardrails == {"checkout": wanted}
    else:
        assert settings.alarms.every == 60.0
        assert settings.alarms.webhook == ENVIRONMENT["ALARM_WEBHOOK"]


def test_every_kind_of_alarm_has_its_row_and_the_message_its_keys() -> None:
    """The page knows every kind that there is, and the message as it is sent."""
    kinds = {*rules._OF_ALL, *rules._OF_EACH}
    rows = re.findall(r"^\| `(\w+)` \|", text("alarms.md"), re.MULTILINE)
    assert set(rows) == kinds
    [message] = re.findall(r"^```json\n(.*?)^```", text("alarms.md"), re.MULTILINE | re.DOTALL)
    assert list(json.loads(message)) == ["event", *Alarm._fields]
