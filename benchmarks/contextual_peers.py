"""The peers that `benchmarks/contextual.py` compares with, at their defaults unless it says so."""

from __future__ import annotations

import bayesianbandits
import numpy as np
from mabwiser.mab import MAB, LearningPolicy
from vowpalwabbit import Workspace

from benchmarks.contextual_data import Data, Floats, Log, Standard


class Mabwiser:
    """A policy of MABWiser; the first decisions are even, as it has to be fitted to begin."""

    def __init__(self, name: str, options: dict[str, float], data: Data, seed: int) -> None:
        self._standard = Standard(data)
        self._arms = list(range(data.right.shape[1]))
        self._mab = MAB(self._arms, getattr(LearningPolicy, name)(**options), seed=seed)
        self._random = np.random.default_rng(seed)
        self._fitted = False

    def decide(self, rows: Floats) -> list[int]:
        """Return an arm per row."""
        if not self._fitted:
            return [int(arm) for arm in self._random.choice(self._arms, len(rows))]
        found = self._mab.predict(self._standard(rows))
        return [int(arm) for arm in (found if isinstance(found, list) else [found])]

    def learn(self, log: Log) -> None:
        """Fit on what is new."""
        teach = self._mab.partial_fit if self._fitted else self._mab.fit
        teach(log.arms, log.rewards, self._standard(log.rows))
        self._fitted = True


class Bayesian:
    """Thompson sampling of bayesianbandits, with its regression of unknown variance."""

    def __init__(self, data: Data, seed: int) -> None:
        self._standard = Standard(data)
        arms = range(data.right.shape[1])
        self._agent = bayesianbandits.ContextualAgent(
            arms=[
                bayesianbandits.Arm(arm, learner=bayesianbandits.NormalInverseGammaRegressor())
                for arm in arms
            ],
            policy=bayesianbandits.ThompsonSampling(),
            random_seed=seed,
        )

    def decide(self, rows: Floats) -> list[int]:
        """Return an arm per row."""
        return [self._agent.pull(row)[0] for row in np.split(self._standard(rows), len(rows))]

    def learn(self, log: Log) -> None:
        """Update the arms that were drawn."""
        rows, arms, rewards = self._standard(log.rows), np.array(log.arms), np.array(log.rewards)
        for arm in set(log.arms):
            self._agent.select_for_update(arm).update(rows[arms == arm], rewards[arms == arm])


class VowpalWabbit:
    """SquareCB of Vowpal Wabbit: features of the row times the arm, its own defaults."""

    def __init__(self, data: Data, seed: int) -> None:
        self._standard = Standard(data)
        self._arms = [f"|A x{arm}" for arm in range(data.right.shape[1])]
        options = "--cb_explore_adf --squarecb -q SA --quiet --random_seed"
        self._workspace = Workspace(f"{options} {seed + 1}")
        self._random = np.random.default_rng(seed)
        self._chances: list[float] = []

    def _shared(self, row: Floats) -> str:
        return "shared |S " + " ".join(f"{at}:{x}" for at, x in enumerate(row))

    def decide(self, rows: Floats) -> list[int]:
        """Return an arm per row, drawn from its probabilities."""
        self._chances, arms = [], []
        for row in self._standard(rows):
            chances = np.array(self._workspace.predict([self._shared(row), *self._arms]))
            arms.append(int(self._random.choice(len(chances), p=chances / chances.sum())))
            self._chances.append(float(chances[arms[-1]]))
        return arms

    def learn(self, log: Log) -> None:
        """Learn from each decision, with its probability; costs are negative rewards."""
        given = zip(self._standard(log.rows), log.arms, log.rewards, self._chances, strict=True)
        for row, arm, reward, chance in given:
            labelled = list(self._arms)
            labelled[arm] = f"0:{-reward}:{chance} {labelled[arm]}"
            self._workspace.learn([self._shared(row), *labelled])
