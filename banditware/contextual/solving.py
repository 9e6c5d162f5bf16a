"""Symmetric positive definite systems: Cholesky's method, in pure Python and in numpy.

Up to some sixty unknowns pure Python is fast enough for a refresh; beyond, numpy is worth its
import. Both give the same to about 1e-12 of the largest number.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Protocol

Vector = Sequence[float]
Matrix = Sequence[Vector]

#: A pivot below this share of its diagonal is rounding: the matrix is not positive definite.
_SINGULAR = 1e-13


class SingularError(ArithmeticError):
    """The matrix is not positive definite, or has numbers that are none."""


class Solved(Protocol):
    """A factored matrix A."""

    def solve(self, vector: Vector) -> list[float]:
        """Return `A^-1 vector`."""
        ...

    def inverse(self, rows: Matrix) -> list[list[float]]:
        """Return `C' A^-1 C` for C with these rows, one per row of A."""
        ...


class Cholesky:
    """A = L L', with L lower triangular (Golub and Van Loan, Matrix Computations, 4.2).

    Raises:
        SingularError: there is no such L.
    """

    __slots__ = ("_lower",)

    def __init__(self, matrix: Matrix) -> None:
        lower: list[list[float]] = []
        for index, given in enumerate(matrix):
            row: list[float] = []
            for other in lower:
                value = given[len(row)] - sum(map(float.__mul__, row, other))
                row.append(value / other[-1])
            pivot = given[index] - sum(map(float.__mul__, row, row))
            if not _SINGULAR * abs(given[index]) < pivot < math.inf:
                raise SingularError(f"pivot {index} is {pivot!r}")
            row.append(math.sqrt(pivot))
            lower.append(row)
        self._lower = lower

    def solve(self, vector: Vector) -> list[float]:
        """Return `A^-1 vector`."""
        solution = self._forward(vector)
        for index in range(len(solution) - 1, -1, -1):
            row = self._lower[index]
            value = solution[index] = solution[index] / row[index]
            for other in range(index):
                solution[other] -= row[other] * value
        return solution

    def inverse(self, rows: Matrix) -> list[list[float]]:
        """Return `C' A^-1 C`, which is `G' G` with `L G = C`."""
        columns = [self._forward(column) for column in zip(*rows, strict=True)]
        return [[sum(map(float.__mul__, left, right)) for right in columns] for left in columns]

    def _forward(self, vector: Vector) -> list[float]:
        solution: list[float] = []
        for row, value in zip(self._lower, vector, strict=True):
            rest = value - sum(map(float.__mul__, row, solution))
            solution.append(rest / row[-1])
        return solution


class NumpyCholesky:
    """The same by numpy, imported here and nowhere else.

    Raises:
        ImportError: numpy is not installed.
        SingularError: there is no such L.
    """

    __slots__ = ("_lower",)

    def __init__(self, matrix: Matrix) -> None:
        import numpy as np  # noqa: PLC0415  # an extra, and heavy: only where it pays

        whole = np.asarray(matrix, dtype=float)
        try:
            self._lower = np.linalg.cholesky(whole)
        except np.linalg.LinAlgError as error:
            raise SingularError(str(error)) from error
        pivots = np.diag(self._lower) ** 2
        if not np.all(pivots > _SINGULAR * np.abs(np.diag(whole))):
            raise SingularError("a pivot is rounding")

    def solve(self, vector: Vector) -> list[float]:
        """Return `A^-1 vector`."""
        import numpy as np  # noqa: PLC0415  # it is there by now

        half = np.linalg.solve(self._lower, np.asarray(vector, dtype=float))
        solution: list[float] = np.linalg.solve(self._lower.T, half).tolist()
        return solution

    def inverse(self, rows: Matrix) -> list[list[float]]:
        """Return `C' A^-1 C`, which is `G' G` with `L G = C`."""
        import numpy as np  # noqa: PLC0415  # it is there by now

        half = np.linalg.solve(self._lower, np.asarray(rows, dtype=float))
        product: list[list[float]] = (half.T @ half).tolist()
        return product
