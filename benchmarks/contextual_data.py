"""Labelled rows as bandits, for `benchmarks/contextual.py`: shipped with scikit-learn and river."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import NamedTuple, Protocol

import numpy as np
import river.datasets
import sklearn.datasets
from numpy.typing import NDArray

Floats = NDArray[np.float64]


class Data(NamedTuple):
    """Rows of numbers, and for every row which labels are right."""

    rows: Floats
    right: NDArray[np.bool_]


def from_sklearn(name: str) -> Data:
    """Return a data set of scikit-learn."""
    found = getattr(sklearn.datasets, f"load_{name}")()
    return Data(found.data.astype(float), np.eye(found.target.max() + 1)[found.target] > 0)


def from_river(name: str) -> Data:
    """Return a data set of river; of several right labels each is right."""
    rows, labels = zip(*getattr(river.datasets, name)(), strict=True)
    if isinstance(labels[0], dict):
        right = [[bool(each[label]) for label in sorted(each)] for each in labels]
    else:
        arms = sorted(set(map(str, labels)))
        right = [[str(each) == arm for arm in arms] for each in labels]
    return Data(np.array([[float(x) for x in row.values()] for row in rows]), np.array(right))


SETS: dict[str, Callable[[], Data]] = {
    "wine": partial(from_sklearn, "wine"),
    "cancer": partial(from_sklearn, "breast_cancer"),
    "iris": partial(from_sklearn, "iris"),
    "phishing": partial(from_river, "Phishing"),
    "bananas": partial(from_river, "Bananas"),
    "segments": partial(from_river, "ImageSegments"),
    "digits": partial(from_sklearn, "digits"),
    "yeast": partial(from_river, "Yeast"),
}


def units(data: Data) -> tuple[Floats, Floats]:
    """Return the mean and the deviation of every number; the latter is never zero."""
    deviation = data.rows.std(axis=0)
    return data.rows.mean(axis=0), np.where(deviation > 0, deviation, 1.0)


class Standard:
    """Rows of a data set in standard units, with an intercept: what the peers get."""

    def __init__(self, data: Data) -> None:
        self._mean, self._deviation = units(data)

    def __call__(self, rows: Floats) -> Floats:
        """Return the rows in standard units."""
        return np.hstack([np.ones((len(rows), 1)), (rows - self._mean) / self._deviation])


class Log(NamedTuple):
    """One refresh of decisions: rows, arms and rewards."""

    rows: Floats
    arms: list[int]
    rewards: list[float]


class Learner(Protocol):
    """Decides for some rows, and learns what came of it."""

    def decide(self, rows: Floats) -> list[int]:
        """Return an arm per row."""
        ...

    def learn(self, log: Log) -> None:
        """Take in what the last decisions earned."""
        ...
