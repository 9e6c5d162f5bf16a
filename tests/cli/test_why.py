from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from banditware import Bandit
from banditware.stores.sqlite import SQLiteStore
from tests.cli import commands

CONFIG = """
secret_keys: [a-secret-for-tests-of-thirty-two-characters]
store: sqlite:///counts.db
refresh: 1h
experiments:
  button:
    arms: [green, red]
    holdout: 50%
    only_if: [{attribute: country, operator: ONE_OF, value: [GB]}]
  shoe:
    context: {age: numeric}
    arms:
      kids: {available: [{attribute: age, operator: LT, value: 12}]}
      nike: null
      runner: null
"""


@pytest.fixture
def bandit(config: Path) -> Iterator[Bandit]:
    """Return a bandit that has learnt from forty decisions of each experiment."""
    with Bandit.from_config(config) as opened:
        for number in range(40):
            opened.decide("button", context={"country": "GB"})
            decision = opened.decide("shoe", context={"age": 12 + number})
            opened.reward(decision, float(decision.arm == "nike"))
        opened.flush()
        yield opened


run = partial(commands.run, "why")


def details(config: Path, *arguments: str) -> dict[str, Any]:
    """Return what the command prints as JSON."""
    found: dict[str, Any] = commands.told("why", config, *arguments)
    return found


def files(folder: Path) -> dict[str, bytes]:
    """Return all files below a folder."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_json_is_what_the_app_would_draw_from(config: Path, bandit: Bandit) -> None:
    """The probabilities are those that the app has, and nothing is decided."""
    found = details(config, "shoe", "--subject", "u1", "--context", "age=30")
    same = bandit.decide("shoe", subject="u1", context={"age": "30"}, details=True).details
    assert same is not None
    assert found["arms"] == same.as_dict()["arms"]
    assert found["unavailable"] == same.as_dict()["unavailable"]
    assert (found["snapshot"], found["subject"]) == (same.snapshot, "u1")
    assert (found["decided"], found["reason"], found["arm"]) == (False, "drawn", None)


def test_who_does_not_take_part(config: Path, bandit: Bandit) -> None:
    """Missing attributes are missing, and what would be served is told."""
    found = details(config, "button")
    assert (found["reason"], found["arm"]) == ("not_targeted", "green")
    (rule,) = found["rules"]
    assert (rule["passed"], rule["answers"][0]["found"]) == (False, None)
    assert "country ONE_OF ['GB']: missing" in run(config, "button").stdout


def test_the_holdout(config: Path, bandit: Bandit) -> None:
    """A subject of the holdout is told as one."""
    reasons = {
        details(config, "button", "--subject", f"u{number}", "--context", "country=GB")["reason"]
        for number in range(20)
    }
    assert reasons == {"drawn", "holdout"}


def test_table(config: Path, bandit: Bandit) -> None:
    """People get the rules as lines, and what a draw weighs and terms of scores as tables."""
    result = run(config, "shoe", "--context", "age=30")
    assert result.exit_code == 0
    first, second, *lines = result.stdout.splitlines()
    assert first == "shoe: a draw would decide"
    assert second.startswith("version 1, policy igw, counts ")
    assert lines[0].endswith("2 of 3 can be drawn")
    assert lines[1:3] == ["- kids: not available", "  - age LT 12.0: is '30'"]
    assert lines[4] == "what a draw weighs"
    assert lines[5].split() == ["arm", "probability", "score", "gap", "pulls", "rewards", "mean"]
    assert "terms of the score" in lines
    assert lines[-1].split()[0] == "(score)"


def test_actions(config: Path, bandit: Bandit) -> None:
    """Actions are names with commas, or JSON with attributes or without."""
    for text in ("x, nike", '["x", "nike"]', '{"x": {}, "nike": {"price": 3}}'):
        found = details(config, "shoe", "--actions", text)
        assert [arm["arm"] for arm in found["arms"]] == ["x", "nike"]
    assert found["arms"][1]["attributes"] == {"price": 3}


def test_context(config: Path, bandit: Bandit) -> None:
    """Attributes come one by one as text, or as a JSON object; the last of one name holds."""
    arguments = ["--context", '{"age": 7, "country": "FR"}', "--context", "country=GB=x"]
    assert details(config, "shoe", *arguments)["context"] == {"age": 7, "country": "GB=x"}


def test_asking_writes_nothing(
    config: Path, bandit: Bandit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However often it is asked, no file changes, and the store is not even opened for writing."""
    bandit.close()
    before = files(tmp_path)
    opened, writing = SQLiteStore._transaction, []

    def watched(store: SQLiteStore, *, write: bool = False) -> Any:
        writing.append(write)
        return opened(store, write=write)

    monkeypatch.setattr(SQLiteStore, "_transaction", watched)
    for _ in range(3):
        run(config, "shoe", "--context", "age=3")
        run(config, "button", "--subject", "u1")
    assert files(tmp_path) == before
    assert set(writing) == {False}


def test_before_the_first_count(config: Path, tmp_path: Path) -> None:
    """Without a database the rules can be tried all the same, and none is made."""
    result = run(config, "shoe", "--context", "age=3")
    assert result.exit_code == 0
    assert "no counts read yet" in result.stdout
    assert list(tmp_path.iterdir()) == [config]


def test_nothing_to_choose_from(config: Path, bandit: Bandit) -> None:
    """No table is printed where there is nothing to draw from."""
    config.write_text(CONFIG.replace("      nike: null\n      runner: null\n", ""))
    result = run(config, "shoe", "--context", "age=30")
    assert result.exit_code == 0
    assert "=> no_actions" in result.stdout
    assert "what a draw weighs" not in result.stdout


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["buton"], "no experiment is called 'buton'; did you mean 'button'?"),
        (["shoe", "--context", "age"], "--context is KEY=VALUE or a JSON object, not 'age'"),
        (["shoe", "--context", "=3"], "--context is KEY=VALUE or a JSON object, not '=3'"),
        (["shoe", "--context", "{"], "--context is no JSON"),
        (["shoe", "--actions", "[" * 100_000], "--actions is no JSON"),
        (["shoe", "--actions", '["a", "a"]'], "an action is named twice"),
        (["shoe", "--actions", "a b"], "an action is a name"),
        (["shoe", "--context", "age=old"], "attribute 'age' is numeric"),
        (["button", "--actions", "a", "--context", "country=GB"], "does not choose among"),
    ],
)
def test_mistakes(config: Path, bandit: Bandit, arguments: list[str], message: str) -> None:
    """A question that cannot be asked exits with 2 and says what is wrong."""
    result = run(config, *arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    assert message in " ".join(result.stderr.split())


def test_a_wrong_configuration(config: Path) -> None:
    """A wrong configuration exits with 2 and every mistake with its place."""
    config.write_text("secret_keys: []\n")
    result = run(config, "button")
    assert (result.exit_code, result.stdout) == (2, "")
    assert f"{config}:1:14: secret_keys:" in result.stderr


def test_counts_in_memory(config: Path) -> None:
    """Counts in memory belong to the app's process, and the command says whom to ask."""
    config.write_text(CONFIG.replace("sqlite:///counts.db", "memory://"))
    result = run(config, "button")
    assert result.exit_code == 1
    assert "bandit.decide(NAME, details=True)" in result.stderr


def test_a_store_that_is_none(config: Path, tmp_path: Path) -> None:
    """A file that is no database exits with 1 and one line."""
    (tmp_path / "counts.db").write_bytes(b"something else entirely, and longer than a header" * 9)
    result = run(config, "button")
    assert result.exit_code == 1
    assert "this file is not a SQLite database" in result.stderr


def test_what_operators_decided(config: Path, bandit: Bandit) -> None:
    """A paused experiment, and counts that began anew, are told as they are."""
    bandit.control("reset", "shoe")
    assert "version 1-r1" in run(config, "shoe", "--context", "age=30").stdout
    bandit.control("pause", "button")
    assert details(config, "button", "--context", "country=GB")["reason"] == "paused"
