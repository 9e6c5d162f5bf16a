"""What is noted of responses: buckets of time, records, and totals read back."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from banditware.counts import decode
from banditware.guardrails.tally import Responses, Tally, bucket_of, longest, responses, together
from tests.guardrails.simulating import served


@given(st.floats(0, 1e6))
def test_a_time_is_in_the_bucket_that_it_fits_in(seconds: float) -> None:
    """No time is longer than its bucket's longest, which is 9 % above the one before it."""
    bucket = bucket_of(seconds)
    assert seconds <= longest(bucket) * (1 + 1e-6) or bucket == 136
    assert bucket == 0 or seconds > longest(bucket - 1) * (1 - 1e-6)


def test_notes_become_one_record_for_each_ledger() -> None:
    """Notes are recorded once, summed by ledger, and can be read back."""
    tally = Tally()
    tally.notes.append([served("green"), 200, 0.05])
    tally.notes.append([served("green"), 503, 0.05])
    tally.notes.append([served("formal", "headline", "2"), 302, 5.0])
    found = [decode(record) for record in tally.records()]
    assert [each.ledger for each in found] == ["button@1:guard", "headline@2:guard"]
    assert found[0].deltas == {"r/green/s/2": 1, "r/green/s/5": 1, "r/green/t/46": 2}
    assert list(tally.records()) == []
    seen = responses({**found[0].deltas, "other/field": 1})
    assert seen == {"green": Responses(2, 1, {46: 2})}


def test_responses_add_up_and_are_told_apart_by_time() -> None:
    """Sums, differences, quantiles and slow responses are those of the buckets."""
    one, other = Responses(3, 1, {5: 2, 9: 1}), Responses(1, 0, {9: 1})
    both = together(iter([one, other]))
    assert both == Responses(4, 1, {5: 2, 9: 2})
    assert both.since(one) == Responses(1, 0, {5: 0, 9: 1})
    assert (both.quantile(0.5), both.quantile(0.95), both.slower(5)) == (5, 9, 2)
    assert Responses(1, 0, {}).quantile(2.0) == 136
