"""`docs/qa.md` says what is so."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

from tests.cli.commands import run

PAGE = (Path(__file__).parents[1] / "docs" / "qa.md").read_text(encoding="utf-8")
CONSOLE = re.findall(r"^```console\n\$ (.*)\n(.*)\n```", PAGE, re.MULTILINE)
CONFIG = """
secret_keys: [k]
experiments:
  headline: {arms: [casual, formal]}
  button: {arms: [green, red]}
routes: [{match: GET /, choose: [headline, button]}]
"""


def test_the_commands_print_what_the_page_shows(tmp_path: Path) -> None:
    """Every command of the page runs, and prints a link of the form that it shows."""
    file = tmp_path / "banditware.yaml"
    file.write_text(CONFIG)
    assert len(CONSOLE) == 2
    for command, shown in CONSOLE:
        words = shlex.split(command.replace("banditware.yaml", str(file)))
        printed = run(*words[1:]).stdout.strip()
        form = re.compile(r"!\w+!|\.[\w-]{43}")
        assert form.sub("", printed) == form.sub("", shown)
