from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks import tables

NUMBERS = st.floats(-1e6, 1e6).map(lambda number: round(number, 3))


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1234567.0, "1,230,000"),
        (1234567, "1,234,567"),
        (999.6, "1,000"),
        (999.4, "999"),
        (99.96, "100"),
        (9.996, "10.0"),
        (9.994, "9.99"),
        (0.5, "0.500"),
        (0.00456789, "0.00457"),
        (0.0000456789, "4.57e-05"),
        (-12.345, "-12.3"),
        (0.0, "0"),
        (7, "7"),
        (math.inf, "inf"),
        (math.nan, "nan"),
    ],
)
def test_a_figure_has_three_significant_digits(value: float, text: str) -> None:
    """Floats are rounded to three digits, whole numbers are not; thousands are separated."""
    assert tables.figure(value) == text


@given(st.floats(1e-3, 1e12))
def test_a_figure_is_its_number(value: float) -> None:
    """What is shown is off by less than half a unit of the third digit."""
    assert float(tables.figure(value).replace(",", "")) == pytest.approx(value, rel=5.001e-3)


@given(
    slope=NUMBERS,
    intercept=NUMBERS,
    xs=st.lists(st.integers(-1000, 1000), min_size=2, unique=True),
)
def test_a_line_is_found_again(slope: float, intercept: float, xs: list[int]) -> None:
    """Points of a straight line give its slope and intercept, and are explained wholly."""
    ys = [slope * x + intercept for x in xs]

    line = tables.fitted(xs, ys)

    assert line.slope == pytest.approx(slope, rel=1e-6, abs=1e-6)
    assert line.intercept == pytest.approx(intercept, rel=1e-6, abs=1e-3)
    if abs(slope) > 1e-2:
        assert line.r2 == pytest.approx(1)


def test_a_line_of_least_squares() -> None:
    """The textbook's example: its line, and the share of variance that it explains."""
    line = tables.fitted([1, 2, 3, 4, 5], [2, 4, 5, 4, 5])

    assert line == pytest.approx((0.6, 2.2, 0.6))


def test_a_flat_line_is_explained_wholly() -> None:
    """Where nothing varies there is nothing left to explain."""
    assert tables.fitted([1, 2, 3], [4, 4, 4]) == (0, 4, 1)


@pytest.mark.parametrize(("xs", "ys"), [([], []), ([1], [1]), ([1, 1], [1, 2]), ([1, 2], [1])])
def test_a_line_needs_two_points(xs: list[float], ys: list[float]) -> None:
    """Too few points are refused, and shown."""
    with pytest.raises(ValueError, match="two different xs"):
        tables.fitted(xs, ys)


def test_a_spread_is_the_quartiles() -> None:
    """Half of the values lie between the quartiles, and the median is in the middle."""
    found = tables.spread([5.0, 1.0, 3.0, 2.0, 4.0])

    assert found == (2.0, 3.0, 4.0)
    assert str(found) == "3.00 (2.00 to 4.00)"


def test_a_spread_of_one_value_is_that_value() -> None:
    """One measurement has no spread; none at all is refused."""
    assert tables.spread([2.5]) == (2.5, 2.5, 2.5)
    with pytest.raises(ValueError, match="no values"):
        tables.spread([])


def test_a_table_aligns_numbers_to_the_right() -> None:
    """Columns of numbers, or of text that begins as one does, are aligned to the right."""
    table = tables.markdown(
        ["what", "each", "spread", "note"],
        [["a|b", 1234.5, tables.Spread(1.0, 2.0, 3.0), "met"], ["c\nd", 7, "—", "3 missing, no"]],
    )

    assert table.splitlines() == [
        "| what | each | spread | note |",
        "| --- | ---: | ---: | --- |",
        "| a\\|b | 1,230 | 2.00 (1.00 to 3.00) | met |",
        "| c d | 7 | — | 3 missing, no |",
    ]


def test_a_column_without_anything_is_not_one_of_numbers() -> None:
    """An empty column, and one of truth values, stay on the left."""
    table = tables.markdown(["a", "b"], [["", True], ["", False]])

    assert table.splitlines()[1:3] == ["| --- | --- |", "|  | True |"]


def test_a_row_has_a_cell_for_every_column() -> None:
    """A row that is too short or too long is refused, and shown."""
    with pytest.raises(ValueError, match=r"2 columns, but a row is \['1'\]"):
        tables.markdown(["a", "b"], [[1]])


def test_a_machine_is_named_without_its_name() -> None:
    """Processor, cores, Python and kernel are said, and not whose machine it is."""
    import platform  # noqa: PLC0415  # to compare with

    told = tables.machine()

    assert f" cores, {platform.python_implementation()} {platform.python_version()}, " in told
    assert platform.release() in told
    assert platform.node() not in told


def test_options_are_quick_and_pictures() -> None:
    """Both can be said, and neither has to be."""
    said = tables.options("What it does.", ["--quick", "--pictures", "somewhere"])
    silent = tables.options("What it does.", [])

    assert (said.quick, str(said.pictures)) == (True, "somewhere")
    assert (silent.quick, silent.pictures) == (False, None)
