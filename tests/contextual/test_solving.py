"""Systems of equations, with numpy and without."""

from __future__ import annotations

import numpy as np
import pytest

from banditware.contextual import solving
from banditware.contextual.solving import Cholesky, NumpyCholesky, SingularError

either = pytest.mark.parametrize("factor", [Cholesky, NumpyCholesky])

MATRIX = [[4.0, 0.0, 0.0], [2.0, 5.0, 0.0], [1.0, -1.0, 3.0]]


@either
def test_systems(factor: type[Cholesky | NumpyCholesky]) -> None:
    """Of the lower triangle of a matrix: its solution, and the inverse between two matrices."""
    lower = np.array(MATRIX)
    whole = lower + np.tril(lower, -1).T
    solved = factor(MATRIX)
    assert whole @ solved.solve([1.0, 2.0, 3.0]) == pytest.approx([1.0, 2.0, 3.0])
    rows = np.array([[1.0, 2.0], [0.0, 1.0], [3.0, 0.0]])
    expected = rows.T @ np.linalg.inv(whole) @ rows
    assert np.array(solved.inverse(rows.tolist())) == pytest.approx(expected)


@either
@pytest.mark.parametrize(
    "matrix",
    [
        [[1.0, 0.0], [2.0, 1.0]],
        [[1.0, 0.0], [1.0, 1.0 + 1e-15]],
        [[float("nan")]],
        [[0.0]],
    ],
)
def test_what_is_not_positive_definite(
    factor: type[Cholesky | NumpyCholesky], matrix: list[list[float]]
) -> None:
    """It is refused, also if rounding alone makes it seem positive."""
    with pytest.raises(SingularError):
        factor(matrix)


def test_numpy_is_for_many_columns() -> None:
    """Few columns are faster without numpy, and without numpy there is no choice."""
    plain = solving.Algebra(solving.congruent, Cholesky)
    assert solving.algebra(10, numpy=True) == plain
    assert solving.algebra(100, numpy=False) == plain
    assert solving.algebra(100, numpy=True).factor is NumpyCholesky


def test_congruent_matrices() -> None:
    """Both ways give the lower triangle of C G C'."""
    rows = [[(0, 1.0)], [(0, 2.0), (2, -1.0)]]
    gram = [[1.0, 2.0, 3.0], [2.0, 5.0, 6.0], [3.0, 6.0, 9.0]]
    expected = [[1.0], [-1.0, 1.0]]
    assert solving.congruent(rows, gram) == expected
    assert solving.numpy_congruent(rows, gram) == expected
