"""What two servers that were driven at the same time come to."""

from __future__ import annotations

from array import array

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.load_client import Driven
from benchmarks.load_pairs import Side, Swap, compared, middle, percentile, ranged, together


def test_throughput_is_told_with_and_without_the_generator() -> None:
    """A rate is answers a second; alone it is of the time that the load generator left."""
    side = Side(answers=600, seconds=4.0, generator=1.0, server=2.4, p99=0.01)
    assert side.rate == 150
    assert side.alone == 200
    assert side.cost == pytest.approx(4_000)


def test_turns_add_up() -> None:
    """A side is what both turns of a server had together, its p99 the mean of both cores."""
    turns = [
        Driven(2, 1.0, 0.25, array("d", [0.1, 0.4])),
        Driven(3, 1.5, 0.5, array("d", [0.1, 0.1, 0.9])),
    ]
    side = together(turns, 0.7)
    assert side[:4] == (5, 2.5, 0.75, 0.7)
    assert side.p99 == pytest.approx(0.6)


def test_ratios_are_ours_to_the_reference() -> None:
    """Throughput and processor time come from busy pairs, p99 from calm ones, ours over theirs."""
    busy = Swap(Side(100, 1.0, 0.0, 0.5, 9.0), Side(90, 1.0, 0.1, 0.9, 9.0))
    calm = Swap(Side(1, 1.0, 0.0, 1.0, 0.2), Side(7, 1.0, 0.0, 1.0, 0.3))
    found = compared([[busy]], [[calm], [calm]])
    assert found.rates == pytest.approx([0.9])
    assert found.alone == pytest.approx([1.0])
    assert found.costs == pytest.approx([2.0])
    assert found.p99s == pytest.approx([1.5, 1.5])


def test_a_disturbed_swap_decides_nothing() -> None:
    """A pair is the median of its swaps, whatever happened in one of them."""
    side = Side(100, 1.0, 0.0, 0.5, 9.0)
    fine, disturbed = Swap(side, side), Swap(side, side._replace(answers=1))
    assert middle([fine, disturbed, fine], lambda side: side.rate) == 1


def test_ranges_are_shown_in_per_cent() -> None:
    """The median stands before the least and the greatest."""
    assert ranged([1.2, 0.5, 0.97]) == "97.0 % (50.0 % to 120.0 %)"


def test_nothing_has_no_percentile() -> None:
    """No values are a mistake of the caller."""
    with pytest.raises(ValueError, match="no values"):
        percentile([], 0.99)


@given(st.lists(st.integers(), min_size=1), st.floats(0, 1))
def test_a_percentile_has_its_share_below_it(values: list[int], share: float) -> None:
    """It is one of the values; a share of them lies not above it, and not more lies below it."""
    found = percentile(values, share)
    assert found in values
    assert sum(value <= found for value in values) >= share * len(values)
    assert sum(value < found for value in values) <= share * len(values)
