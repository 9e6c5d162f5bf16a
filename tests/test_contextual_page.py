"""The guide to contextual experiments: its code runs, and shows what it says."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from banditware import Bandit
from banditware.config import load
from banditware.contextual.policies import POLICIES

DOCS = Path(__file__).parents[1] / "docs"
PAGE = (DOCS / "contextual.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```(\w+)\n(.*?)```", PAGE, re.DOTALL)


def blocks(language: str) -> list[str]:
    """Return the code of a language, in order."""
    return [code for found, code in BLOCKS if found == language]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("BANDITWARE_SECRET_KEY", "any-long-secret")
    return tmp_path


@pytest.mark.parametrize("text", blocks("yaml"))
def test_every_file_is_right(text: str, folder: Path) -> None:
    """Every file of the page is whole, and its experiment contextual."""
    (folder / "banditware.yaml").write_text(text)
    (experiment,) = load(folder / "banditware.yaml").experiments
    assert experiment.context is not None


def shares(lines: Iterable[str]) -> dict[tuple[str, str], int]:
    """Return the percentages of an output by device and arm."""
    found = {}
    for line in lines:
        device, _, arms = line.partition(" ")
        for arm, percent in re.findall(r"'(\w+)': '(\d+)%'", arms):
            found[device, arm] = int(percent)
    return found


@pytest.mark.usefixtures("calm")
def test_what_one_sees(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Each segment gets what it likes, as the page shows it."""
    (folder / "banditware.yaml").write_text(blocks("yaml")[0])
    code = blocks("python")[0].replace("import random\n", "import random\n\nrandom.seed(1)\n", 1)
    exec(code, {})
    seen = shares(capsys.readouterr().out.splitlines())
    (text,) = blocks("text")
    told = shares(text.splitlines())
    assert seen.keys() == told.keys()
    assert len(told) == 4
    for key, percent in told.items():
        assert (percent > 50) is (seen[key] > 50)
    assert seen["phone", "short"] > 75
    assert seen["desktop", "long"] > 75


@pytest.mark.usefixtures("calm")
def test_the_view(folder: Path) -> None:
    """The view shows one of the shoes in stock, and the default if there is none."""
    (folder / "banditware.yaml").write_text(blocks("yaml")[2])
    names: dict[str, Any] = {}
    exec(blocks("python")[1], names)
    stock = [{"name": "runner", "price": 90, "brand": "nike"}]
    with Bandit.from_config("banditware.yaml") as bandit:
        assert names["shoes"](Asks(bandit), {"age": 30, "visits": 2}, stock) == "runner"
        assert names["shoes"](Asks(bandit), {"age": None, "visits": 2}, []) == "none"


class Asks:
    """Decides as a visit does."""

    def __init__(self, bandit: Bandit) -> None:
        self.decide = bandit.decide


def test_policies() -> None:
    """The page says of every contextual policy when to take it."""
    rows = re.findall(r"^\| `([\w-]+)` \| .+ \| .+ \|$", PAGE, re.MULTILINE)
    assert rows == list(dict.fromkeys(rows))
    assert {*rows} == {*POLICIES}


def test_links() -> None:
    """Links lead to files, and to headings that are there."""
    for link in re.findall(r"\]\(([^)]*)\)", PAGE):
        name, _, heading = link.partition("#")
        headings = re.findall(r"^#+ (.*)$", (DOCS / name).read_text(encoding="utf-8"), re.MULTILINE)
        slugs = {re.sub(r"[^\w -]", "", each.lower()).replace(" ", "-") for each in headings}
        assert not heading or heading in slugs
