from __future__ import annotations

from typing import Any

import pytest

from banditware.config import Settings, load
from banditware.control import Control, Controls
from banditware.planning.planned import planned
from banditware.planning.standing import base_of, controlled, standing
from banditware.planning.used import used


def settings(arms: list[str], **more: Any) -> Settings:
    """Return settings with one experiment."""
    return load({"secret_keys": ["k"], "experiments": {"button": {"arms": arms, **more}}})


NEW = settings(["green", "red"])


def lines(control: Control, new: Settings = NEW) -> list[str]:
    """Return what stays as operators decided, a line each."""
    return [str(each) for each in standing(new, Controls(3, "", {"button": control}))]


@pytest.mark.parametrize(
    ("control", "line"),
    [
        (
            Control("paused"),
            "= state: paused; nothing is decided until `banditware resume CONFIG button`",
        ),
        (
            Control("promoted", "red"),
            "= state: promoted (red); nothing is decided until `banditware resume CONFIG button`",
        ),
        (
            Control(paused_arms=("blue", "red")),
            "= arm red: paused; it is not drawn, although the file has it",
        ),
        (
            Control(retired_arms=("green",)),
            "= arm green: retired; it is drawn all the same, because the file makes it the default",
        ),
        (
            Control(added_arms={"blue": 3}),
            "= arm blue: added; it is drawn until it is retired, though the file does not have it",
        ),
        (
            Control(added_arms={"red": 3}),
            "= arm red: added; what the file says of it holds from now on",
        ),
        (
            Control(generation=2),
            "= version: 1 -> 1-r2; it was reset, and counts are kept under this name",
        ),
    ],
)
def test_what_stays(control: Control, line: str) -> None:
    """Whatever operators decided goes before the file, or says why it does not."""
    assert lines(control) == [line]


def test_nothing_stays() -> None:
    """Where nobody decided anything, nothing does."""
    assert lines(Control()) == []


def test_the_kill_switch() -> None:
    """Everything may be switched off, whatever there is."""
    (line,) = map(str, standing(NEW, Controls(1, "controls")))
    assert line.startswith("= everything: switched off; nothing is decided")


def test_what_operators_did_is_no_change_of_the_file() -> None:
    """Arms that were added, and counts that began anew, are not taken for changes."""
    controls = Controls(2, "", {"button": Control(added_arms={"blue": None}, generation=1)})
    written = settings(["green", "red", "blue"])
    anew = {"button@1-r1": {"n/green/1": 1, "n/red/1": 1}}
    for counts in ({"button@1": {"n/green/0": 9}}, anew):
        assert planned(NEW, used(counts), None, controls).differences == ()
        assert planned(NEW, used(counts), NEW, controls).differences == ()
        assert planned(written, used(counts), NEW, controls).differences == ()
    (version,) = planned(
        settings(["green", "red"], version=2), used(anew), None, controls
    ).differences
    assert (version.before, version.after) == ("1-r1", "2-r1")


def test_arms_that_were_added_and_taken_out() -> None:
    """Of an arm that the file never had, and that is not drawn, there is nothing to say."""
    assert lines(Control(added_arms={"blue": None}, retired_arms=("blue",))) == []


def test_arms_that_the_app_names() -> None:
    """An experiment without arms of its own keeps none."""
    new = load({"secret_keys": ["k"], "experiments": {"shoe": {"policy": "igw"}}})
    assert controlled(new, Controls()).experiments == new.experiments


@pytest.mark.parametrize(
    ("version", "base"),
    [("1", "1"), ("1-r2", "1"), ("a-r", "a-r"), ("-r2", "-r2"), ("a-r1-r2", "a-r1")],
)
def test_versions_that_were_reset(version: str, base: str) -> None:
    """The version that the file gave is told from how often it was reset."""
    assert base_of(version) == base
