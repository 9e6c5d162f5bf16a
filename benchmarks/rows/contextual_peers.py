"""Decisions and rewards of contextual peers, called directly, on rows that are encoded already.

The rows are the numbers that the attributes of the subject become, with one for each level of the
others; encoding them is not timed, as it is in what banditware and Eppo's SDK take.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from itertools import cycle
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

ARMS = ("a", "b", "c")

Rows = list[NDArray[np.float64]]


class Peer(NamedTuple):
    """A peer that has learnt of three arms.

    Attributes:
        decide: makes one decision.
        learn: learns one reward.
    """

    decide: Callable[[], object]
    learn: Callable[[], object]


def rows_of(width: int, number: int = 300) -> Rows:
    """Return that many rows of so many numbers; each is an array of one row."""
    generator = np.random.default_rng(5)
    return [generator.normal(size=(1, width)) for _ in range(number)]


def mabwiser(name: str, width: int) -> Peer:
    """Return a linear policy of MABWiser."""
    from mabwiser.mab import MAB, LearningPolicy  # noqa: PLC0415  # it may be missing

    rows, peer = rows_of(width), MAB(list(ARMS), getattr(LearningPolicy, name)())
    generator = np.random.default_rng(6)
    arms, rewards = generator.choice(ARMS, len(rows)), generator.random(len(rows))
    peer.fit(arms, rewards, np.vstack(rows))
    seen, learnt = cycle(rows), cycle(rows)
    return Peer(
        lambda: peer.predict(next(seen)),
        lambda: peer.partial_fit(["a"], [1.0], next(learnt)),
    )


def bayesian(width: int) -> Peer:
    """Return Thompson sampling of bayesianbandits on its regression of unknown variance."""
    import bayesianbandits as peer  # noqa: PLC0415  # it may be missing

    rows = rows_of(width)
    agent = peer.ContextualAgent(
        arms=[peer.Arm(arm, learner=peer.NormalInverseGammaRegressor()) for arm in ARMS],
        policy=peer.ThompsonSampling(),
        random_seed=6,
    )
    for at, row in enumerate(rows):
        agent.select_for_update(ARMS[at % 3]).update(row, np.array([at % 2]))
    seen, learnt, reward = cycle(rows), cycle(rows), np.array([1.0])
    return Peer(
        lambda: agent.pull(next(seen)),
        lambda: agent.select_for_update("a").update(next(learnt), reward),
    )


def vowpal_wabbit(width: int) -> Peer:
    """Return SquareCB of Vowpal Wabbit on features of the row times the arm, written as text."""
    from vowpalwabbit import Workspace  # noqa: PLC0415  # it may be missing

    options = "--cb_explore_adf --squarecb -q SA --quiet --random_seed 6"
    workspace, actions = Workspace(options), [f"|A x{arm}" for arm in ARMS]
    shared = [
        "shared |S " + " ".join(f"{at}:{x}" for at, x in enumerate(row[0]))
        for row in rows_of(width)
    ]
    rewarded = [f"0:-1.0:0.5 {actions[0]}", *actions[1:]]
    for text in shared:
        workspace.learn([text, *rewarded])
    seen, learnt = cycle(shared), cycle(shared)
    return Peer(
        lambda: workspace.predict([next(seen), *actions]),
        lambda: workspace.learn([next(learnt), *rewarded]),
    )


def makers(width: int) -> dict[str, Callable[[], Peer]]:
    """Return what makes each peer, for rows of so many numbers."""
    return {
        "MABWiser LinUCB": partial(mabwiser, "LinUCB", width),
        "MABWiser LinTS": partial(mabwiser, "LinTS", width),
        "bayesianbandits": partial(bayesian, width),
        "Vowpal Wabbit": partial(vowpal_wabbit, width),
    }
