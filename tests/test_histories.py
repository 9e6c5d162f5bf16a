from __future__ import annotations

import random

from banditware.counts import totals
from banditware.dating import aged
from banditware.model import DAY, Arm, Experiment
from banditware.policies.uniform import Uniform
from banditware.stores.memory import MemoryStore
from tests.histories import filled
from tests.support import NOON

ARMS = (Arm("blue", ""), Arm("red", ""))


def test_a_synthetic_history_is_like_a_real_one() -> None:
    """Its sums are those of the counts, it is as long as asked for, and nothing is to be folded."""
    experiment = Experiment("button", ARMS, Uniform(), "red")
    store = MemoryStore()
    added = filled(store, [experiment], 45, NOON, random.Random(5))["button@1"]
    aside = store.aside("button@1")
    counts = store.exchange((), {"button@1": 0}).counts["button@1"].fields
    assert added == {**counts, **aside}
    sums = totals(counts)
    for name, arm in sums.arms.items():
        assert sum(n for f, n in aside.items() if f.startswith(f"~n/{name}/")) == arm.pulls > 9_000
        assert sum(n for f, n in aside.items() if f.startswith(f"~k/{name}/")) > 100
    assert min(int(name.split("/")[2]) for name in aside) <= NOON - 44 * DAY
    assert aged(aside, NOON) == {}
