"""What a fleet asks of its Redis servers, on paper: nothing here reads a clock or a server.

`Costs` are what one thing costs; `benchmarks/fleet.py` measures them. All the rest follows.
"""

from __future__ import annotations

from dataclasses import dataclass

DAY = 86_400.0

#: Cohorts that an attribution is cut into; counts of an arm and cohort: pulls, and five of a goal;
#: and those that a ledger of three arms has from its first minute on.
COHORTS, PULLS, OF_GOAL, YOUNG = 32, 1, 5, 18

#: Days that once-keys are kept beyond the attribution, on the average: until a whole day is over.
KEPT = 2.5

#: Hours and days of history that are kept; numbers of an arm and hour: pulls, and two of a goal.
HOURS, DAYS, DATED = 31 * 24, 400 - 31, 3

#: Workers of one machine, which share a folder and the backups in it, and spools that a fleet may
#: have until each machine makes a backup of a ledger less often than once in so many seconds.
MACHINE, SPOOLS, BACKUP = 32, 1_000, 60.0

#: Seconds until a spool is replaced, and until it is forgotten that there was one.
ROTATION, TOMBSTONE = 3_600.0, DAY


@dataclass(frozen=True)
class Fleet:
    """Workers, what they are asked, and where they count.

    Attributes:
        workers: processes.
        rate: requests a second, of all of them, each with a decision.
        rewarded: share of the decisions that are rewarded, once each.
        experiments: each has a ledger, and each ledger lives on one shard.
        arms: of an experiment.
        goals: of an experiment.
        refresh: seconds between two exchanges of a worker.
        attribution: seconds for which rewards are credited.
        shards: masters of a cluster.
        keyed: rewards count once by a key in the store; False for `once: false`.
    """

    workers: int
    rate: float
    rewarded: float = 0.1
    experiments: int = 2
    arms: int = 3
    goals: int = 1
    refresh: float = 1.0
    attribution: float = 7 * DAY
    shards: int = 1
    keyed: bool = True

    @property
    def fields(self) -> int:
        """Counts of a ledger once it is as old as its attribution."""
        cohorts = COHORTS * (1 + DAY / self.attribution)
        return round(self.arms * cohorts * (PULLS + OF_GOAL * self.goals))

    @property
    def history(self) -> int:
        """Numbers of a ledger's history after a year."""
        return self.arms * (HOURS + DAYS) * (1 + (DATED - 1) * self.goals)

    @property
    def once(self) -> float:
        """Once-keys there are."""
        kept = self.attribution + KEPT * DAY
        return self.rate * self.rewarded * kept if self.keyed else 0.0

    @property
    def busiest(self) -> float:
        """The share of the ledgers that is on the busiest shard."""
        return -(-self.experiments // self.shards) / self.experiments


@dataclass(frozen=True)
class Use:
    """What is asked of servers in a second, or once.

    Attributes:
        commands: commands, those inside of scripts among them.
        cpu: milliseconds of processor.
        received: kilobytes.
        sent: kilobytes.
    """

    commands: float = 0.0
    cpu: float = 0.0
    received: float = 0.0
    sent: float = 0.0

    def __add__(self, other: Use) -> Use:
        """Return both together."""
        return Use(*(a + b for a, b in zip(self.parts, other.parts, strict=True)))

    def __mul__(self, times: float) -> Use:
        """Return so many of it."""
        return Use(*(part * times for part in self.parts))

    @property
    def parts(self) -> tuple[float, float, float, float]:
        """The four figures."""
        return self.commands, self.cpu, self.received, self.sent


@dataclass(frozen=True)
class Bytes:
    """What one thing takes up in a server's memory.

    Attributes:
        field: a count of a ledger, or a number of its history.
        position: how far a spool was applied.
        tombstone: a spool that is gone.
        once: a reward that counts once.
        connection: a worker's.
    """

    field: float
    position: float
    tombstone: float
    once: float
    connection: float


@dataclass(frozen=True)
class Costs:
    """What one thing costs a server.

    Attributes:
        turn: an exchange of a worker without its ledgers, and its share of sweeps and folds.
        ledger: what each ledger adds to it.
        field: what each count of a ledger adds to that, beyond those of a young one.
        reward: a reward with a key.
        bytes: what is kept.
    """

    turn: Use
    ledger: Use
    field: Use
    reward: Use
    bytes: Bytes


def asked(fleet: Fleet, costs: Costs) -> Use:
    """Return what a fleet asks of all its servers in a second, once its ledgers are old."""
    return exchanged(fleet, costs) + rewarded(fleet, costs)


def exchanged(fleet: Fleet, costs: Costs) -> Use:
    """Return the part of it that a longer refresh makes smaller, in proportion."""
    ledger = costs.ledger + costs.field * (fleet.fields - YOUNG)
    return (costs.turn + ledger * fleet.experiments) * (fleet.workers / fleet.refresh)


def rewarded(fleet: Fleet, costs: Costs) -> Use:
    """Return the part of it that grows with rewards that have keys, whatever the refresh is."""
    return costs.reward * (fleet.rate * fleet.rewarded if fleet.keyed else 0.0)


def kept(fleet: Fleet, costs: Costs) -> dict[str, float]:
    """Return the bytes that all servers keep for a fleet, by what they are for."""
    each, ledgers = costs.bytes, fleet.experiments
    spools = fleet.workers * ledgers
    return {
        "counts": ledgers * 2 * fleet.fields * each.field,
        "history": ledgers * fleet.history * each.field,
        "positions": spools * 2 * each.position,
        "tombstones": spools * TOMBSTONE / ROTATION * each.tombstone,
        "once-keys": fleet.once * each.once,
        "connections": fleet.workers * fleet.shards * each.connection,
    }


def backups(fleet: Fleet, position: float = 45.0) -> float:
    """Return the kilobytes a second that all machines read to back up the positions of a fleet.

    Args:
        fleet: the fleet.
        position: bytes of a spool's name and position on the wire.
    """
    machines = -(-fleet.workers // MACHINE)
    interval = BACKUP * max(1.0, fleet.workers / SPOOLS)
    return machines * fleet.experiments * fleet.workers * position / interval / 1e3
