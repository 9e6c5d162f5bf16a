"""A large fleet backs up less often: what makes a lost store whole is there all the same."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from banditware import keeping
from banditware.backups import Backups
from banditware.keeping import INTERVAL
from banditware.stores import Batch
from tests import redis_servers
from tests.chaos.test_lost import Fleet, restart
from tests.recording import LEDGER
from tests.redis_servers import ServerProcess

#: Machines, workers of each, and how much less often than others they make backups.
MACHINES, WORKERS, RARER = 2, 2, 3


class LargeFleet(Fleet):
    """Machines with several workers each, beside which others have spools that are not seen here.

    Attributes:
        elsewhere: how many those are; each brought one pull.
    """

    def __init__(self, url: str, folder: Path, elsewhere: int) -> None:
        folders = [folder / f"machine{number}" for number in range(MACHINES)]
        super().__init__(url, *folders)
        self.folders = (*folders,) * WORKERS
        self.processes += [self._start(each) for each in self.folders[MACHINES:]]
        self.elsewhere = elsewhere
        for number in range(elsewhere):
            self.store.exchange([Batch(LEDGER, f"far{number}", 0, 1, {"n/x/0": 1})], {})

    def backups(self) -> set[float]:
        """Return when the newest backup of each machine was made."""
        kept = (Backups(path).kept(LEDGER) for path in self.folders[0].parent.glob("*/*.spool"))
        return {each.newest.time for each in kept if each is not None and each.newest.mark.number}

    def wrong(self) -> dict[str, float]:
        """Return how much more the store has than was recorded, by field."""
        stored, sent = self.stored(), self.sent
        expected = {"n/x/0": sent + self.elsewhere, "k/x/0/g": sent}
        fields = {*stored, *expected}
        return {name: stored.get(name, 0) - expected.get(name, 0) for name in fields}


def minutes_of_work(fleet: LargeFleet, number: int) -> set[float]:
    """Let workers record, end and be replaced for so long; return when backups were made."""
    made = fleet.backups()
    for _ in range(number):
        fleet.work(1)
        fleet.replace()
        fleet.minutes(1)
        made |= fleet.backups()
    return made


def lose(fleet: LargeFleet, server: ServerProcess) -> dict[str, float]:
    """Kill the server, which keeps nothing, and start it again; return what is wrong then."""
    fleet.work(1)
    restart(server)
    assert not fleet.stored(), "everything was lost"
    fleet.work(1)
    fleet.settle()
    return fleet.wrong()


@pytest.fixture(params=redis_servers.NAMES)
def server(request: pytest.FixtureRequest) -> Iterator[ServerProcess]:
    server = ServerProcess(request.param)
    yield server
    server.stop()


def test_a_large_fleet_loses_nothing_between_its_backups(
    server: ServerProcess, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whenever the server loses everything between two rare backups, all counts come back once."""
    elsewhere = 60
    monkeypatch.setattr(keeping, "SPOOLS", elsewhere // RARER)
    fleet = LargeFleet(server.url(timeout=10), tmp_path, elsewhere)
    try:
        begin = fleet.now
        made = minutes_of_work(fleet, 2 * RARER + 2)
        rest = [
            later - sooner for sooner, later in zip(sorted(made), sorted(made)[1:], strict=False)
        ]
        assert min(rest) >= RARER * INTERVAL, "backups are rarer"
        assert fleet.now - begin > max(made) - min(made) > 0, "there was more than one"
        for minutes in range(1, RARER + 2):
            assert set(lose(fleet, server).values()) == {0}
            minutes_of_work(fleet, minutes)
        assert set(fleet.wrong().values()) == {0}
    finally:
        fleet.close()
