"""The sums that a model is fitted from."""

from __future__ import annotations

import pytest

from banditware.contextual import moments


def test_what_one_decision_adds() -> None:
    """All pairs in order, the intercept first; squares of indicators are left out."""
    found = dict(moments.pairs({"b": 3.0, "a(x": 1.0, "(2": 2.0}))
    assert found == {
        ("", "(2"): 2.0,
        ("", "a(x"): 1.0,
        ("", "b"): 3.0,
        ("(2", "(2"): 4.0,
        ("(2", "a(x"): 2.0,
        ("(2", "b"): 6.0,
        ("a(x", "b"): 3.0,
        ("b", "b"): 9.0,
    }


def test_a_shared_model_has_products_of_subject_and_action() -> None:
    """Every feature of the subject times every one of the action, and all of them by themselves."""
    found = moments.expanded({"age": 2.0, "'price": 5.0, "'tier(a": 1.0})
    assert found == {
        "age": 2.0,
        "'price": 5.0,
        "'tier(a": 1.0,
        "age:'price": 10.0,
        "age:'tier(a": 2.0,
    }


def test_moments_add_up() -> None:
    """The sum of two decisions, one of which was rewarded, weighed by how far they matured."""
    whole = moments.merged(
        [moments.observed({"a": 2.0}, 3.0), moments.observed({"a": 4.0, "b": 1.0}, weight=0.5)]
    )
    assert whole == moments.Moments(
        pulls=1.5,
        total=3.0,
        squares=9.0,
        products={
            ("", "a"): 4.0,
            ("a", "a"): 12.0,
            ("", "b"): 0.5,
            ("a", "b"): 2.0,
            ("b", "b"): 0.5,
        },
        rewarded={"a": 6.0},
    )
    assert moments.merged([]) == moments.Moments(0.0, 0.0, 0.0, {}, {})
    assert moments.Moments().pulls == pytest.approx(0.0)
