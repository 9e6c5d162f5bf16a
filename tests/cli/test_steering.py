from __future__ import annotations

import getpass
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from banditware import Bandit
from banditware.cli import COMMANDS, steering
from banditware.cli.steering import TABLE, login, told
from banditware.control import Change, Control
from banditware.controlling import ACTIONS
from tests.cli import commands
from tests.cli.commands import printed, run

CONFIG = """
secret_keys: [a-secret-for-tests-of-thirty-two-characters]
store: sqlite:///counts.db
refresh: 1h
experiments:
  button: {arms: [green, red, blue]}
  headline: {arms: [casual, formal]}
"""


@pytest.fixture
def config(config: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a configuration with two experiments; whoever is at work is called anna."""
    monkeypatch.delenv("SUDO_USER", raising=False)
    monkeypatch.setattr(getpass, "getuser", lambda: "anna")
    return config


@pytest.fixture
def bandit(config: Path) -> Iterator[Bandit]:
    """Return a running bandit that looks after its operators when it is told to."""
    with Bandit.from_config(config) as opened:
        opened.flush()
        yield opened


def test_there_is_a_command_for_everything() -> None:
    """The table has every action, and every line of it is a command."""
    assert set(TABLE) == set(ACTIONS)
    assert {name for name, module in COMMANDS.items() if module == steering.__name__} == set(TABLE)
    with pytest.raises(AttributeError, match="has no attribute 'stopp'"):
        steering.__getattr__("stopp")


def test_pausing(config: Path, bandit: Bandit) -> None:
    """A running bandit follows with its next refresh, and who did it is noted."""
    result = run("pause", config, "button", "--note", "on fire")
    assert (result.exit_code, result.stderr) == (0, "")
    said = "button: running -> paused, by anna; every process follows within 2h\n"
    assert result.stdout == said
    bandit.refresh()
    assert bandit.decide("button").reason == "paused"
    (change,) = bandit.changes()
    assert (change.action, change.who, change.note) == ("pause", "anna", "on fire")
    assert run("resume", config, "button", "--who", "bert").stdout.startswith(
        "button: paused -> running, by bert;"
    )
    bandit.refresh()
    assert bandit.decide("button").reason == "drawn"


@pytest.mark.parametrize(
    ("arguments", "said", "control"),
    [
        (("pause", "red"), "button: arm red paused", {"paused_arms": ("red",)}),
        (("retire", "red", "--yes"), "button: arm red retired", {"retired_arms": ("red",)}),
        (("add", "gold"), "button: arm gold added", {"added_arms": {"gold": None}}),
        (("add", "gold", "3"), "button: arm gold added", {"added_arms": {"gold": 3}}),
        (("add", "gold", "#ff0"), "button: arm gold added", {"added_arms": {"gold": "#ff0"}}),
        (
            ("promote", "red", "--yes"),
            "button: running -> promoted (red)",
            {"state": "promoted", "arm": "red"},
        ),
        (("stop", "--yes"), "button: running -> stopped", {"state": "stopped"}),
        (
            ("stop", "red", "--yes"),
            "button: running -> stopped (red)",
            {"state": "stopped", "arm": "red"},
        ),
        (("archive", "--yes"), "button: running -> archived", {"state": "archived"}),
        (
            ("reset", "--yes"),
            "button: counts begin anew, for the 1st time",
            {"generation": 1},
        ),
    ],
)
def test_every_action(
    config: Path, bandit: Bandit, arguments: tuple[str, ...], said: str, control: dict[str, Any]
) -> None:
    """Each does what it says, to what it is told to."""
    name, *rest = arguments
    result = run(name, config, "button", *rest)
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.startswith(f"{said}, by anna; ")
    bandit.refresh()
    assert bandit.controls().of("button") == Control(**control)
    assert bandit.controls().of("headline") == Control()


def test_an_arm_goes_on(config: Path, bandit: Bandit) -> None:
    """A paused arm is resumed by itself."""
    run("pause", config, "button", "red")
    assert run("resume", config, "button", "red").stdout.startswith("button: arm red resumed, by")


def test_everything(config: Path, bandit: Bandit) -> None:
    """The kill switch is for everything, and there is a way back."""
    result = run("kill", config, "--yes", "--who", "")
    assert result.stdout == "everything: switched off; every process follows within 2h\n"
    bandit.refresh()
    assert bandit.decide("headline").reason == "killed"
    assert run("revive", config).stdout.startswith("everything: switched on, by anna;")
    bandit.refresh()
    assert bandit.decide("headline").reason == "drawn"


def test_json(config: Path, bandit: Bandit) -> None:
    """Programs get the whole change."""
    found = commands.told("pause", config, "button", "red")
    (change,) = bandit.changes()
    assert found == steering.plain(change)
    assert found["before"]["paused_arms"] == []
    assert found["after"]["paused_arms"] == ["red"]


@pytest.mark.parametrize("name", [name for name, steer in TABLE.items() if steer.question])
def test_nobody_to_ask(config: Path, bandit: Bandit, name: str) -> None:
    """In a script, what cannot be undone without a loss has to be meant."""
    arguments = ["button", "red"][: len(TABLE[name].takes)]
    result = run(name, config, *arguments)
    assert result.exit_code == 2
    assert "nobody can be asked whether this is meant: say --yes" in result.stderr
    assert bandit.changes() == []


@pytest.mark.parametrize(("typed", "status"), [("y\n", 0), ("n\n", 1), ("", 1)])
def test_asking(
    config: Path, bandit: Bandit, monkeypatch: pytest.MonkeyPatch, typed: str, status: int
) -> None:
    """On a terminal it is asked, on stderr, and nothing is done unless the answer is yes."""
    monkeypatch.setattr(steering, "_asked", lambda: True)
    result = run("promote", config, "button", "red", typed=typed)
    assert result.exit_code == status
    assert "Serve red of button to everybody, and freeze the counts? [y/N]" in result.stderr
    assert len(bandit.changes()) == (status == 0)


def test_mistakes(config: Path, bandit: Bandit) -> None:
    """What makes no sense exits with 2, and says what would."""
    for arguments, mend in [
        (("pause", "buton"), "no experiment is called 'buton'; did you mean 'button'?"),
        (("pause", "button", "rde"), "has no arm 'rde'; did you mean 'red'?"),
        (("pause", "button", "green"), "is the default of 'button'"),
        (("resume", "button"), "is running already"),
        (("add", "button", "red"), "has an arm 'red' already"),
        (("retire", "button"), "Missing argument 'ARM'"),
    ]:
        result = run(arguments[0], config, *arguments[1:])
        assert result.exit_code == 2, arguments
        assert mend in result.stderr
    assert bandit.changes() == []


def test_stores(config: Path) -> None:
    """Where no store is, or nobody sees it, nothing can be changed, and nothing is made."""
    result = run("pause", config, "button")
    assert result.exit_code == 1
    assert "nothing was counted yet" in result.stderr
    assert list(config.parent.iterdir()) == [config]
    config.write_text(CONFIG.replace("sqlite:///counts.db", "memory://"))
    result = run("pause", config, "button")
    assert result.exit_code == 1
    assert "only the app's own process can see them" in result.stderr


def test_who(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is who is logged in, also behind sudo, and nobody where the user has no name."""
    monkeypatch.setattr(getpass, "getuser", lambda: "root")
    monkeypatch.setenv("SUDO_USER", "anna")
    assert login() == "anna"
    monkeypatch.delenv("SUDO_USER")
    assert login() == "root"

    def nameless() -> str:
        raise KeyError("uid not found")

    monkeypatch.setattr(getpass, "getuser", nameless)
    assert login() == ""


@pytest.mark.parametrize(
    ("number", "text"), [(2, "2nd"), (3, "3rd"), (4, "4th"), (11, "11th"), (21, "21st")]
)
def test_how_often(number: int, text: str) -> None:
    """It is told how often counts began anew."""
    after = Control(generation=number).plain()
    change = Change(1, 0.0, "", "reset", "button", "", "", Control().plain(), after)
    assert told(change) == f"button: counts begin anew, for the {text} time"


def changes(config: Path, *arguments: str) -> list[str]:
    """Return what the command prints."""
    return printed("changes", config, *arguments).splitlines()


def test_the_trail(config: Path, bandit: Bandit) -> None:
    """Changes come newest first, those of everything among those of any experiment."""
    assert changes(config) == ["nothing was changed"]
    run("pause", config, "button", "red", "--note", "too loud")
    run("pause", config, "headline", "--who", "")
    run("kill", config, "--yes")
    title, head, *rows = changes(config)
    assert title == "changes, newest first"
    assert head.split() == ["when", "who", "experiment", "what", "why"]
    assert [row.split()[2:] for row in rows] == [
        ["anna", "*", "switched", "off"],
        ["-", "headline", "running", "->", "paused"],
        ["anna", "button", "arm", "red", "paused", "too", "loud"],
    ]
    assert [row.split()[3] for row in changes(config, "button")[2:]] == ["*", "button"]
    assert len(changes(config, "--limit", "1")) == 3
    found = commands.told("changes", config)["changes"]
    assert found == [steering.plain(change) for change in bandit.changes()]


def test_no_trail(config: Path) -> None:
    """Without a store there is none, and an experiment has to be there."""
    result = run("changes", config)
    assert result.exit_code == 1
    assert "nothing was counted yet" in result.stderr
    result = run("changes", config, "buton")
    assert result.exit_code == 2
    assert "did you mean 'button'?" in result.stderr
