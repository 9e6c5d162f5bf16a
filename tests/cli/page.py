"""Runs the commands of `docs/cli.md` one after the other, in the folder of a shop that has counts.

`PYTHONPATH=. python tests/cli/page.py` writes what they print into the page. A `…` in what the
page shows stands for anything, and a line of only that for any lines.
"""

from __future__ import annotations

import os
import random
import re
import shlex
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import NamedTuple
from unittest import mock

from click.testing import CliRunner

from banditware import Bandit
from banditware.cli import COMMANDS, log, main, stats
from banditware.cli.listing import GROUPS
from banditware.config import load
from tests.support import Watch

PAGE = Path(__file__).parents[2] / "docs" / "cli.md"

#: Monday morning, and so long ago that no reward is on its way any more.
MONDAY = 1_772_442_000.0

BLOCK = re.compile(r"^```(\w+)(?: (\S+))?\n(.*?)^```", re.MULTILINE | re.DOTALL)

#: How often a visitor who sees an arm puts something into the cart.
RATES = {"casual": 0.12, "formal": 0.30, "neutral": 0.18}


class Shown(NamedTuple):
    """A command of the page.

    Attributes:
        line: the command line.
        expected: what the page shows.
        actual: what it prints.
        status: the exit status, as the page says it in a comment of the block, or 0.
        exited: the exit status that it had.
    """

    line: str
    expected: str
    actual: str
    status: int
    exited: int

    @property
    def right(self) -> bool:
        """True if the page shows what is so."""
        parts = map(re.escape, _plain(self.expected).split("…"))
        alike = re.fullmatch(".*".join(parts), self.actual, re.DOTALL)
        return alike is not None and self.status == self.exited


def shop(folder: Path, text: str) -> None:
    """Lay out the page's configurations, and let four hundred visitors come."""
    for _, name, content in BLOCK.findall(text):
        if name:
            (folder / name).write_text(content)
    watch, visitors = Watch(MONDAY), random.Random(7)
    settings = load(folder / "banditware.yaml")
    with Bandit(settings, clock=watch, generator=random.Random(1)) as bandit:
        for number in range(400):
            headline = bandit.decide("headline", subject=f"u{number}")
            price = bandit.decide("price", subject=f"u{number}")
            watch.now += 90
            if visitors.random() < RATES[headline.arm]:
                bandit.reward(headline)
                if visitors.random() < 0.5:
                    bandit.reward(price, 19.0 if price.arm == "round" else 18.9)
            watch.now += 90
            if number % 20 == 19:
                bandit.flush()
        bandit.settle(60.0)


def interrupted(_seconds: float) -> None:
    """Press Ctrl-C."""
    raise KeyboardInterrupt


@contextmanager
def stage(folder: Path) -> Iterator[None]:
    """Stand in the shop's folder on Tuesday, with its key, no thread, and who interrupts."""
    idle = threading.Thread(target=int)
    idle.start()
    idle.join()
    keys = {
        "BANDITWARE_SECRET_KEY": "any-long-secret-of-at-least-32-characters",
        "SUDO_USER": "anna",
    }
    clock = SimpleNamespace(time=lambda: MONDAY + 86_400, sleep=interrupted)
    before = Path.cwd()
    defaults = Bandit.__init__.__kwdefaults__
    with (
        mock.patch.dict(os.environ, keys),
        mock.patch.dict(defaults, clock=Watch(MONDAY + 86_400)),
        mock.patch("banditware.flusher.launch", return_value=idle),
        mock.patch.object(log, "time", clock),
        mock.patch.object(stats, "time", clock),
    ):
        os.chdir(folder)
        try:
            yield
        finally:
            os.chdir(before)


def commands(text: str) -> Iterator[Shown]:
    """Run what stands in the page's console blocks, in the folder where one stands."""
    for kind, _, content in BLOCK.findall(text):
        if kind == "console":
            for part in re.split(r"^\$ ", content, flags=re.MULTILINE)[1:]:
                line, _, expected = part.partition("\n")
                yield _run(line, expected)


def _run(line: str, expected: str) -> Shown:
    command, _, comment = line.partition("  # exits with ")
    name, *arguments = shlex.split(command)
    assert name == "banditware", line
    result = CliRunner().invoke(main, arguments, prog_name="banditware", terminal_width=100)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return Shown(line, expected, _plain(result.output), int(comment or 0), result.exit_code)


def _plain(text: str) -> str:
    """Return output without commands that are not there in every branch of the work, and spaces."""
    gone = {name for group in GROUPS.values() for name in group} - set(COMMANDS)
    lines = [line.rstrip() for line in text.splitlines()]
    return "".join(f"{line}\n" for line in lines if line.strip().partition(" ")[0] not in gone)


def rewritten(text: str, folder: Path) -> str:
    """Return the page with what commands print now, but for what it leaves open."""
    shop(folder, text)
    with stage(folder):
        found = iter([*commands(text)])

    def anew(block: re.Match[str]) -> str:
        if block[1] != "console":
            return block[0]
        parts = [next(found) for _ in re.findall(r"^\$ ", block[3], re.MULTILINE)]
        kept = [part.expected if part.right else part.actual for part in parts]
        shown = (f"$ {part.line}\n{text}" for part, text in zip(parts, kept, strict=True))
        return f"```console\n{''.join(shown)}```"

    return BLOCK.sub(anew, text)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as place:
        os.environ["BANDITWARE_SECRET_KEY"] = "any-long-secret-of-at-least-32-characters"
        PAGE.write_text(rewritten(PAGE.read_text(encoding="utf-8"), Path(place)), encoding="utf-8")
    sys.stdout.write(f"{PAGE} is current\n")
