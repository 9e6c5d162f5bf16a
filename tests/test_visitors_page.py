from __future__ import annotations

import gzip
import re
from importlib import resources
from pathlib import Path

from banditware.bots import LONGEST, LONGEST_OF_EXTRA
from banditware.config import load

PAGE = (Path(__file__).parents[1] / "docs" / "visitors.md").read_text(encoding="utf-8")


def test_the_example(tmp_path: Path) -> None:
    """The page's configuration is a whole one, and does what the page says."""
    (example,) = re.findall(r"^```yaml\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    file = tmp_path / "banditware.yaml"
    file.write_text(example, encoding="utf-8")
    settings = load(file, environ={"BANDITWARE_SECRET_KEY": "key"})
    assert [each.methods for each in settings.experiments] == [{"the beacon"}, {"GET"}]
    assert settings.beacon is not None
    assert settings.beacon.goals == {"headline": {"read": (0.0, 1.0)}}


def test_the_script_is_small() -> None:
    """The script is as small as the page says, and needs no other one."""
    script = (resources.files("banditware") / "beacon.js").read_bytes()
    assert "1 KB compressed" in PAGE
    assert len(gzip.compress(script)) <= 1_100
    assert b"import" not in script


def test_how_much_of_an_agent_is_looked_at() -> None:
    """The page says how much of a User-Agent is looked at."""
    assert f"the first {LONGEST} characters are looked at, {LONGEST_OF_EXTRA} by" in PAGE
