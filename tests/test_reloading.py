"""A configuration's file that changes while a bandit runs."""

from __future__ import annotations

import gc
import logging
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from banditware import Bandit, hangup
from banditware.config import load
from banditware.ground import Ground
from banditware.model import Experiment
from banditware.reloading import Reloading
from tests.support import KEY, Surfer, Watch

pytestmark = pytest.mark.usefixtures("calm")

YAML = """\
secret_keys: [the key of the stand]
store: memory://
refresh: 1h
experiments:
  button: {arms: {green: "#0f0", red: "#f00"}, default: red, goal: only-here, policy: uniform}
routes:
  - {match: GET /, choose: button}
"""


@dataclass
class Site:
    """A bandit with a file that can be changed.

    Attributes:
        file: the file.
        bandit: the bandit.
    """

    file: Path
    bandit: Bandit
    _number: int = field(default=0)

    def write(self, old: str, new: str) -> None:
        """Replace a part of the file, and tell so."""
        text = self.file.read_text()
        assert old in text
        self.say(text.replace(old, new))

    def say(self, text: str) -> None:
        """Write the file, and have it looked at at once."""
        self.file.write_text(text)
        hangup._hear(0, None)
        self.bandit.refresh()


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    """A bandit that has just begun."""
    file = tmp_path / "banditware.yaml"
    file.write_text(YAML)
    with Bandit(load(file), clock=Watch()) as bandit:
        yield Site(file, bandit)


def test_what_the_file_says_is_in_effect(site: Site) -> None:
    """Arms, experiments and routes that are new decide, and those that are gone do not."""
    site.write('red: "#f00"}', 'red: "#f00", blue: "#00f"}')
    assert {site.bandit.decide("button").arm for _ in range(60)} == {"green", "red", "blue"}
    site.write("routes:", "  more: {arms: [x, y]}\nroutes:\n  - {match: GET /more, choose: more}")
    seen = Surfer(site.bandit).ask("/more")
    assert seen.visit.decisions["more"].counted
    site.write("{match: GET /, choose: button}", "{match: GET /now, choose: button}")
    assert not Surfer(site.bandit).ask("/").visit.decisions
    assert site.bandit.health().config_reloads == 3
    assert site.bandit.health().config_error == ""


def test_counts_are_carried_over(site: Site) -> None:
    """An experiment goes on with its counts; one of another version begins; the old one is back."""
    site.bandit.decide("button")
    assert site.bandit._ground.snapshot.experiments["button"].version < 1
    site.bandit.flush()
    site.write("policy: uniform", "policy: thompson")
    assert site.bandit._ground.snapshot.experiments["button"].pulls == 1
    site.write("policy: thompson", "policy: thompson, version: 2")
    site.bandit.refresh()
    assert site.bandit._ground.snapshot.experiments["button"].pulls == 0
    site.write("version: 2", "version: 1")
    assert site.bandit._ground.snapshot.experiments["button"].pulls == 1


def test_an_experiment_that_stays_is_the_very_same(site: Site) -> None:
    """So what is remembered in memory of its cookies holds."""
    before = site.bandit._ground.snapshot.experiments["button"]
    site.write("routes:", "  more: {arms: [x, y]}\nroutes:")
    assert site.bandit._ground.snapshot.experiments["button"] is before
    assert site.bandit._ground.snapshot.experiments["more"].version == -1


def test_a_broken_file_changes_nothing(site: Site, caplog: pytest.LogCaptureFixture) -> None:
    """It is told once in the log and in the health for as long as it is so."""
    ground = site.bandit._ground
    site.write("policy: uniform", "policy: unifrom")
    problem = site.bandit.health().config_error
    assert f"{site.file}:5:" in problem
    assert "did you mean 'uniform'" in problem
    assert site.bandit._ground is ground
    site.bandit.refresh()
    site.bandit.refresh()
    (told,) = [record for record in caplog.records if record.levelno == logging.ERROR]
    assert problem in told.getMessage()
    site.write("policy: unifrom", "policy: thompson")
    assert site.bandit.health().config_error == ""
    assert site.bandit._ground is not ground


def test_a_file_that_is_gone_changes_nothing(site: Site) -> None:
    """It is told that it cannot be read, and read again when it is back."""
    site.file.unlink()
    hangup._hear(0, None)
    site.bandit.refresh()
    assert "cannot be read" in site.bandit.health().config_error
    assert site.bandit.decide("button").reason == "drawn"
    site.say(YAML)
    assert site.bandit.health().config_error == ""


def test_what_only_shows_when_it_is_used(site: Site) -> None:
    """A function that is not there makes a file one that cannot be used."""
    ground = site.bandit._ground
    site.write(
        "experiments:", "consent: {call: 'nowhere:nothing', respect_gpc: false}\nexperiments:"
    )
    assert "nowhere" in site.bandit.health().config_error
    assert site.bandit._ground.consent is ground.consent is None
    assert site.bandit.settings.consent is None
    assert site.bandit.decide("button").reason == "drawn"


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ("store: memory://", "store: sqlite:///other.db", "store"),
        ("refresh: 1h", "refresh: 2h", "refresh"),
        (f"[{KEY}]", f"[{KEY}, new]", "secret_keys"),
        ("experiments:", "log: {file: log.jsonl}\nexperiments:", "log"),
        ("experiments:", "below_mount: true\nexperiments:", "below_mount"),
        ("experiments:", "caching: by_arm\nexperiments:", "caching"),
        (
            "experiments:",
            "consent: {header: {name: X-Consent, granted: [a]}}\nexperiments:",
            "consent",
        ),
    ],
)
def test_what_takes_a_restart(
    site: Site, caplog: pytest.LogCaptureFixture, old: str, new: str, key: str
) -> None:
    """What cannot change in a running process stays as it was, and is told; the rest changes."""
    before = site.bandit.settings
    site.write(old, new)
    assert site.bandit.health().config_restart == (key,)
    assert f"restart is needed for what it says of: {key}" in caplog.text
    after = site.bandit.settings
    assert after._replace(stamp=None) == before._replace(stamp=None)
    site.write("routes:", "  more: {arms: [x, y]}\nroutes:")
    assert site.bandit.decide("more").reason == "drawn"
    assert site.bandit.health().config_restart == (key,)
    site.write(new, old)
    assert site.bandit.health().config_restart == ()


def test_consent_changes_where_no_header_is_concerned(site: Site) -> None:
    """Asking for consent by a cookie begins with the file that says so."""
    site.write(
        "routes:", "consent: {cookie: {name: ok, granted: [a]}, respect_gpc: false}\nroutes:"
    )
    assert site.bandit.health().config_restart == ()
    assert Surfer(site.bandit).ask().reason == "no_consent"


def test_controls_hold_over_a_reload(site: Site) -> None:
    """What operators changed goes on, of arms that the file has only now, too."""
    site.bandit.control("pause", "button")
    site.write('red: "#f00"}', 'red: "#f00", blue: "#00f"}')
    assert site.bandit.decide("button").reason == "paused"
    site.bandit.control("resume", "button")
    site.bandit.control("retire", "button", arm="blue")
    assert {site.bandit.decide("button").arm for _ in range(40)} == {"green", "red"}


class Timer:
    """A clock that stands until it is moved."""

    now = 0.0

    def __call__(self) -> float:
        """Return what it shows."""
        return self.now


def test_a_file_that_is_being_written_is_left_alone(tmp_path: Path) -> None:
    """It is read when it has been the same for half a second, or half a refresh if that is less."""
    file, timer = tmp_path / "banditware.yaml", Timer()
    file.write_text(YAML)
    settings = load(file)
    reloading = Reloading(settings, timer)
    assert reloading.look(settings) is None
    file.write_text(YAML.replace("uniform", "thompson"))
    assert reloading.look(settings) is None
    timer.now += 0.4
    assert reloading.look(settings) is None
    file.write_text(YAML.replace("uniform", "top-two-thompson"))
    assert reloading.look(settings) is None
    timer.now += 0.4
    assert reloading.look(settings) is None
    timer.now += 0.1
    found = reloading.look(settings)
    assert found is not None
    assert found.experiments[0].policy.name == "top-two-thompson"
    timer.now += 5.0
    assert reloading.look(found) is None


def test_a_file_that_is_back_as_it_was_is_not_read(tmp_path: Path) -> None:
    """Who undoes a change in time has changed nothing."""
    file, timer = tmp_path / "banditware.yaml", Timer()
    file.write_text(YAML)
    settings = load(file)
    assert settings.stamp is not None
    times = (settings.stamp.modified, settings.stamp.modified)
    reloading = Reloading(settings, timer)
    file.write_text(YAML + "# more")
    assert reloading.look(settings) is None
    file.write_text(YAML)
    os.utime(file, ns=times)
    timer.now += 5.0
    assert reloading.look(settings) is None
    assert reloading.health()["config_reloads"] == 0


def test_a_link_that_leads_elsewhere_is_another_file(tmp_path: Path) -> None:
    """Containers replace a file by turning a link; what it led to is gone then."""
    for name, policy in (("one", "uniform"), ("two", "thompson")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "banditware.yaml").write_text(YAML.replace("uniform", policy))
    link, timer = tmp_path / "data", Timer()
    link.symlink_to("one")
    file = tmp_path / "banditware.yaml"
    file.symlink_to("data/banditware.yaml")
    settings = load(file)
    reloading = Reloading(settings, timer)
    link.unlink()
    link.symlink_to("two")
    (tmp_path / "one" / "banditware.yaml").unlink()
    assert reloading.look(settings) is None
    timer.now += 1.0
    found = reloading.look(settings)
    assert found is not None
    assert found.experiments[0].policy.name == "thompson"


def test_a_mapping_is_never_read_anew() -> None:
    """What came from no file does not change, whatever signal comes."""
    settings = load({"secret_keys": [KEY], "experiments": {"e": {"arms": ["x"]}}})
    reloading = Reloading(settings)
    hangup._hear(0, None)
    assert reloading.look(settings) is None


def test_the_file_keeps_the_keys_of_a_framework(tmp_path: Path) -> None:
    """A file without keys goes on with those that were given for it."""
    file = tmp_path / "banditware.yaml"
    file.write_text(YAML.replace("secret_keys: [the key of the stand]\n", ""))
    with Bandit.from_config(file, secret_keys=["framework"]) as bandit:
        Site(file, bandit).write("policy: uniform", "policy: thompson")
        assert bandit.health().config_reloads == 1
        assert bandit.health().config_restart == ()
        assert bandit.settings.secret_keys == ("framework",)


def test_nothing_is_left_of_a_thousand_reloads(site: Site) -> None:
    """What nobody stands on any more is gone, with the experiments that it held."""
    surfer, text = Surfer(site.bandit), site.file.read_text()
    for number in range(1_000):
        policy = ("uniform", "thompson")[number % 2]
        site.say(text.replace("policy: uniform", f"policy: {policy}"))
        surfer.ask()
    assert site.bandit.health().config_reloads == 1_000
    gc.collect()
    living = gc.get_objects()
    grounds = [each for each in living if type(each) is Ground]
    assert sum(each.fault == site.bandit.hidden for each in grounds) == 1
    experiments = [each for each in living if type(each) is Experiment]
    # The configuration's, the ground's, and what is kept beside a cookie in memory.
    assert sum(each.goal == "only-here" for each in experiments) <= 3
