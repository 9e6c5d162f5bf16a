from __future__ import annotations

from itertools import accumulate, islice

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from banditware.grouping import PLACES, grouped, taken

#: Shares of up to six experiments, together at most all.
SHARES = st.lists(st.integers(min_value=0, max_value=100), min_size=1, max_size=6).map(
    lambda parts: [part / max(100, sum(parts)) for part in parts]
)


def places(shares: list[float]) -> list[set[int]]:
    """Return the places of each experiment."""
    return [set(own) for own in taken(shares)]


@given(SHARES)
@settings(max_examples=60)
def test_nobody_is_in_two(shares: list[float]) -> None:
    """Experiments have their shares of the places, rounded, and no place belongs to two."""
    owned = places(shares)
    assert sum(map(len, owned)) == len(set().union(*owned))
    for own, share in zip(owned, shares, strict=True):
        assert abs(len(own) - share * PLACES) <= len(shares)
        assert own <= set(range(PLACES))


@given(SHARES)
@settings(max_examples=40)
def test_one_more_at_the_end_moves_nobody(shares: list[float]) -> None:
    """What is added at the end of the file takes what was free."""
    assert places(shares)[:-1] == places(shares[:-1])


@given(SHARES, st.data())
@settings(max_examples=60)
def test_what_a_change_moves(shares: list[float], data: st.DataObject) -> None:
    """One that shrinks keeps a part of its own; the others lose no more than it gave up.

    Those before it in the file lose nothing. Growing is the same the other way round.
    """
    which = data.draw(st.integers(min_value=0, max_value=len(shares) - 1))
    factor = data.draw(st.floats(min_value=0, max_value=1))
    before = places(shares)
    after = places([*shares[:which], shares[which] * factor, *shares[which + 1 :]])
    given_up = len(before[which] - after[which])
    assert after[which] <= before[which]
    assert before[:which] == after[:which]
    for had, has in zip(before[which + 1 :], after[which + 1 :], strict=True):
        assert len(had - has) <= given_up
        assert len(has - had) <= given_up


@pytest.mark.parametrize(
    "shares", [[0.5, 0.5], [0.9, 0.1], [1 / 3, 1 / 3, 1 / 3], [0.3, 0.3, 0.3], [0.1] * 5]
)
def test_where_there_is_room_shrinking_moves_nobody_else(shares: list[float]) -> None:
    """Two experiments of any size, and more of equal size with room, never notice each other."""
    before = places(shares)
    for which in range(len(shares)):
        after = places([*shares[:which], shares[which] / 2, *shares[which + 1 :]])
        assert all(
            had == has
            for index, (had, has) in enumerate(zip(before, after, strict=True))
            if index != which
        )


def test_homes() -> None:
    """The first is at home at the lower end, the second at the upper, others in the middles."""
    spans = [(min(own), max(own) + 1) for own in taken([0.02] * 6)]
    assert spans == [
        (0, 200),
        (9_800, 10_000),
        (4_900, 5_100),
        (2_400, 2_600),
        (7_400, 7_600),
        (1_150, 1_350),
    ]


def test_the_order_of_the_file_decides() -> None:
    """A later experiment goes around what is taken."""
    first, second, third = taken([0.4, 0.4, 0.2])
    assert third == list(range(4_000, 6_000))
    owned = list(taken([0.5, 0.2, 0.3]))
    assert owned[2] == list(range(5_000, 8_000))
    assert (first, second) == (list(range(4_000)), list(range(6_000, 10_000)))


def test_pieces() -> None:
    """Of an experiment that had to go around, every piece counts."""
    shares = [0.25, 0.25, 0.25, 0.25]
    *_, last = grouped("checkout", shares)
    edges = [edge * PLACES // 2**64 for edge in last.edges]
    assert edges == [2_500, 3_750, 6_250, 7_500]


def test_subjects_take_part_in_one_at_most() -> None:
    """With shares of 20, 30 and 50 % everybody is in exactly one, in these proportions."""
    shares = grouped("checkout", [0.2, 0.3, 0.5])
    counts = [0, 0, 0]
    for number in range(20_000):
        (own,) = (i for i, share in enumerate(shares) if share.holds(f"s{number}"))
        counts[own] += 1
    assert stats.chisquare(counts, [4_000, 6_000, 10_000]).pvalue > 1e-3


def test_groups_are_independent() -> None:
    """To be in one group's first half says nothing about another's."""
    one, other = grouped("one", [0.5])[0], grouped("other", [0.5])[0]
    both = sum(one.holds(f"s{n}") and other.holds(f"s{n}") for n in range(8_000))
    assert stats.binomtest(both, 8_000, 0.25).pvalue > 1e-3
    assert one.reason == "group"


def test_the_answer_never_changes() -> None:
    """Who is in which experiment is the same from one release to the next."""
    first, second = grouped("checkout", [0.5, 0.5])
    found = "".join("1" if first.holds(f"s{n}") else "2" for n in range(16))
    assert found == "2212121212111212"
    assert all(first.holds(f"s{n}") != second.holds(f"s{n}") for n in range(1_000))


def test_many_experiments() -> None:
    """A group may have as many experiments as anybody wants."""
    sizes = [len(own) for own in islice(taken([0.01] * 100), 100)]
    assert list(accumulate(sizes))[-1] == PLACES
