from __future__ import annotations

from banditware.details import Answer, Details, Rule, Weighed
from banditware.telling import MOST_ARMS, MOST_TERMS, grids, lines, text

SERVED = Weighed("zoe", 0.01, 3.0, 1, 1 / 3, score=0.5, gap=0.25, terms={"": 0.5})


def scored(number: int) -> tuple[Weighed, ...]:
    """Return so many arms, each likelier than the one before."""
    return tuple(
        Weighed(f"a{each}", each / 100, 1.5, 0, None, score=0.75, gap=0.0, terms={"x": 0.75})
        for each in range(number)
    )


def test_the_served_arm_comes_first() -> None:
    """The served arm is shown however unlikely it was, then the likeliest."""
    details = Details("shoe", "1", "igw", arm="zoe", arms=(*scored(30), SERVED))
    arms, terms = grids(details)
    assert [row[0] for row in arms.rows[:3]] == ["zoe", "a29", "a28"]
    assert (len(arms.rows), len(terms.columns)) == (MOST_ARMS, MOST_TERMS + 1)
    assert arms.title == "what a draw weighs, and 11 more"
    assert arms.rows[0] == ("zoe", "1.00%", "0.5", "0.25", "3", "1", "0.3333")
    assert [row[:3] for row in terms.rows] == [
        ("(intercept)", "0.5", "-"),
        ("x", "-", "0.75"),
        ("(score)", "0.5", "0.75"),
    ]


def test_columns_that_say_nothing_are_left_out() -> None:
    """What a policy does not know has no column; what one arm lacks is a dash."""
    plain = Weighed("a", 1.0, 0.0, 0, None, known={"bound": float("inf")})
    (grid,) = grids(Details("e", "1", "ucb1", arms=(plain, Weighed("b", 0.0, 1.0, 1, 1.0))))
    assert grid.columns == ("arm", "probability", "pulls", "rewards", "mean", "bound")
    assert grid.rows[0] == ("a", "100.00%", "0", "0", "-", "inf")
    assert grid.rows[1][-1] == "-"


def test_long_values_are_cut() -> None:
    """A line stays a line, whatever an attribute holds."""
    answer = Answer(1, "agent", "MATCHES", "x" * 500, "y\n" * 5_000, holds=False)
    details = Details("e", "1", "igw", rules=(Rule("only_if", "holds", "no", "r", (answer,)),))
    assert all(len(line) < 200 and "\n" not in line for line in lines(details))


def test_aligned_text() -> None:
    """Tables in text are aligned, without blanks at the ends of lines."""
    details = Details("e", "1", "uniform", why="w", snapshot=3, subject="s", arms=(SERVED,))
    assert text(details).splitlines() == [
        "e: w",
        "version 1, policy uniform, counts 3, subject s",
        "",
        "what a draw weighs",
        "  arm  probability  score   gap  pulls  rewards    mean",
        "  zoe        1.00%    0.5  0.25      3        1  0.3333",
        "",
        "terms of the score",
        "  feature      zoe",
        "  (intercept)  0.5",
        "  (score)      0.5",
    ]
