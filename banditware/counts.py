"""How counts are named, recorded and read back.

A ledger (one experiment version) is a flat mapping from field to number, and every change of it is
an addition. That is all a store has to know, and what makes workers, regions and restores
mergeable. The meaning of the fields lives here and nowhere else:

| field | what is added |
|---|---|
| `n/ARM/COHORT` | 1 for a pull |
| `m/ARM/COHORT/GOAL` | the reward of the goal that the policy maximises, mapped into [0, 1] |
| `w/ARM/COHORT/GOAL` | the same divided by the propensity of its decision |
| `k/ARM/COHORT/GOAL` | 1 for a reward |
| `s/ARM/COHORT/GOAL` | the reward |
| `q/ARM/COHORT/GOAL` | the reward squared |
| `d/BUCKET/GOAL` | 1 for the delay of a reward of that goal, in log2 buckets |
| `x/REASON` | 1 for what was served but not counted, or sent but not credited |
| `A/MODEL/COHORT/F/G` | the product of two features of a pull, for a contextual policy |
| `b/MODEL/COHORT/F` | a feature of a pull times the reward of the goal that the policy maximises |
| `l/LEVEL` | 1 for a level of an attribute that was not known yet |
| `X/MODEL/COHORT/TEXT` | in a spool: 1 for a pull with these features; becomes `A` on the way |
| `Y/MODEL/COHORT/TEXT` | in a spool: the reward of such a pull; becomes `b` on the way |

MODEL is an arm, or `*shared` where all arms have one model; see `banditware.contextual.ledger`.
COHORT is the start of the decision's time bucket in seconds; 0 holds all older cohorts, folded.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from banditware.framing import frame, payload_of
from banditware.model import DAY
from banditware.turns import spaced

Fields = Mapping[str, float]

#: The pseudo-arm under which the holdout is counted; `*` is not allowed in the name of an arm.
HOLDOUT = "*holdout"

#: The pseudo-goal under which a pull is let through a single time.
PULL = "*pull"

FOLDED = 0

#: So many fields are looked at before others get their turn: see `banditware.turns`.
MANY = 256


class Record(NamedTuple):
    """One thing that happened, as the spool keeps it.

    Attributes:
        ledger: whose counts it changes.
        once: empty, or `COHORT:ID:GOAL`, a key that the store lets through a single time; see
            `once_key`.
        deltas: what to add, by field.
    """

    ledger: str
    once: str
    deltas: Fields


class Learnt(NamedTuple):
    """What a policy learns from one reward of the experiment's own goal.

    Attributes:
        unit: the reward mapped into [0, 1].
        propensity: the probability with which the rewarded arm was drawn.
        delay: seconds from the decision to the reward; below zero if clocks differ.
    """

    unit: float
    propensity: float
    delay: float


def pull(arm: str, cohort: int) -> str:
    """Return what a pull of `arm` adds, as `line` takes it."""
    return f"n/{arm}/{cohort} 1"


def pull_features(model: str, cohort: int, text: str) -> str:
    """Return what a pull with these features adds beside `pull`, as `line` takes it."""
    return f"X/{model}/{cohort}/{text} 1"


def reward_features(model: str, cohort: int, text: str, *, amount: float) -> str:
    """Return what a reward of a pull with these features adds beside `reward`."""
    return f"Y/{model}/{cohort}/{text} {amount!r}"


def first_seen(level: str) -> str:
    """Return what a level adds that the snapshot does not know, as `line` takes it."""
    return f"l/{level} 1"


def reward(arm: str, cohort: int, *, goal: str, amount: float, learnt: Learnt | None = None) -> str:
    """Return what a reward adds to `arm` under the cohort of the decision it belongs to.

    As `line` takes it.
    """
    key = f"{arm}/{cohort}/{goal}"
    deltas = f"k/{key} 1\ts/{key} {amount!r}\tq/{key} {amount * amount!r}"
    if learnt is None:
        return deltas
    unit, propensity, delay = learnt
    return (
        f"{deltas}\tm/{key} {unit!r}\tw/{key} {unit / propensity!r}"
        f"\td/{delay_bucket(delay)}/{goal} 1"
    )


class Gathered(NamedTuple):
    """What somebody else has counted for an arm.

    Attributes:
        pulls: pulls.
        rewards: rewards, all of the same amount.
        amount: that amount.
        learnt: what the policy learns from each of them.
    """

    pulls: int
    rewards: int
    amount: float
    learnt: Learnt


def gathered(arm: str, *, goal: str, found: Gathered) -> dict[str, float]:
    """Return what counts from elsewhere add to `arm`, by field; all of them are of long ago."""
    key, rewards, unit = f"{arm}/{FOLDED}/{goal}", found.rewards, found.learnt.unit
    fields = {
        f"n/{arm}/{FOLDED}": found.pulls,
        f"k/{key}": rewards,
        f"s/{key}": rewards * found.amount,
        f"q/{key}": rewards * found.amount**2,
        f"m/{key}": rewards * unit,
        f"w/{key}": rewards * unit / found.learnt.propensity,
    }
    return {name: number for name, number in fields.items() if number}


def once_key(time: float, id_: str, goal: str) -> str:
    """Return the key that lets something through a single time for a decision.

    Its cohort is the day of the decision, whatever the configuration says of the cohorts of counts:
    the key must stay the same when that changes, and outlive the decision's attribution.
    """
    return f"{int(time // DAY * DAY)}:{id_}:{goal}"


def excluded(reason: str) -> str:
    """Return what a decision or reward adds that was not counted, for `reason`.

    As `line` takes it.
    """
    return f"x/{reason} 1"


def delay_bucket(delay: float) -> int:
    """Return the bucket of a delay: 0 below one second, b for [2^(b-1), 2^b) seconds."""
    return int(max(0.0, delay)).bit_length()


def line(ledger: str, once: str, *deltas: str) -> bytes:
    """Return a record as it stands in a spool; see `banditware.framing`.

    Args:
        ledger: see `Record`.
        once: see `Record`.
        deltas: what to add, as `pull`, `reward` and `excluded` say it: `FIELD NUMBER`, and tabs
            between several.
    """
    return frame("\t".join((ledger, once, *deltas)).encode())


def encode(record: Record) -> bytes:
    """Return a record as `line` does."""
    deltas = [f"{name} {delta!r}" for name, delta in record.deltas.items()]
    return line(record.ledger, record.once, *deltas)


def decode(framed: bytes) -> Record:
    """Return the record of a line of a spool; its ends of line may be missing.

    Raises:
        ValueError: the line is damaged, or not a record.
    """
    ledger, once, *deltas = payload_of(framed.strip(b"\n")).decode().split("\t")
    pairs = (text.rsplit(" ", 1) for text in deltas)
    return Record(ledger, once, {name: _number(delta) for name, delta in pairs})


def _number(text: str) -> float:
    """Read a number and keep whole ones whole, so that counts stay exact beyond 2^53."""
    return float(text) if "." in text or "e" in text else int(text)


def pulls_of(fields: Fields, arms: Container[str] | None = None) -> int:
    """Return a ledger's pulls over all cohorts, of some arms; None: of all but the holdout.

    Every process does it for each ledger that changed, at every refresh.
    """
    pulls: float = 0
    for name, number in spaced(fields.items(), MANY):
        if name.startswith("n/"):
            arm = name.split("/", 2)[1]
            if arm != HOLDOUT if arms is None else arm in arms:
                pulls += number
    return int(pulls)


@dataclass(slots=True)
class GoalTotals:
    """Rewards of one goal: how many, their sum and squares, and what the policy learnt of them."""

    rewards: int = 0
    reward_sum: float = 0.0
    squares: float = 0.0
    successes: float = 0.0
    weighted: float = 0.0


@dataclass(slots=True)
class ArmTotals:
    """One arm over all cohorts: pulls, and rewards by goal."""

    pulls: int = 0
    goals: dict[str, GoalTotals] = field(default_factory=dict)


@dataclass(slots=True)
class Totals:
    """A ledger summed over its cohorts."""

    arms: dict[str, ArmTotals] = field(default_factory=dict)
    excluded: dict[str, int] = field(default_factory=dict)


def totals(fields: Fields) -> Totals:
    """Return a ledger's counts summed over cohorts.

    Each field is looked at once and sums are sorted into objects afterwards: a page may show many
    ledgers.
    """
    result = Totals()
    pulls: dict[str, float] = {}
    sums: dict[str, dict[tuple[str, str], float]] = {kind: {} for kind in _SUMS}
    for name, number in fields.items():
        kind = name[:1]
        column = sums.get(kind)
        if column is not None:
            _, arm, _, goal = name.split("/", 3)
            column[arm, goal] = column.get((arm, goal), 0) + number
        elif kind == "n":
            arm = name.split("/", 2)[1]
            pulls[arm] = pulls.get(arm, 0) + number
        elif kind == "x":
            result.excluded[name[2:]] = int(number)
    result.arms = {arm: ArmTotals(int(number)) for arm, number in pulls.items()}
    for kind, column in sums.items():
        for (arm, goal), number in column.items():
            goals = result.arms.setdefault(arm, ArmTotals()).goals
            setattr(goals.setdefault(goal, GoalTotals()), _SUMS[kind], number)
    return result


#: What the fields of a goal are called where they are summed.
_SUMS = {"k": "rewards", "s": "reward_sum", "q": "squares", "m": "successes", "w": "weighted"}


#: Kinds of fields that have a cohort: `KIND/OWNER/COHORT`, and perhaps more.
_FOLDABLE = frozenset({"n", "A", "b", *_SUMS})


def folds(fields: Iterable[str], before: int) -> dict[str, str]:
    """Return which fields to fold into which: those of cohorts that start before `before`."""
    moves = {}
    for name in spaced(fields, MANY):
        kind, *parts = name.split("/")
        if kind in _FOLDABLE and FOLDED < int(parts[1]) < before:
            moves[name] = "/".join([kind, parts[0], str(FOLDED), *parts[2:]])
    return moves
