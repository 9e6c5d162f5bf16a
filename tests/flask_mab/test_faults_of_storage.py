"""What Flask-MAB 3.0.4 loses or makes up and we must not: one test per fault, named after it."""

from __future__ import annotations

import ast
import json
import sqlite3
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from banditware import Bandit
from banditware.errors import StoreError
from banditware.policies import POLICIES
from banditware.stores import open_store
from tests.cli.commands import run
from tests.flask_mab.processes import ROOT, configure, crew

PAGE = {"page": {"arms": ["a", "b"], "policy": "uniform"}}


def of_all_arms(report: dict[str, Any], what: str, experiment: str = "page") -> int:
    """Return what is counted of one kind."""
    arms = report["experiments"][experiment]["arms"].values()
    return sum(arm[what] for arm in arms)


def fields_of(folder: Path) -> dict[str, float]:
    """Return what is stored, as another process finds it."""
    counts = open_store("sqlite:///counts.db", folder).exchange((), {"page@1": 0}).counts
    return dict(counts["page@1"].fields) if "page@1" in counts else {}


def stored(folder: Path, kind: str = "n") -> float:
    """Return how many pulls (n) or rewards (k) are stored."""
    return sum(number for name, number in fields_of(folder).items() if name.startswith(f"{kind}/"))


def test_fault_24_the_file_is_torn_and_not_locked(tmp_path: Path) -> None:
    """Four processes of 200 visits are 800 pulls, and who reads meanwhile reads whole counts.

    Flask-MAB kept 201 of them, and four of five readings in between were broken or empty.
    """
    config = configure(tmp_path, PAGE)
    readings = [0.0]
    with crew(config, 4) as workers:
        for worker in workers:
            worker.tell("work page 200")
        waiting = [threading.Thread(target=worker.answer) for worker in workers]
        for thread in waiting:
            thread.start()
        while any(thread.is_alive() for thread in waiting):
            readings.append(stored(tmp_path))
    assert readings == sorted(readings)
    assert stored(tmp_path) == 800


def test_fault_24_a_worker_that_starts_meanwhile_begins_at_zero(tmp_path: Path) -> None:
    """It begins with all that is stored, and takes nothing away."""
    config = configure(tmp_path, PAGE)
    with crew(config, 1) as (first,):
        first.ask("work page 100")
        before = of_all_arms(first.ask("stats"), "pulls")
        first.tell("work page 300")
        with crew(config, 1) as (second,):
            assert before == 100 <= of_all_arms(second.ask("stats"), "pulls")
            second.ask("work page 50")
        first.answer()
    assert stored(tmp_path) == 450


def test_fault_25_the_last_writer_wins(tmp_path: Path) -> None:
    """Processes that write in turn add to each other, and each sees what the other has added."""
    with crew(configure(tmp_path, PAGE), 2) as workers:
        for number, worker in enumerate(workers * 3, 1):
            worker.ask("work page 10")
            assert of_all_arms(worker.ask("stats"), "pulls") == 10 * number
        one, two = (worker.ask("stats") for worker in workers)
    assert one == two
    assert of_all_arms(one, "pulls") == stored(tmp_path) == 60


def test_fault_27_what_was_learnt_is_lost_at_a_restart(tmp_path: Path) -> None:
    """After a restart every policy knows what it knew, and goes on from there."""
    two = {"arms": ["a", "b"]}
    every: dict[str, Any] = {name: {**two, "policy": name} for name in POLICIES if name != "fixed"}
    every["fixed"] = {**two, "policy": {"name": "fixed", "weights": {"a": 3, "b": 1}}}
    config = configure(tmp_path, every)
    told: list[dict[str, Any]] = []
    for _ in range(2):
        with crew(config, 1) as (worker,):
            for name in every if not told else ():
                worker.ask(f"work {name} 60")
            told.append(worker.ask("stats")["experiments"])
    before, after = told
    for name in every:
        assert after[name] == before[name], name
        assert sum(arm["pulls"] for arm in after[name]["arms"].values()) == 60
    learnt = [name for name in every if before[name]["arms"]["a"]["propensity"] > 0.6]
    assert {"thompson", "epsilon-greedy", "annealing-softmax"} <= {*learnt}


def test_fault_28_writing_changes_what_is_written(tmp_path: Path) -> None:
    """A flush leaves the snapshot that decides as it is until a new one is read whole."""
    with Bandit.from_config(configure(tmp_path, PAGE, refresh="1h")) as bandit:
        before = bandit._ground.snapshot
        kept = repr(before)
        for _ in range(10):
            bandit.reward(bandit.decide("page"))
        bandit.flush()
        assert bandit._ground.snapshot is not before
        assert repr(before) == kept


NAMES = ("eval", "exec", "globals", "__import__", "compile", "pickle", "marshal", "shelve", "dill")

#: Both keep the app that a server asks a module for, under the one name that it asks for.
KEEPING = {"asgi.py": {"globals"}, "wsgi.py": {"globals"}}


def calls(source: str) -> set[str]:
    """Return which of the names that make code or objects out of texts a source uses."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Name):
            found.add(node.id)
        elif isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add((node.module or "").partition(".")[0])
    return found & {*NAMES}


def test_fault_28_a_file_says_which_class_is_made() -> None:
    """Nothing of ours makes objects by names that stand in a file, or code of any text."""
    assert calls("globals()[name](**values)") == {"globals"}
    assert calls("from pickle import loads") == {"pickle"}
    sources = [path for part in ("banditware", "adapters") for path in (ROOT / part).rglob("*.py")]
    assert len(sources) > 100
    found = {path.name: names for path in sources if (names := calls(path.read_text("utf-8")))}
    assert found == KEEPING


def test_fault_28_its_own_file_may_name_any_class(tmp_path: Path) -> None:
    """What a file of Flask-MAB says of classes is nothing to the import, which takes its counts."""
    bandit = {"bandit_type": "__import__", "arms": ["a", "b"], "pulls": [4, 2], "reward": [1, 0]}
    (tmp_path / "old.json").write_text(json.dumps({"page": {**bandit, "name": "os"}}))
    result = run("import", "flask-mab", tmp_path / "old.json", configure(tmp_path, PAGE))
    assert result.exit_code == 0, result.output
    assert (stored(tmp_path), stored(tmp_path, "k")) == (6, 1)


def test_fault_28_a_store_of_something_else_is_taken_over(tmp_path: Path) -> None:
    """A file that others wrote, or that is torn, is refused with its name and left as it is."""
    config = configure(tmp_path, PAGE)
    path = tmp_path / "counts.db"
    database = sqlite3.connect(path)
    database.execute("CREATE TABLE theirs (value)")
    database.close()
    before = path.read_bytes()
    with pytest.raises(StoreError, match="belongs to something else"):
        Bandit.from_config(config)
    assert path.read_bytes() == before


def test_fault_30_threads_race(tmp_path: Path) -> None:
    """Eight threads that take turns at every instruction count every pull and every reward."""
    interval = sys.getswitchinterval()
    rewards: list[int] = []
    with Bandit.from_config(configure(tmp_path, PAGE)) as bandit:

        def work() -> None:
            """Be one of the threads."""
            rewards.append(sum(bandit.reward(bandit.decide("page")) for _ in range(250)))

        threads = [threading.Thread(target=work) for _ in range(8)]
        sys.setswitchinterval(1e-6)
        try:
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
        finally:
            sys.setswitchinterval(interval)
        report = bandit.stats()
    assert rewards == [250] * 8
    assert (of_all_arms(report, "pulls"), of_all_arms(report, "rewards")) == (2000, 2000)
