"""The page for newcomers, followed to the letter: real files, real servers, real requests."""

from __future__ import annotations

import contextlib
import os
import re
import shlex
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.serving import PATIENCE, Visitor, free_port

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "getting-started.md").read_text(encoding="utf-8")


class Step(NamedTuple):
    """A block of the page: a file, or a command with what it prints."""

    kind: str
    name: str
    text: str


def steps() -> Iterator[Step]:
    """Yield what the page says, in its order."""
    for name, kind, text in re.findall(r"(?:`([\w.]+)`:\n\n)?```(\w+)\n(.*?)```", PAGE, re.DOTALL):
        if kind != "console":
            yield Step("file", name, text)
            continue
        for part in re.split(r"^\$ ", text, flags=re.MULTILINE)[1:]:
            command, _, printed = part.partition("\n")
            yield Step("command", command, printed)


def form(text: str) -> str:
    """Return what a command prints without what differs from time to time."""
    text = re.sub(r"<h1>Ship (it|your experiment today)</h1>", "<h1>#</h1>", text)
    text = re.sub(r"[\d.,]+%?", "#", text)
    return "\n".join(" ".join(line.split()) for line in text.splitlines())


class Terminal:
    """Somebody who types what the page says, with another port."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self.folder = folder
        self.servers: list[subprocess.Popen[bytes]] = []
        self.environment = {
            **os.environ,
            "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]),
            "PYTHONPATH": str(ROOT),
        }
        self.environment.pop("COVERAGE_PROCESS_START", None)

    def mine(self, text: str) -> str:
        """Return a text of the page with the port that is free here."""
        return text.replace("127.0.0.1:8000", f"127.0.0.1:{self.port}")

    def follow(self, step: Step) -> str:
        """Do a step, and return what it prints."""
        if step.kind == "file":
            assert step.name
            (self.folder / step.name).write_text(self.mine(step.text))
            return ""
        program, *arguments = shlex.split(step.name)
        if program == "export":
            for name, _, value in (each.partition("=") for each in arguments):
                self.environment[name] = value
            return ""
        if program in INSTALLING:
            return INSTALLING[program](arguments)
        if program == "gunicorn":
            return self.serve(step.name)
        run = subprocess.run(
            ["sh", "-c", self.mine(step.name)],
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert (run.returncode, run.stderr) == (0, ""), step.name
        return run.stdout

    def serve(self, command: str) -> str:
        """Start a server, and come back when it answers."""
        with (self.folder / "server.log").open("wb") as log:
            server = subprocess.Popen(
                shlex.split(self.mine(command)),
                cwd=self.folder,
                env=self.environment,
                stdout=log,
                stderr=log,
            )
        self.servers.append(server)
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline and server.poll() is None:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port)):
                return ""
            time.sleep(0.05)
        raise AssertionError((self.folder / "server.log").read_text())

    def close(self) -> None:
        """Stop what runs."""
        for server in self.servers:
            server.send_signal(signal.SIGINT)
            server.wait(PATIENCE)


def _in_place(arguments: list[str]) -> str:
    """Take the test's own folder and environment for the new ones."""
    assert arguments
    return ""


def _installed(arguments: list[str]) -> str:
    """See that what is to be installed is what this environment has."""
    command, *names = arguments
    assert command == "install"
    assert all(version(name) for name in names)
    return ""


#: What cannot be done in a test is looked at.
INSTALLING = {"mkdir": _in_place, "python3": _in_place, "pip": _installed}


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Terminal]:
    """Sit down in an empty folder."""
    here = Terminal(tmp_path)
    yield here
    here.close()


def test_the_page_is_right(terminal: Terminal) -> None:
    """Every file is written, every command run, and each prints what the page says it does."""
    followed = [*steps()]
    assert {step.name.split()[0] for step in followed if step.kind == "command"} == {
        *INSTALLING,
        "export",
        "banditware",
        "gunicorn",
        "curl",
        "python",
    }
    for step in followed:
        printed = terminal.follow(step)
        if step.kind == "command":
            assert form(printed) == form(step.text), step.name
    stats = terminal.follow(Step("command", "banditware stats banditware.yaml", ""))
    rows = {row[0]: row[1:] for row in map(str.split, stats.splitlines()[2:])}
    assert int(rows["long"][0]) + int(rows["short"][0]) == 1001
    assert float(rows["long"][-1].rstrip("%")) > 90
    seen_on_the_dashboard(terminal.port)


def seen_on_the_dashboard(port: int) -> None:
    """Sign in as a browser does, and find the experiment."""
    browser = Visitor(port)
    root = "/_banditware/"
    assert "headline" not in browser.get(root).body.decode()
    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    signed = browser.request("POST", f"{root}sign-in", "token=a-token-of-your-own", **kind)
    assert signed.status == 303
    deadline = time.monotonic() + PATIENCE
    while "1,001" not in (page := browser.get(root).body.decode()):  # the worker's next refresh
        assert time.monotonic() < deadline, page
        time.sleep(0.05)
    assert "headline" in page


def test_links() -> None:
    """Every link of the page leads somewhere."""
    links = [link for link in re.findall(r"\]\(([^)]*)\)", PAGE) if "://" not in link]
    assert links
    folder = ROOT / "docs"
    assert [link for link in links if not (folder / link.partition("#")[0]).exists()] == []
