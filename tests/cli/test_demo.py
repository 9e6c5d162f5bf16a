from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from banditware.cli import demo as command
from banditware.cli.demonstration.tally import Tally
from tests.cli import commands

EXACT = re.compile(r"(\w+): visitors saw (\d+), stored (\d+); clicked (\d+), stored (\d+): (\w+)")


#: The command, which hears SIGINT even if it was started by something that does not.
COMMAND = """
import signal
from banditware.cli import main
signal.signal(signal.SIGINT, signal.default_int_handler)
main(prog_name="banditware")
"""


@pytest.fixture
def scratch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the folder in which temporary folders are made, empty so far."""
    folder = tmp_path / "scratch"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


run = partial(commands.run, "demo")


def spawned(*arguments: str, scratch: Path) -> subprocess.Popen[str]:
    """Return the command running in a process of its own."""
    return subprocess.Popen(
        [sys.executable, "-c", COMMAND, "demo", *arguments],
        env={**os.environ, "TMPDIR": str(scratch), "PYTHONPATH": str(Path(__file__).parents[2])},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def servers(scratch: Path) -> list[str]:
    """Return the processes that were told of a configuration in the scratch folder."""
    told = f"BANDITWARE_CONFIG={scratch}/".encode()
    found = []
    for path in Path("/proc").glob("[0-9]*/environ"):
        with contextlib.suppress(OSError):
            if told in path.read_bytes():
                found.append(str(path))
    return found


@pytest.mark.parametrize("interface", ["wsgi", "asgi"])
def test_counts_are_exact(interface: str, scratch: Path) -> None:
    """The demonstration counts exactly what visitors saw and did, and leaves nothing behind."""
    process = spawned("--visitors", "150", "--interface", interface, scratch=scratch)
    output, errors = process.communicate(timeout=120)
    assert (process.returncode, errors) == (0, "")
    lines = EXACT.findall(output)
    assert [line[0] for line in lines] == ["color_btn", "txt_btn"]
    for _, saw, pulls, clicked, rewards, verdict in lines:
        assert (saw, pulls, verdict) == ("150", "150", "exact")
        assert clicked == rewards
        assert 0 < int(clicked) < 150
    assert "saw another button 0 times" in output
    assert list(scratch.iterdir()) == []
    assert servers(scratch) == []


@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGTERM])
def test_it_ends_cleanly(end: signal.Signals, scratch: Path) -> None:
    """Ctrl-C and SIGTERM end the server and remove its folder."""
    process = spawned("--visitors", "100000", scratch=scratch)
    deadline = time.monotonic() + 60
    while not servers(scratch) and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.05)
    process.send_signal(end)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == {signal.SIGINT: 1, signal.SIGTERM: 143}[end], errors
    assert servers(scratch) == []
    assert list(scratch.iterdir()) == []


def test_sigterm_is_an_exit() -> None:
    """SIGTERM unwinds the command, with the exit status that shells give it."""
    handler = signal.getsignal(signal.SIGTERM)
    with pytest.raises(SystemExit, match="143"), command._ended_by_signal():
        signal.raise_signal(signal.SIGTERM)
    assert signal.getsignal(signal.SIGTERM) is handler


def test_what_is_seen(scratch: Path) -> None:
    """Progress, arms, bars, verdicts and the way on are printed in this order."""
    handler = signal.getsignal(signal.SIGTERM)
    result = run("--visitors", "60", "--workers", "1", "--seed", "3")
    assert result.exit_code == 0, result.output
    parts = [
        "60 visitors come to a shop with one button, served by 1 gunicorn workers",
        "60 of 60 visitors, ",
        "color_btn (epsilon-greedy)",
        "red, the best arm, got ",
        "txt_btn (thompson)",
        "formal, the best arm, got ",
        "Share of the visitors who got the best arm",
        "  55 to 60 ",
        ": exact",
        f"Where to look next, in {command.example()}:",
    ]
    places = [result.stdout.find(part) for part in parts]
    assert -1 not in places
    assert places == sorted(places)
    assert signal.getsignal(signal.SIGTERM) is handler


def test_a_difference_is_told(monkeypatch: pytest.MonkeyPatch, scratch: Path) -> None:
    """Counts that differ from what visitors did exit with 1."""
    monkeypatch.setattr(Tally, "matches", lambda *_: False)
    result = run("--visitors", "10")
    assert result.exit_code == 1
    assert [line[-1] for line in EXACT.findall(result.stdout)] == ["DIFFERENT"] * 2


@pytest.mark.parametrize(
    ("interface", "missing", "install"),
    [
        ("wsgi", {"gunicorn"}, 'gunicorn: pip install "banditware[demo]"'),
        ("wsgi", {"gunicorn", "rich"}, 'gunicorn and rich: pip install "banditware[demo]"'),
        ("asgi", {"gunicorn", "rich"}, 'rich: pip install "banditware[demo]"'),
        ("asgi", {"uvicorn"}, 'uvicorn: pip install "banditware[demo]"'),
    ],
)
def test_what_has_to_be_installed(
    monkeypatch: pytest.MonkeyPatch, interface: str, missing: set[str], install: str
) -> None:
    """Without its server or rich, it exits with 2 and the line that installs them."""
    find: Callable[[str], object] = lambda name: None if name in missing else True  # noqa: E731
    monkeypatch.setattr(command, "find_spec", find)
    result = run("--interface", interface)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == f"the demo needs {install}\n"


def test_a_wrong_configuration(tmp_path: Path, scratch: Path) -> None:
    """A configuration with mistakes exits with 2 and all of them."""
    config = tmp_path / "banditware.yaml"
    config.write_text("experiments: {e: {arms: [a, a]}}\n")
    result = run(str(config))
    assert result.exit_code == 2
    assert "secret_keys: is missing" in result.stderr
    assert list(scratch.iterdir()) == []


def test_a_server_that_does_not_start(tmp_path: Path, scratch: Path) -> None:
    """What the server said is shown if it does not answer, and the exit status is 1."""
    source = (command.example() / "banditware.yaml").read_text()
    (tmp_path / "banditware.yaml").write_text(source)
    (tmp_path / "wsgi.py").write_text("raise RuntimeError('no shop today')\n")
    result = run(str(tmp_path / "banditware.yaml"))
    assert result.exit_code == 1
    assert "the server does not answer" in result.stderr
    assert "no shop today" in result.stderr
    assert list(scratch.iterdir()) == []


def test_the_example_is_found(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The example is beside the command if it was installed, and in the checkout otherwise."""
    assert (command.example() / "banditware.yaml").is_file()
    monkeypatch.setattr(command, "__file__", str(tmp_path / "banditware" / "cli" / "demo.py"))
    assert command.example() == tmp_path / "examples" / "button"
    installed = tmp_path / "banditware" / "cli" / "button"
    installed.mkdir(parents=True)
    assert command.example() == installed
