from __future__ import annotations

import pytest

from benchmarks.baselines import (
    Baseline,
    Compared,
    compared,
    complaints,
    of_counts,
    read,
    savings,
    table,
    written,
)

BASELINE = Baseline("3.11.7", 1_000, {"returning visitor, WSGI": 38_830, "decide()": 20_000})


def counts(returning: float, yardstick: float = 1_000) -> dict[str, float]:
    """Return counts in which only the returning visitor, and the yardstick, differ."""
    return {"yardstick": yardstick, "returning visitor, WSGI": returning, "decide()": 20_000}


def test_a_path_that_got_dearer_is_complained_about_with_what_to_do() -> None:
    """More than 5 % above the baseline is a complaint that names path, figures and mends."""
    assert complaints(compared(BASELINE, counts(41_200))) == [
        (
            "returning visitor, WSGI: 41,200 instructions, 6.1 % above the baseline of 38,830: "
            "take the cost out again, or say why and write the baseline anew with "
            "`make instructions`"
        )
    ]


def test_up_to_five_percent_is_no_complaint() -> None:
    """A path may cost 5 % more than its baseline, and not a thousandth beyond."""
    assert complaints(compared(BASELINE, counts(38_830 * 1.0499))) == []
    assert len(complaints(compared(BASELINE, counts(38_830 * 1.0511)))) == 1


def test_a_path_that_got_cheaper_can_have_its_baseline_tightened() -> None:
    """More than 5 % below is no complaint, but said."""
    rows = compared(BASELINE, counts(35_000))
    assert complaints(rows) == []
    assert savings(rows) == [
        (
            "returning visitor, WSGI: 35,000 instructions, 9.9 % below the baseline of 38,830: "
            "write the baseline anew with `make instructions`, so that it stays so"
        )
    ]
    assert savings(compared(BASELINE, counts(38_830 * 0.96))) == []


def test_counts_are_compared_by_the_yardstick_of_their_build() -> None:
    """A build in which all takes a tenth less, the yardstick too, is allowed a tenth less."""
    found = {name: each * 0.9 for name, each in counts(38_830).items()}
    rows = compared(BASELINE, found)
    assert [row.change for row in rows] == [pytest.approx(0), pytest.approx(0)]
    found["decide()"] = 20_000
    assert [line[:8] for line in complaints(compared(BASELINE, found))] == ["decide()"]


def test_a_path_without_a_baseline_is_complained_about() -> None:
    """A new path fails the gate until there is a baseline for it."""
    rows = compared(BASELINE, {**counts(38_830), "another": 7_000.4})
    assert complaints(rows) == [
        (
            "another: 7,000 instructions, and there is no baseline for it: "
            "write the baseline anew with `make instructions`"
        )
    ]


def test_a_path_that_is_not_counted_any_more_is_complained_about() -> None:
    """A path of the baseline that nobody counts fails the gate, too."""
    found = {"yardstick": 1_000.0, "decide()": 20_000.0}
    assert complaints(compared(BASELINE, found)) == [
        (
            "returning visitor, WSGI: not counted, and the baseline is 38,830: "
            "write the baseline anew with `make instructions`"
        )
    ]


def test_the_table_says_what_is_allowed_and_what_has_changed() -> None:
    """A row per path, with both figures and the change; tiny ones have no sign."""
    rows = [
        Compared("a", 110.0, 100.0),
        Compared("b", 99.999, 100.0),
        Compared("c", 5.0, None),
        Compared("d", None, 5.0),
    ]
    assert table(rows).splitlines()[2:] == [
        "| a | 110 | 100 | +10.0 % |",
        "| b | 100 | 100 | +0.0 % |",
        "| c | 5 |  |  |",
        "| d |  | 5 |  |",
    ]


def test_baselines_are_read_as_they_were_written() -> None:
    """What is written is read again, one minor version after the other, in the order of numbers."""
    counted = of_counts("3.9.1", {"yardstick": 9.6, "path": 41_200.4})
    assert counted == Baseline("3.9.1", 10, {"path": 41_200})
    text = written({"3.10": BASELINE, "3.9": counted})
    assert read(text) == {"3.9": counted, "3.10": BASELINE}
    assert text.index('"3.9"') < text.index('"3.10"')
