"""Symmetric positive definite systems: Cholesky's method, in pure Python and in numpy.

Up to some sixty unknowns pure Python is fast enough for a refresh; beyond, numpy is worth its
import. Both give the same to about 1e-12 of the largest number.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import NamedTuple, Protocol

Vector = Sequence[float]
Matrix = Sequence[Vector]

#: A pivot below this share of its diagonal is rounding: the matrix is not positive definite.
_SINGULAR = 1e-13


#: A row as places and factors, in the order of places.
Sparse = Sequence[tuple[int, float]]


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


def congruent(rows: Sequence[Sparse], gram: Matrix) -> list[list[float]]:
    """Return the lower triangle of `C G C'`, for C with these rows and a symmetric G."""
    half = [_combined(row, gram) for row in rows]
    return [[dot(row, line) for row in rows[: at + 1]] for at, line in enumerate(half)]


def numpy_congruent(rows: Sequence[Sparse], gram: Matrix) -> list[list[float]]:
    """Return the same by numpy.

    Raises:
        ImportError: numpy is not installed.
    """
    import numpy as np  # noqa: PLC0415  # an extra, and heavy: only where it pays

    dense = np.zeros((len(rows), len(gram)))
    for at, row in enumerate(rows):
        for place, factor in row:
            dense[at, place] = factor
    product = (dense @ np.asarray(gram, dtype=float) @ dense.T).tolist()
    return [line[: at + 1] for at, line in enumerate(product)]


def dot(row: Sparse, vector: Vector) -> float:
    """Return a sparse row times a vector."""
    return sum([factor * vector[at] for at, factor in row])


def _combined(row: Sparse, gram: Matrix) -> list[float]:
    (first, factor), *others = row
    combined = [factor * value for value in gram[first]]
    for at, weight in others:
        combined = [value + weight * other for value, other in zip(combined, gram[at], strict=True)]
    return combined


class Cholesky:
    """A = L L', with L lower triangular (Golub and Van Loan, Matrix Computations, 4.2).

    Only the lower triangle of A is read.

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


class Algebra(NamedTuple):
    """How matrices are made and factored: `congruent` and `Cholesky`, or as numpy does."""

    congruent: Callable[[Sequence[Sparse], Matrix], list[list[float]]] = congruent
    factor: Callable[[Matrix], Solved] = Cholesky


#: Columns above which numpy is worth converting to and fro.
PAYS = 24


def algebra(columns: int, *, numpy: bool) -> Algebra:
    """Return what is fastest for so many columns, if numpy is there or not."""
    return Algebra(numpy_congruent, NumpyCholesky) if numpy and columns > PAYS else Algebra()
