"""Details of a decision in words and tables, for people."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from banditware.plain import plain

if TYPE_CHECKING:
    from banditware.details import Answer, Details, Rule, Weighed

#: So many arms are shown, those with the highest probability and the one that was served, and the
#: terms of so many of them.
MOST_ARMS = 20
MOST_TERMS = 6

#: Characters of a value.
_LONGEST = 60

_INTERCEPT = "(intercept)"

#: What the columns that only some policies have are called.
_KNOWN = {"best": "P(best)", "bound": "bound", "before_floor": "before floor"}


class Grid(NamedTuple):
    """Rows of cells under a title; the first column is words, the others are numbers.

    Attributes:
        title: what it shows.
        columns: the heads of the columns.
        rows: as many cells each.
    """

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def text(details: Details) -> str:
    """Return all that people want to know."""
    parts = ["\n".join(lines(details)), *map(_drawn, grids(details))]
    return "\n\n".join(parts)


def lines(details: Details) -> Iterator[str]:
    """Yield what was decided, and which rules were tried."""
    yield f"{details.experiment}: {details.why}"
    if not details.policy:
        return
    counts = f"counts {details.snapshot}" if details.snapshot >= 0 else "no counts read yet"
    subject = "no subject" if details.subject is None else f"subject {details.subject}"
    yield f"version {details.version}, policy {details.policy}, {counts}, {subject}"
    for rule in details.rules:
        yield from _rule(rule)
    for arm in details.unavailable:
        yield f"- {arm.arm}: not available"
        yield from _answers(arm.answers)


def grids(details: Details) -> list[Grid]:
    """Return the arms, and what their scores are made of."""
    if not details.arms:
        return []
    shown = _shown(details)
    found = [_arms(details, shown)]
    if any(arm.terms for arm in shown):
        found.append(_terms(shown[:MOST_TERMS]))
    return found


def _rule(rule: Rule) -> Iterator[str]:
    mark, end = ("+", "") if rule.passed else ("-", f" => {rule.reason}")
    yield f"{mark} {rule.name}: {rule.asked}? {rule.found}{end}"
    yield from _answers(rule.answers)


def _answers(answers: Iterable[Answer]) -> Iterator[str]:
    several = len({answer.rule for answer in answers}) > 1
    for answer in answers:
        found = "missing" if answer.found is None else f"is {_short(answer.found)}"
        number = f"{answer.rule}. " if several else ""
        mark = "+" if answer.holds else "-"
        asked = f"{answer.attribute} {answer.operator} {_short(answer.value)}"
        yield f"  {mark} {number}{asked}: {found}"


def _shown(details: Details) -> list[Weighed]:
    """Return the served arm, and then those that are most likely."""
    ranked = sorted(details.arms, key=lambda arm: (arm.arm != details.arm, -arm.probability))
    return ranked[:MOST_ARMS]


def _arms(details: Details, shown: Sequence[Weighed]) -> Grid:
    known = [name for name in _KNOWN if any(name in arm.known for arm in shown)]
    scored = any(arm.score is not None for arm in shown)
    errors = any(arm.error is not None for arm in shown)
    columns = ("arm", "probability", *("score", "gap") * scored, *("error",) * errors)
    rows = tuple(
        (
            arm.arm,
            f"{arm.probability:.2%}",
            *(_number(arm.score), _number(arm.gap)) * scored,
            *(_number(arm.error),) * errors,
            f"{arm.pulls:,.1f}".removesuffix(".0"),
            f"{arm.rewards:,}",
            _number(arm.mean),
            *(_number(arm.known.get(name)) for name in known),
        )
        for arm in shown
    )
    more = len(details.arms) - len(shown)
    title = "what a draw weighs" + (f", and {more:,} more" if more else "")
    heads = (*columns, "pulls", "rewards", "mean", *(_KNOWN[name] for name in known))
    return Grid(title, heads, rows)


def _terms(shown: Sequence[Weighed]) -> Grid:
    """Return what adds up to each score, one row per feature."""
    features = dict.fromkeys(feature for arm in shown for feature in arm.terms)
    rows = [
        (feature or _INTERCEPT, *(_number(arm.terms.get(feature)) for arm in shown))
        for feature in features
    ]
    total = ("(score)", *(_number(arm.score) for arm in shown))
    columns = ("feature", *(arm.arm for arm in shown))
    return Grid("terms of the score", columns, (*rows, total))


def _drawn(grid: Grid) -> str:
    """Return a table as aligned text."""
    table = (grid.columns, *grid.rows)
    widths = [max(len(line[at]) for line in table) for at in range(len(grid.columns))]
    aligned = (
        "  ".join(
            cell.rjust(width) if at else cell.ljust(width)
            for at, (cell, width) in enumerate(zip(line, widths, strict=True))
        )
        for line in table
    )
    return "\n".join([grid.title, *(f"  {line}" for line in aligned)])


def _number(number: float | None) -> str:
    return "-" if number is None else f"{number:.4g}"


def _short(value: Any) -> str:
    shown = repr(plain(value))
    return shown if len(shown) <= _LONGEST else f"{shown[:_LONGEST]}..."
