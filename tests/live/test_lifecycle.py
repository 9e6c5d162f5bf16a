"""Operators change everything they can, in a random order, while visitors visit.

No response is an error, every pull, reward and exclusion that was answered is stored once, the
trail of changes is whole, a broken file changes nothing and is reported, and no worker goes on as
before for longer than two refreshes.

`python tests/live/test_lifecycle.py 60` runs it for 60 seconds under gunicorn and uvicorn, four
workers each, with 500 requests a second, and prints the figures.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import random
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from banditware import Bandit
from banditware.control import Change
from banditware.controlling import ACTIONS
from banditware.counts import totals
from banditware.errors import ControlError
from tests.serving import BROWSER, MODULE, PATIENCE, running

INNER = """
import json, os
from banditware import wrap

def told(visit):
    health, decision = app.bandit.health(), visit.decisions.get("headline")
    found = [os.getpid(), app.bandit.controls().version, bool(health.config_error)]
    found += [health.config_reloads]
    if decision is not None:
        found += [decision.reason, decision.counted, decision.arm]
    return json.dumps(found).encode()
"""

WSGI = """
def inner(environ, start_response):
    body = told(environ["banditware.visit"])
    start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", str(len(body)))])
    return [body]
"""

ASGI = """
async def inner(scope, receive, send):
    if scope["type"] != "http":
        return
    body = told(scope["banditware.visit"])
    headers = [(b"content-type", b"text/plain"), (b"content-length", b"%d" % len(body))]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})
"""

CONFIG = """\
secret_keys: [a-secret-for-tests-of-thirty-two-characters]
store: sqlite:///counts.db
refresh: REFRESH
kill_switch: killed
experiments:
  headline: {arms: {a: one, b: two, c: three}, policy: POLICY}
routes:
  - {match: GET /, choose: headline}
  - {match: POST /buy, reward: headline}
"""

SERVERS = {
    "gunicorn": (WSGI, ("gunicorn", "shop:app", "--workers", "4", "--worker-class", "gthread",
                        "--threads", "4", "--keep-alive", "30", "--bind", "127.0.0.1:{port}")),
    "uvicorn": (ASGI, ("uvicorn", "shop:app", "--workers", "4", "--lifespan", "off",
                       "--port", "{port}")),
}  # fmt: skip

#: Requests that go over one connection, so that all workers get their share.
_TOGETHER = 30


class Told(NamedTuple):
    """One answer: when it was asked for and what it said."""

    asked: float
    pid: int
    version: int
    broken: bool
    reloads: int


@dataclass
class Tally:
    """What visitors were answered."""

    answers: list[Told] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    pulls: Counter[str] = field(default_factory=Counter)
    excluded: Counter[str] = field(default_factory=Counter)
    posts: int = 0

    def take(self, asked: float, post: bool, body: bytes) -> None:
        """Count an answer."""
        pid, version, broken, reloads, *decision = json.loads(body)
        self.answers.append(Told(asked, pid, version, broken, reloads))
        self.posts += post
        if decision:
            reason, counted, arm = decision
            if counted:
                self.pulls[arm] += 1
            elif reason != "sticky":
                self.excluded[reason] += 1

    def since(self, moment: float) -> list[Told]:
        """Return the answers that were asked for after a moment."""
        return [each for each in self.answers[-20_000:] if each.asked > moment]


@dataclass
class Load:
    """Visitors who look, look again and buy, at a steady rate, until they are told to stop."""

    port: int
    rate: float
    tally: Tally = field(default_factory=Tally)
    stopping: threading.Event = field(default_factory=threading.Event)
    connections: int = 16

    @contextlib.contextmanager
    def running(self) -> Iterator[Tally]:
        """Send requests meanwhile."""
        thread = threading.Thread(target=lambda: asyncio.run(self._all()))
        thread.start()
        try:
            yield self.tally
        finally:
            self.stopping.set()
            thread.join()

    async def _all(self) -> None:
        await asyncio.gather(*(self._some(each) for each in range(self.connections)))

    async def _some(self, number: int) -> None:
        pause = self.connections / self.rate
        due = time.monotonic() + pause * number / self.connections
        while not self.stopping.is_set():
            reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
            for _ in range(_TOGETHER // 3):
                cookie = ""
                for method, path in (("GET", "/"), ("GET", "/"), ("POST", "/buy")):
                    await asyncio.sleep(max(0.0, due - time.monotonic()))
                    due = max(due + pause, time.monotonic() - 1.0)
                    cookie = await self._ask(reader, writer, f"{method} {path}", cookie) or cookie
                if self.stopping.is_set():
                    break
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()

    async def _ask(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, what: str, cookie: str
    ) -> str:
        """Send a request; return the cookie that was set, if any."""
        asked = time.monotonic()
        sent = f"{what} HTTP/1.1\r\nHost: x\r\nUser-Agent: {BROWSER}\r\nContent-Length: 0\r\n"
        sent += f"Cookie: {cookie}\r\n" if cookie else ""
        writer.write(f"{sent}\r\n".encode())
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            headers = dict(line.partition(": ")[::2] for line in head.split("\r\n")[1:])
            headers = {name.lower(): value for name, value in headers.items()}
            length = int(headers["content-length"])
            body = await reader.readexactly(length)
            assert head.startswith("HTTP/1.1 200"), head
            self.tally.take(asked, what.startswith("POST"), body)
        except (
            OSError,
            ValueError,
            KeyError,
            AssertionError,
            asyncio.IncompleteReadError,
        ) as error:
            self.tally.errors.append(f"{what}: {error!r}")
            raise
        return headers.get("set-cookie", "").partition(";")[0]


@dataclass
class Operator:
    """Somebody who does whatever can be done."""

    bandit: Bandit
    folder: Path
    random: random.Random
    made: list[tuple[float, Change]] = field(default_factory=list)
    refused: int = 0
    reloads: int = 0
    toggles: int = 0
    deck: list[str] = field(default_factory=list)

    def act(self) -> None:
        """Do something: all there is in a random order, over and over."""
        if not self.deck:
            self.deck = [*ACTIONS, "pause", "resume", "promote", "add", "write", "toggle"]
            self.random.shuffle(self.deck)
        action = self.deck.pop()
        if action == "write":
            self.write(self.random.choice(["thompson", "uniform", "{name: epsilon-greedy}"]))
        elif action == "toggle":
            self.toggle()
        else:
            self.change(action)
        # What ends everything else is ended soon itself.
        controls = self.bandit.controls()
        if controls.killed and self.random.random() < 0.5:
            self.toggle() if (self.folder / "killed").exists() else self.change("revive")
        if controls.of("headline").state != "running" and self.random.random() < 0.4:
            self.change("resume", whole=True)

    def change(self, action: str, *, whole: bool = False) -> None:
        """Make a change of a kind; some make no sense just then, and are refused."""
        arms = ["a", "b", "c", *(f"n{self.random.randrange(50)}" for _ in range(3))]
        arm = self.random.choice(arms)
        if action in ("kill", "revive"):
            given: dict[str, Any] = {}
        elif action in ("archive", "reset"):
            given = {"experiment": "headline"}
        else:
            one = action in ("promote", "retire", "add") or self.random.random() < 0.5
            one = one and not whole
            given = {"experiment": "headline", "arm": arm if one else None}
        try:
            change = self.bandit.control(action, **given, who="the operator", note=f"{chr(9731)}")
        except ControlError:
            self.refused += 1
        else:
            self.made.append((time.monotonic(), change))

    def toggle(self) -> None:
        """Make or remove the file that switches everything off."""
        file = self.folder / "killed"
        if file.exists():
            file.unlink()
        else:
            file.touch()
        self.toggles += 1

    def write(self, policy: str) -> None:
        """Write the configuration's file, as editors do that are not careful."""
        file = self.folder / "banditware.yaml"
        text = file.read_text()
        before = text.partition("policy: ")[2].partition("}\n")[0]
        if before != policy:
            file.write_text(text.replace(f"policy: {before}", f"policy: {policy}"))
            self.reloads += 1


class Plan(NamedTuple):
    """What is to happen: for how long, how often, and by which random numbers."""

    seconds: float
    rate: float
    refresh: float
    seed: int


class Figures(NamedTuple):
    """What came of it."""

    tally: Tally
    operator: Operator
    stored: Counter[str]
    excluded: Counter[str]
    rewards: int
    trail: list[Change]
    lag: float
    rate: float


def drive(server: str, folder: Path, plan: Plan) -> Figures:
    """Have visitors visit and an operator operate for some seconds."""
    seconds, rate, refresh, seed = plan
    inner, command = SERVERS[server]
    (folder / "shop.py").write_text(f"{INNER}{inner}\napp = wrap(inner, 'banditware.yaml')\n")
    text = CONFIG.replace("REFRESH", f"{refresh * 1000:.0f}ms").replace("POLICY", "thompson")
    (folder / "banditware.yaml").write_text(text)
    with (
        running([*MODULE, *command], folder, "shop:app") as served,
        Bandit.from_config(folder / "banditware.yaml") as bandit,
    ):
        operator = Operator(bandit, folder, random.Random(seed))
        load = Load(served.port, rate)
        began = time.monotonic()
        with load.running() as tally:
            _everybody(tally, began)
            _act(operator, seconds / 2, refresh)
            _break(operator, tally)
            _act(operator, seconds / 2, refresh)
            _settle(operator, tally)
        took = time.monotonic() - began
    with Bandit.from_config(folder / "banditware.yaml") as bandit:
        bandit.drain()
        store = bandit._store
        pulls, excluded, rewards = Counter[str](), Counter[str](), 0
        for counts in store.exchange((), dict.fromkeys(store.ledgers(), 0)).counts.values():
            found = totals(counts.fields)
            excluded.update(found.excluded)
            for name, arm in found.arms.items():
                pulls[name] += arm.pulls
                rewards += sum(goal.rewards for goal in arm.goals.values())
        trail = bandit.changes(limit=100_000)
    lag = _lag(operator, tally)
    return Figures(tally, operator, pulls, excluded, rewards, trail, lag, len(tally.answers) / took)


def _everybody(tally: Tally, since: float) -> set[int]:
    """Wait until four workers have answered; return who they are."""
    pids: set[int] = set()

    def four() -> bool:
        pids.update(each.pid for each in tally.since(since))
        return len(pids) == 4

    _until(four, "four workers answer")
    return pids


def _act(operator: Operator, seconds: float, refresh: float) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        operator.act()
        time.sleep(operator.random.uniform(0.0, refresh))


def _break(operator: Operator, tally: Tally) -> None:
    """Write a file that cannot be used: all report it, and go on; then mend it."""
    file = operator.folder / "banditware.yaml"
    text = file.read_text()
    file.write_text(text.replace("policy:", "polic:"))
    since = time.monotonic()
    _until(lambda: _all(tally, since, lambda told: told.broken), "a broken file is reported")
    version, refused = operator.bandit.controls().version, operator.refused
    operator.change("add")
    # What is refused changes nothing; what is not is the next version, file or no file.
    changed = operator.made[-1][1].id if operator.refused == refused else version
    assert operator.bandit.controls().version == changed
    assert (changed > version) == (operator.refused == refused)
    for pid in {told.pid for told in tally.since(since)}:
        used = {each.reloads for each in tally.since(since) if each.pid == pid and each.broken}
        assert len(used) == 1, "a broken file was used"
    file.write_text(text)
    since = time.monotonic()
    _until(lambda: _all(tally, since, lambda told: not told.broken), "a mended file is used")


def _settle(operator: Operator, tally: Tally) -> None:
    """Let everything run again, and wait until everybody knows."""
    (operator.folder / "killed").unlink(missing_ok=True)
    for action, given in (("revive", {}), ("resume", {"experiment": "headline"})):
        with contextlib.suppress(ControlError):
            change = operator.bandit.control(action, who="the operator", **given)
            operator.made.append((time.monotonic(), change))
    version, since = operator.made[-1][1].id, time.monotonic()
    _until(lambda: _all(tally, since, lambda told: told.version >= version), "all are told")


def _all(tally: Tally, since: float, holds: Any) -> bool:
    """Return True if the last answers of four workers are such."""
    last = {told.pid: told for told in tally.since(since)}
    return len(last) == 4 and all(map(holds, last.values()))


def _until(holds: Any, what: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < deadline, f"it took too long until {what}"
        time.sleep(0.02)


def _lag(operator: Operator, tally: Tally) -> float:
    """Return for how long, at most, an answer was asked for that did not know of a change."""
    lag = 0.0
    changes = iter(operator.made)
    change = next(changes, None)
    pending: list[tuple[float, int]] = []
    for told in sorted(tally.answers):
        while change is not None and change[0] <= told.asked:
            pending.append((change[0], change[1].id))
            change = next(changes, None)
        for moment, version in pending:
            if told.version < version:
                lag = max(lag, told.asked - moment)
                break
    return lag


def check(figures: Figures) -> None:
    """Compare what visitors were answered with what is stored."""
    tally, operator = figures.tally, figures.operator
    assert tally.errors == []
    assert figures.stored == tally.pulls
    served = sum(tally.excluded.values())
    assert figures.rewards + sum(figures.excluded.values()) == tally.posts + served
    assert all(figures.excluded[reason] >= tally.excluded[reason] for reason in tally.excluded)
    assert figures.trail[::-1] == [change for _, change in operator.made]
    assert [change.id for change in figures.trail[::-1]] == [*range(1, len(figures.trail) + 1)]
    for before, after in zip(figures.trail[1:], figures.trail, strict=False):
        if before.experiment and before.experiment == after.experiment:
            assert before.after == after.before


def test_everything_changes_while_visitors_visit(tmp_path: Path) -> None:
    """No error, every count and every change there once, and a broken file does nothing."""
    figures = drive("gunicorn", tmp_path, Plan(2.0, 60.0, 0.1, 6))
    check(figures)
    assert len(figures.trail) > 5


if __name__ == "__main__":
    for name in SERVERS:
        with tempfile.TemporaryDirectory() as where:
            found = drive(name, Path(where), Plan(float(sys.argv[1]), 500.0, 1.0, 1))
        kinds = Counter(change.action for change in found.trail)
        print(f"{name}: {found.rate:.0f} requests/s, {len(found.tally.answers)} answers, errors: ")
        print(f"  {found.tally.errors[:3]}")
        print(f"  changes: {len(found.trail)} ({dict(kinds)}), {found.operator.refused} refused, ")
        print(f"  {found.operator.reloads} reloads, {found.operator.toggles} of the kill file")
        print(f"  pulls: answered {sum(found.tally.pulls.values())}, stored {found.stored.total()}")
        print(f"  rewards {found.rewards}, posts {found.tally.posts}")
        print(f"  excluded: answered {dict(found.tally.excluded)}, stored {dict(found.excluded)}")
        print(f"  longest time until no worker was as before: {found.lag:.2f} s (refresh 1 s)")
        check(found)
        assert found.lag <= 2.0
