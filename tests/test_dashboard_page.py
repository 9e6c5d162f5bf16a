"""What `docs/dashboard.md` says is what the code does."""

from __future__ import annotations

import re
from pathlib import Path

from banditware.config import load
from banditware.config.access import SHORTEST_TOKEN
from banditware.dashboard import site
from banditware.dashboard.counting import POINTS, STEP
from banditware.dashboard.experiment import SPANS
from banditware.dashboard.judging import AT_ONCE
from banditware.dashboard.limiting import OF_ALL, OF_ONE, PERIOD
from banditware.dashboard.sessions import LASTING
from banditware.dashboard_settings import PATH
from banditware.stores.memory import MemoryStore
from tests.dashboard.desk import counted, opened

ROOT = Path(__file__).parents[1]

PAGE = (ROOT / "docs" / "dashboard.md").read_text(encoding="utf-8")

TEXT = " ".join(PAGE.split())

ROWS = dict(re.findall(r"^\| `(\w+ api/\w+)[^`]*` \| (.*) \|$", PAGE, re.MULTILINE))


def test_the_example(tmp_path: Path) -> None:
    """The example is a whole configuration that loads."""
    (example,) = re.findall(r"^```yaml\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    environ = {name: f"a-{name.lower()}" for name in re.findall(r"\$\{(\w+)}", example)}
    file = tmp_path / "banditware.yaml"
    file.write_text(example, encoding="utf-8")
    found = load(file, environ=environ).dashboard
    assert found is not None
    assert (found.path, found.token) == (PATH, "a-dashboard_token")


def test_every_place_is_there() -> None:
    """Each request of the table is answered, and no other JSON is."""
    places = {
        f"{method} {(place or '').rstrip('/')}"
        for place, methods in site._PAGES.items()
        for method in methods
        if place and place.startswith("api/")
    }
    assert set(ROWS) == places


def test_every_key_is_there(calm: None) -> None:
    """The table names the keys of what is answered, but for some that explain themselves."""
    store = MemoryStore()
    counted(store)
    browser = opened(store=store)
    silent = {"time", "experiment", "serving", "version", "default", "sticky", "attribution"}
    silent |= {
        "holdout_share",
        "span",
        "confidence",
        "pulls_last_day",
        "experiments",
        "goal",
        "policy",
    }
    silent |= {"arms", "paused_arms", "leader_rate", "share_of", "alarms_time"}
    with browser.stand.bandit:
        overview, experiment = browser.data("overview"), browser.data("experiments/button")
    for row, found in (
        ("GET api/overview", {*overview, *overview["experiments"]["button"]}),
        ("GET api/experiments", {*experiment, *experiment["arms"]["green"]}),
    ):
        named = set(re.findall(r"`(\w+)`", ROWS[row]))
        assert found - silent - named == set()
        assert named - found <= {"24h", "7d", "30d", "90d"}


def test_the_numbers() -> None:
    """Limits and times are those of the code."""
    assert (OF_ONE, OF_ALL, PERIOD) == (10, 100, 60)
    assert "Ten wrong ones of a client in a minute, or a hundred of all" in TEXT
    assert LASTING == 12 * 3600
    assert "for twelve hours" in TEXT
    assert f"Tokens have at least {SHORTEST_TOKEN} characters" in TEXT
    assert AT_ONCE == 8
    assert "eight are judged at each request" in TEXT
    assert f"in {POINTS} steps of {STEP // 3600} hours" in TEXT
    assert all(f"{name}`" in TEXT for name in SPANS)


def test_pictures() -> None:
    """Every picture is there, and all of them together are small."""
    shown = set(re.findall(r"pictures/[\w-]+\.png", PAGE))
    assert len(shown) >= 4
    assert all((ROOT / "docs" / name).is_file() for name in shown)
    files = list((ROOT / "docs" / "pictures").glob("*.png"))
    assert sum(file.stat().st_size for file in files) < 1_000_000
