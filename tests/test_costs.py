from __future__ import annotations

import os

import pytest

from banditware.costs import BUCKETS, INFINITY, Costs


def test_every_request_is_in_one_bucket() -> None:
    """Buckets hold what took at most so long, each those before it, and the last one all."""
    costs = Costs()
    for seconds in (0.0, BUCKETS[0], 0.00003, 2.0):
        costs(seconds)
    buckets, total = costs.spent()
    assert [end for end, _ in buckets] == [*BUCKETS, INFINITY]
    assert [number for _, number in buckets] == [2, 2, *[3] * 13, 4]
    assert total == sum((0.0, BUCKETS[0], 0.00003, 2.0))


def test_a_child_begins_anew() -> None:
    """What a parent's requests cost is not what its children's do, even if it was just adding."""
    costs = Costs()
    costs(1.0)
    with costs._lock:
        child = os.fork()
        if child == 0:
            costs(2.0)
            os._exit(0 if costs.spent().total == 2.0 else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert costs.spent().total == 1.0


@pytest.mark.parametrize(("child", "total"), [(False, 1.0), (True, 0.0)])
def test_who_begins_anew(child: bool, total: float) -> None:
    """A fork changes nothing for the parent, and empties the child."""
    costs = Costs()
    costs(1.0)
    costs.after_fork(child=child)
    assert costs.spent().total == total
