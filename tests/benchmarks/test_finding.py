from __future__ import annotations

from benchmarks.rows.finding import Cost, Finding, compared, missed, table
from benchmarks.rows.optional import made
from benchmarks.tables import Spread

OURS = Spread(1.0, 2.0, 3.0)


def test_a_cost_stands_beside_each_peer() -> None:
    """Each peer has a line with its figure, and with how many times ours that is."""
    peers: list[tuple[str, Spread | str]] = [
        ("slow", Spread(100.0, 200.0, 300.0)),
        ("gone", "not installed"),
    ]

    first, second = compared(Cost("request", "WSGI", OURS, 2.5), peers)

    assert first == Finding(
        "request",
        "WSGI",
        "2.5 µs",
        "2.00 (1.00 to 3.00) µs",
        True,
        "slow",
        "200 (100 to 300) µs",
        "100",
    )
    assert (second.theirs, second.ratio) == ("not installed", "")


def test_a_cost_above_its_budget_is_missed_once() -> None:
    """The median is judged; a row with two peers is one miss, and one without budget is none."""
    peers: list[tuple[str, Spread | str]] = [("a", OURS), ("b", OURS)]
    lines = compared(Cost("request", "ASGI", OURS, 1.9), peers)
    lines += compared(Cost("request", "Flask", OURS), peers)

    assert [line.met for line in lines] == [False, False, None, None]
    assert missed(lines) == ["not met: request (ASGI): 2.00 (1.00 to 3.00) µs; budget: 1.9 µs"]


def test_a_budget_may_have_a_name() -> None:
    """A cost that is judged by a peer's says so; without peers it has one line, too."""
    (line,) = compared(Cost("decide", "call", OURS, 2.0, "as the peer"))

    assert (line.budget, line.met, line.peer) == ("as the peer", True, "")


def test_nothing_is_not_divided_by() -> None:
    """Where banditware costs less than can be told, the ratio is that to what can be told."""
    least = Spread(-1.0, 0.0, 1.0)

    (line,) = compared(Cost("request", "WSGI", least, 1.0), [("slow", Spread(9.0, 10.0, 11.0))])

    assert line.ratio == "100"


def test_the_table_says_a_thing_once() -> None:
    """Further peers of the same row have no words before them."""
    rows = table(compared(Cost("request", "WSGI", OURS, 1.0), [("a", OURS), ("b", OURS)]))

    first, second = rows.splitlines()[2:]
    assert "| request | WSGI | 1 µs | 2.00 (1.00 to 3.00) µs | **no** | a |" in first
    assert second.startswith("|  |  |  |  |  | b |")


def test_a_peer_that_is_missing_says_so() -> None:
    """What cannot be imported is named, with the Python that has it not."""

    def gone() -> str:
        raise ModuleNotFoundError("gone", name="gone")

    there, missing = made({"here": lambda: "made", "gone": gone})

    assert there == {"here": "made"}
    assert missing["gone"].startswith("not installed on CPython 3.")
    assert missing["gone"].endswith("(gone)")
