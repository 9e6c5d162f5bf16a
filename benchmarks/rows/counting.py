"""Whether counts are kept: by four workers under load that are killed, and by Flask-MAB's."""

from __future__ import annotations

import tempfile
import threading
import time
from collections import Counter
from pathlib import Path

from benchmarks.rows import optional
from benchmarks.rows.finding import Finding
from tests.live.test_kill import KINDS, Tally, chaos, visit
from tests.serving import MODULE, running

#: The same app with Flask-MAB, which keeps its counts in a JSON file.
PEER = """
import flask
import flask_mab
from flask_mab.bandits import EpsilonGreedyBandit

app = flask.Flask("shop")
app.config.update(MAB_STORAGE_ENGINE="JSONBanditStorage", MAB_STORAGE_OPTS=("mab.json",))
flask_mab.BanditMiddleware(app)
bandit = EpsilonGreedyBandit(0.2)
bandit.add_arm("a", "one")
bandit.add_arm("b", "two")
app.add_bandit("headline", bandit)


@app.get("/")
@flask_mab.choose_arm("headline")
def root(headline):
    return headline


@app.post("/buy")
@flask_mab.reward_endpt("headline", 1.0)
def buy():
    return "ok"
"""

WORKERS, VISITORS = 4, 8

#: Seconds between two kills.
PAUSE = 1.0


def findings(seconds: float) -> list[Finding]:
    """Return the rows: what is kept of pulls and of rewards."""
    kept, missing = optional.made({"Flask-MAB": lambda: flask_mab(seconds)})
    with tempfile.TemporaryDirectory() as name:
        tally, stored, kills = chaos(Path(name), seconds=seconds, pause=PAUSE, seed=1)
    return [
        row(kind, kills, tally, stored, kept.get("Flask-MAB") or missing["Flask-MAB"])
        for kind in KINDS
    ]


def row(
    kind: str,
    kills: int,
    tally: Tally,
    stored: Counter[str],
    peer: str | tuple[Tally, Counter[str]],
) -> Finding:
    """Return the row of pulls or of rewards."""
    answered, tried = tally.acknowledged[kind], tally.attempted[kind]
    lost, twice = max(0, answered - stored[kind]), max(0, stored[kind] - tried)
    return Finding(
        f"{kind} kept by {WORKERS} workers under load",
        f"gunicorn, {kills} workers killed",
        "none lost, none twice",
        f"{answered:,} answered, {lost:,} lost, {twice:,} twice",
        lost == 0 and twice == 0 and kills > 0 and answered > 0,
        "Flask-MAB, JSON storage, nobody killed",
        peer if isinstance(peer, str) else share(kind, *peer),
    )


def share(kind: str, tally: Tally, kept: Counter[str]) -> str:
    """Return how much of what it answered a peer has kept."""
    answered = tally.acknowledged[kind]
    return f"{answered:,} answered, {kept[kind] / max(1, answered):.0%} kept"


def flask_mab(seconds: float) -> tuple[Tally, Counter[str]]:
    """Return what visitors of Flask-MAB were answered under the same load, and what it kept.

    Raises:
        ImportError: it is not installed.
    """
    from flask_mab.storage import JSONBanditStorage  # noqa: PLC0415  # it may be missing

    tally = Tally()
    command = ["gunicorn", "shop:app", "--workers", str(WORKERS), "--bind", "127.0.0.1:{port}"]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "shop.py").write_text(PEER)
        with running([*MODULE, *command], folder, "shop:app") as server:
            visited(server.port, tally, seconds)
        kept = JSONBanditStorage(str(folder / "mab.json")).load().get("headline")
    # What two workers write at once is no JSON, and then its own reader finds nothing.
    pulls, rewards = (kept.pulls, kept.reward) if kept else ((), ())
    return tally, Counter({"pulls": int(sum(pulls)), "rewards": int(sum(rewards))})


def visited(port: int, tally: Tally, seconds: float) -> None:
    """Let visitors come for so long."""
    end = time.monotonic() + seconds

    def going() -> bool:
        return time.monotonic() < end

    threads = [threading.Thread(target=visit, args=(port, tally, going)) for _ in range(VISITORS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
