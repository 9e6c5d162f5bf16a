"""What a decision in context takes, and what learning its reward takes."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping

from banditware import Bandit
from benchmarks import tables
from benchmarks.contextual_eppo import eppo
from benchmarks.contextual_shapes import (
    SHOES,
    Shape,
    deciding,
    experiment,
    learnt,
    subjects_of,
    wide,
)
from benchmarks.rows import optional
from benchmarks.rows.contextual_peers import Peer, makers
from benchmarks.rows.finding import Cost, Finding, compared
from benchmarks.timing import CALLS, in_turn

#: Microseconds of the request that a reward may take.
LEARNING = 5.0

EPPO = "Eppo's SDK (Rust)"

#: Calls in a round where a call may take half a millisecond.
FEW = 200

DECISION = "`decide()` with context, 3 actions, 6 attributes"

#: An experiment that learns nothing but counts.
PLAIN = {
    "secret_keys": ["a key of the benchmark that is long enough"],
    "store": "memory://",
    "refresh": "1h",
    "experiments": {"plain": {"arms": ["a", "b", "c"]}},
}

Peers = tuple[dict[str, Peer], dict[str, str]]


def beside(
    peers: Peers, samples: Mapping[str, list[float]]
) -> list[tuple[str, tables.Spread | str]]:
    """Return what the peers took, and why some took nothing."""
    there, missing = peers
    return [*((name, tables.spread(samples[name])) for name in there), *missing.items()]


def decisions(rounds: int) -> list[Finding]:
    """Return the row of decisions; Eppo's SDK is the budget."""
    width = 1 + len(SHOES.numeric) + sum(map(len, SHOES.levels.values()))
    peers = optional.made(makers(width))
    with learnt(SHOES, {"igw": experiment(SHOES)}) as bandit:
        quick = {
            "banditware": deciding(bandit, "igw", SHOES),
            EPPO: eppo(SHOES, subjects_of(SHOES)),
        }
        samples = in_turn(quick, rounds, CALLS, settle=bandit.flush)
    samples.update(in_turn({name: peer.decide for name, peer in peers[0].items()}, rounds, FEW))
    theirs = tables.spread(samples[EPPO])
    cost = Cost(
        DECISION, "call", tables.spread(samples["banditware"]), theirs.median, "as Eppo's SDK"
    )
    return compared(cost, [(EPPO, theirs), *beside(peers, samples)])


def rewarding(bandit: Bandit, shape: Shape) -> Callable[[], object]:
    """Return a decision with its reward."""
    subjects = subjects_of(shape)

    def rewarded() -> object:
        decision = bandit.decide("igw", subject="u1", context=next(subjects), actions=shape.actions)
        return bandit.reward(decision)

    return rewarded


def flushed(bandit: Bandit, call: Callable[[], object], rounds: int) -> list[float]:
    """Return microseconds of each round that the flusher takes for a decision with its reward."""
    found = []
    for _ in range(rounds):
        for _ in range(FEW):
            call()
        start = time.perf_counter()
        bandit.flush()
        found.append((time.perf_counter() - start) / FEW * 1e6)
    return found


def differences(samples: Mapping[str, list[float]], before: str, after: str) -> list[float]:
    """Return what one call takes more than another one, by rounds."""
    pairs = zip(samples[before], samples[after], strict=True)
    return [late - early for early, late in pairs]


def rewards(rounds: int) -> list[Finding]:
    """Return the rows of rewards: in the request, and after it."""
    peers, shape = optional.made(makers(10)), wide(10)
    with learnt(shape, {"igw": experiment(shape)}) as bandit, Bandit.from_config(PLAIN) as plain:
        rewarded = rewarding(bandit, shape)
        calls: dict[str, Callable[[], object]] = {
            "decide": deciding(bandit, "igw", shape),
            "decide and reward": rewarded,
            "decide plainly": lambda: plain.decide("plain", subject="u1"),
            "and reward": lambda: plain.reward(plain.decide("plain", subject="u1")),
            **{name: peer.learn for name, peer in peers[0].items()},
        }
        samples = in_turn(calls, rounds, FEW, settle=bandit.flush)
        bandit.flush()  # what was recorded meanwhile
        after = tables.spread(flushed(bandit, rewarded, rounds))
    whole = tables.spread(differences(samples, "decide", "decide and reward"))
    alone = differences(samples, "decide plainly", "and reward")
    pairs = zip(differences(samples, "decide", "decide and reward"), alone, strict=True)
    took = tables.spread([learning - plainly for learning, plainly in pairs])
    what = "learning one reward, d = 10"
    others = [
        ("all of that `reward()`", whole),
        ("a `reward()` that nobody learns from in context", tables.spread(alone)),
        *beside(peers, samples),
    ]
    return [
        *compared(Cost(f"{what}: beyond its counting", "request", took, LEARNING), others),
        *compared(Cost(f"{what}, and its decision: the rest", "flusher's thread", after)),
    ]
