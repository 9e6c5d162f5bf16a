from __future__ import annotations

from banditware.doctor.findings import Case, Facts, Finding, Level, Rule, judged

RULES = (
    Rule(
        "heat",
        ("heat",),
        (
            Case(Level.DANGER, lambda facts: facts["heat"] > 90, "{heat} is hot", "fire", "cool"),
            Case(Level.NOTE, lambda facts: facts["heat"] > 50, "{heat} is warm", "hm", "wait"),
        ),
        "{heat} is fine",
    ),
)


def found(heat: int) -> list[Finding]:
    return list(judged(RULES, Facts({"heat": heat}, about="2")))


def test_the_first_case_that_holds_is_the_finding() -> None:
    """Cases are asked from the worst to the best, and none is fine."""
    assert found(95) == [Finding(Level.DANGER, "heat 2", "95 is hot", "fire", "cool")]
    assert found(60) == [Finding(Level.NOTE, "heat 2", "60 is warm", "hm", "wait")]
    assert found(10) == [Finding(Level.FINE, "heat 2", "10 is fine")]


def test_a_fact_that_could_not_be_read_is_a_finding() -> None:
    """What is forbidden is said, with the reason, and is no crash."""
    (finding,) = judged(RULES, Facts({}, {"heat": "no thermometer"}))
    assert (finding.level, finding.what) == (
        Level.NOTE,
        "could not be read: no thermometer",
    )


def test_what_nobody_asked_for_is_no_finding() -> None:
    """A fact that is neither known nor missing has no finding."""
    assert list(judged(RULES, Facts({}))) == []
