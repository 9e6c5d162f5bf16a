from __future__ import annotations

from scipy import stats

from banditware.targeting import in_holdout
from tests.support import experiment


def test_without_a_holdout_everybody_is_in() -> None:
    """An experiment without a holdout holds nobody out."""
    assert not any(in_holdout(f"subject-{number}", experiment()) for number in range(1_000))


def test_the_holdout_has_its_share() -> None:
    """A holdout of 5 % holds 5 % of the subjects out, as chance has it."""
    held = sum(in_holdout(f"s{number}", experiment(holdout=0.05)) for number in range(20_000))
    assert stats.binomtest(held, 20_000, 0.05).pvalue > 1e-3


def test_the_answer_never_changes() -> None:
    """Who is held out stays so, also when the holdout grows."""
    few, more = experiment(holdout=0.1), experiment(holdout=0.3)
    held = [f"s{number}" for number in range(2_000) if in_holdout(f"s{number}", few)]
    assert held
    assert all(in_holdout(subject, more) for subject in held)


def test_holdouts_are_independent() -> None:
    """To be held out of one experiment says nothing about another."""
    one, other = experiment(name="one", holdout=0.5), experiment(name="other", holdout=0.5)
    both = sum(in_holdout(f"s{n}", one) and in_holdout(f"s{n}", other) for n in range(8_000))
    assert stats.binomtest(both, 8_000, 0.25).pvalue > 1e-3


def test_any_text_names_a_subject() -> None:
    """A subject's id may be any text, also one that cannot be encoded."""
    assert in_holdout("\udcff", experiment(holdout=0.999999)) in {True, False}
