from __future__ import annotations

import csv
import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pyarrow import parquet

from banditware import Bandit
from banditware.config import load
from tests.cli.commands import printed, run, told
from tests.support import Watch

CONFIG = """
secret_keys: [a-secret-for-tests-of-thirty-two-characters]
store: sqlite:///counts.db
refresh: 1h
experiments:
  button: {arms: [green, red], holdout: 20%}
  headline: {arms: [casual, formal], goal: purchase, reward_range: [0, 10]}
  shoe: {arms: [nike], policy: igw, context: {age: numeric}}
log: {file: decisions.jsonl, rotate: 10KB, compress: true}
"""


@pytest.fixture
def bandit(config: Path) -> Iterator[Bandit]:
    """Return a bandit that decided for thirty visitors, an hour each, and was rewarded."""
    watch = Watch()
    with Bandit(load(config), clock=watch, generator=random.Random(5)) as opened:
        for number in range(30):
            opened.decide("button", subject=f"u{number}")
            decision = opened.decide("headline", subject=f"u{number}")
            opened.decide("shoe", context={"age": number})
            if number % 3 == 0:
                opened.reward(decision, 2.5)
                opened.reward(decision, goal="visit")
            watch.now += 3600
            if number % 10 == 9:
                opened.settle(60.0)
        yield opened


def rows(config: Path, *arguments: str) -> list[dict[str, str]]:
    """Return what is exported as CSV."""
    return list(csv.DictReader(printed("export", config, *arguments).splitlines()))


def test_counts(config: Path, bandit: Bandit) -> None:
    """Rows say what `stats` says, current to the last record, and what else there is."""
    found = rows(config)
    report = bandit.stats()["experiments"]
    for row in found:
        experiment = report[row["experiment"]]
        arms = {**experiment["arms"], "*holdout": experiment.get("holdout")}
        goal = arms[row["arm"]]["goals"].get(row["goal"], {"rewards": 0, "reward_sum": 0.0})
        assert int(row["pulls"]) == arms[row["arm"]]["pulls"]
        assert int(row["rewards"]) == goal["rewards"]
        assert float(row["reward_sum"]) == goal["reward_sum"]
    kinds = {(row["experiment"], row["arm"], row["goal"]) for row in found}
    assert len(kinds) == len(found)
    assert ("headline", "casual", "purchase") in kinds
    assert "visit" in {row["goal"] for row in found}
    assert ("button", "*holdout", "reward") in kinds
    assert {row["version"] for row in found} == {"1"}
    assert {row["experiment"] for row in rows(config, "shoe", "button")} == {"button", "shoe"}


def test_excluded(config: Path, bandit: Bandit) -> None:
    """What was not counted has a row for each reason."""
    bandit.reward(bandit.decide("headline")._replace(time=1.0))
    found = rows(config, "--what", "excluded")
    counts = bandit.stats("button")["excluded"]
    assert found == [
        {"experiment": "button", "version": "1", "reason": "holdout", "number": str(n)}
        for n in counts.values()
    ] + [{"experiment": "headline", "version": "1", "reason": "late", "number": "1"}]


@pytest.mark.parametrize("form", ["csv", "jsonl", "parquet"])
def test_files(config: Path, bandit: Bandit, tmp_path: Path, form: str) -> None:
    """A file gets the same rows in any format, and how many there are is told beside it."""
    path = tmp_path / f"counts.{form}"
    result = run("export", config, "headline", "-o", path)
    assert (result.exit_code, result.stdout) == (0, "")
    expected = rows(config, "headline")
    assert result.stderr == f"{path}: {len(expected)} rows\n"
    found: list[dict[str, Any]]
    if form == "parquet":
        found = parquet.read_table(path).to_pylist()
    elif form == "jsonl":
        found = [json.loads(line) for line in path.read_text().splitlines()]
    else:
        found = list(csv.DictReader(path.read_text().splitlines()))
    assert [{k: str(v) for k, v in row.items()} for row in found] == expected


def test_assignments_and_rewards(config: Path, bandit: Bandit) -> None:
    """The log gives a row for each pull, and one for each reward that was counted."""
    assert len(list(config.parent.glob("decisions.jsonl*"))) > 1
    pulls = rows(config, "--what", "assignments", "button", "headline")
    report = bandit.stats()["experiments"]
    for name in ("button", "headline"):
        for arm, numbers in report[name]["arms"].items():
            seen = [row for row in pulls if (row["experiment"], row["arm"]) == (name, arm)]
            assert len(seen) == numbers["pulls"]
    earned = rows(config, "--what", "rewards")
    assert len(earned) == 20
    ids = {row["decision_id"] for row in pulls}
    assert {row["decision_id"] for row in earned} <= ids
    assert {row["goal"] for row in earned} == {"purchase", "visit"}
    assert pulls[0]["timestamp"] == "2027-01-15T08:00:00.000000Z"


def test_history(config: Path, bandit: Bandit) -> None:
    """The history gives a row for each hour, or whatever step, and sums up to the counts."""
    span = ("--since", "2027-01-15", "--until", "2027-01-17")
    found = rows(config, "headline", "--what", "history", *span)
    assert {row["seconds"] for row in found} == {"3600"}
    report = bandit.stats("headline")["arms"]
    for arm, numbers in report.items():
        own = [row for row in found if (row["arm"], row["goal"]) == (arm, "purchase")]
        assert sum(int(row["pulls"]) for row in own) == numbers["pulls"]
        assert sum(float(row["reward_sum"]) for row in own) == numbers["reward_sum"]
    bounds = ("--since", "2027-01-15", "--until", "2027-01-16")
    days = rows(config, "headline", "--what", "history", *bounds, "--step", "1d")
    assert {row["start"] for row in days} == {"2027-01-15T00:00:00.000000Z"}
    for wrong, why in (("90m", "is not of whole hours"), ("x", "a duration is a number")):
        result = run("export", config, "--what", "history", "--step", wrong)
        assert result.exit_code == 2
        assert why in result.stderr
    config.write_text(CONFIG.replace("  headline:", "  other:"))
    result = run("export", config, "headline", "--what", "history")
    assert result.exit_code == 2
    assert "no experiment is called 'headline'" in result.stderr


def test_a_part_of_the_log(config: Path, bandit: Bandit) -> None:
    """Assignments and rewards are of the time that is asked for."""
    bounds = ("--since", "2027-01-15T10:00Z", "--until", "2027-01-15T12:00Z")
    found = rows(config, "headline", "--what", "assignments", *bounds)
    assert [row["timestamp"][11:13] for row in found] == ["10", "11"]


def test_events_that_were_told_twice(config: Path, bandit: Bandit) -> None:
    """An event that is there twice is one row."""
    path = config.with_name("decisions.jsonl")
    before = len(rows(config, "--what", "assignments"))
    with path.open("ab") as file:
        file.write(path.read_bytes())
    assert len(rows(config, "--what", "assignments")) == before


def test_strangers(config: Path, bandit: Bandit) -> None:
    """An experiment that is nowhere exits with 2 and the nearest name; a former one is one."""
    for what in ("counts", "assignments"):
        result = run("export", config, "buton", "--what", what)
        assert result.exit_code == 2
        assert "no experiment is called 'buton'; did you mean 'button'?" in result.stderr
    before = rows(config, "headline")
    config.write_text(CONFIG.replace("  headline:", "  other:"))
    assert [row["arm"] for row in rows(config, "headline")] == [row["arm"] for row in before]


def test_no_log(config: Path, bandit: Bandit) -> None:
    """Without a log that can be read there are no assignments, and how to get them is told."""
    config.write_text(CONFIG[: CONFIG.index("log:")] + "log: {logging: shop}")
    result = run("export", config, "--what", "assignments")
    assert result.exit_code == 2
    assert "keeps no decision log to read: add log: {file: decisions.jsonl}" in result.stderr


def test_what_cannot_be(config: Path, tmp_path: Path) -> None:
    """No store, no file and no format exit with one line."""
    result = run("export", config)
    assert result.exit_code == 1
    assert "nothing was counted yet" in result.stderr
    config.with_name("decisions.jsonl").write_text("")
    result = run("export", config, "--what", "rewards", "-o", tmp_path / "none" / "a.csv")
    assert result.exit_code == 1
    assert "No such file or directory" in result.stderr
    result = run("export", config, "--format", "parquet")
    assert result.exit_code == 2
    assert "name a file with -o" in result.stderr


# Importing: what is exported here is taken in there.


@pytest.fixture
def there(tmp_path: Path) -> Path:
    """Return the configuration of another store."""
    path = tmp_path / "there.yaml"
    path.write_text(CONFIG.replace("counts.db", "there.db"))
    return path


@pytest.fixture(params=["csv"])
def file(request: pytest.FixtureRequest, config: Path, bandit: Bandit, tmp_path: Path) -> Path:
    """Return the counts of two experiments, as a file."""
    path = tmp_path / f"counts.{request.param}"
    assert run("export", config, "button", "headline", "-o", path).exit_code == 0
    return path


def numbers(config: Path) -> list[dict[str, str]]:
    """Return what is exported, but for where it was counted."""
    return [{k: v for k, v in row.items() if k != "part"} for row in rows(config)]


@pytest.mark.parametrize("file", ["csv", "jsonl", "parquet"], indirect=True)
def test_importing(config: Path, there: Path, file: Path) -> None:
    """What was exported is there afterwards, once, however often it is imported."""
    result = run("import", "counts", file, there)
    assert (result.exit_code, result.stderr) == (0, "")
    assert "headline@1: 30 pulls, 20 rewards" in result.stdout.splitlines()
    mine = [row for row in numbers(config) if row["experiment"] != "shoe"]
    assert numbers(there) == mine
    again = run("import", "counts", file, there)
    assert again.exit_code == 0
    assert again.stdout == "button@1: nothing is new\nheadline@1: nothing is new\n"
    assert numbers(there) == mine


def test_a_later_export(config: Path, there: Path, file: Path, bandit: Bandit) -> None:
    """A later file brings what is new, an earlier one nothing, and the way back nothing either."""
    run("import", "counts", file, there)
    with Bandit.from_config(there) as other:
        other.decide("headline")
    for _ in range(5):
        bandit.decide("headline")
    later = file.with_name("later.csv")
    run("export", config, "headline", "-o", later)
    assert told("import", "counts", later, there)["ledgers"] == [
        {"ledger": "headline@1", "pulls": 5, "rewards": 0, "refused": None}
    ]
    assert "nothing is new" in run("import", "counts", file, there).stdout
    back = file.with_name("back.csv")
    run("export", there, "headline", "-o", back)
    result = run("import", "counts", back, config)
    assert sorted(result.stdout.splitlines()) == [
        "headline@1: 1 pulls, 0 rewards",
        "headline@1: nothing is new",
    ]
    with Bandit.from_config(there) as here:
        assert here.stats("headline")["total"]["pulls"] == 36
    bandit.refresh()
    assert bandit.stats("headline")["total"]["pulls"] == 36


def test_strangers_in_a_file(there: Path, file: Path) -> None:
    """An experiment that the configuration does not have is refused, or left out."""
    there.write_text(there.read_text().replace("  headline:", "  headlines:"))
    result = run("import", "counts", file, there)
    assert (result.exit_code, result.stdout) == (2, "")
    hint = "there is no experiment 'headline'; did you mean 'headlines'?"
    assert f"{file}: {hint}\nadd them, or leave them out with --known-only" in result.stderr
    result = run("import", "counts", file, there, "--known-only")
    assert [line.split(":")[0] for line in result.stdout.splitlines()] == ["button@1"]


def test_what_has_to_be_copied(config: Path, there: Path, bandit: Bandit, tmp_path: Path) -> None:
    """What learns from contexts is left alone, and the rest is taken over."""
    path = tmp_path / "all.csv"
    run("export", config, "-o", path)
    result = run("import", "counts", path, there)
    assert result.exit_code == 1
    assert result.stderr.startswith("shoe@1 was left alone: it learns from contexts")
    assert len(result.stdout.splitlines()) == 2


def test_a_file_with_a_mistake(config: Path, there: Path, bandit: Bandit, tmp_path: Path) -> None:
    """A mistake is named with its line, and nothing is imported."""
    path = tmp_path / "counts.csv"
    run("export", config, "headline", "-o", path)
    lines = path.read_text().splitlines()
    path.write_text("\n".join([*lines[:2], lines[2].replace(",casual,", ",a/b,"), *lines[3:]]))
    result = run("import", "counts", path, there)
    assert result.exit_code == 2
    assert f"{path}:3: arm 'a/b' is no name" in result.stderr
    assert not (tmp_path / "there.db").exists()
    result = run("import", "counts", tmp_path / "none.csv", there)
    assert result.exit_code == 2
    assert "cannot be read: No such file" in result.stderr


def test_a_store_that_ends_with_the_command(there: Path, file: Path) -> None:
    """Counts in memory would be gone at once."""
    there.write_text(there.read_text().replace("sqlite:///there.db", "memory://"))
    result = run("import", "counts", file, there)
    assert result.exit_code == 1
    assert "these counts would end with this command: name another store" in result.stderr
