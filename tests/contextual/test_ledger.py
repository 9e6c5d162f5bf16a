"""How sums get from a decision into a store, and back."""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from banditware import counts
from banditware.contextual.encoding import encoder
from banditware.contextual.features import Features, text
from banditware.contextual.ledger import first_seen, moments, unpacked
from banditware.contextual.moments import Moments, expanded, merged, observed
from banditware.counts import HOLDOUT, Learnt, folds, line, once_key
from banditware.drain import Drain
from banditware.model import SHARED
from banditware.spool import MemorySpool
from banditware.stores import Store
from tests.contextual.cases import SCHEMA, VOCABULARY
from tests.stores.table import STORES

LEDGER = "shoe@1"

#: The stores that add and fold in a way of their own.
KINDS = ("memory", "sqlite", "fakeredis", "valkey")


class Step(NamedTuple):
    """A decision, and what it earned."""

    arm: str
    cohort: int
    features: Features
    amount: float | None


def features_of(context: Mapping[str, object], attributes: Mapping[str, object]) -> Features:
    """Return the encoded vector of a decision."""
    return encoder(SCHEMA, VOCABULARY).features(context, attributes)


contexts = st.fixed_dictionaries(
    {},
    optional={
        "age": st.one_of(st.integers(-999, 999), st.floats(-999, 999)),
        "country": st.sampled_from(["GB", "FR", None]),
        "browser": st.sampled_from(["firefox", "ie 6", "new!"]),
        "n": st.floats(-9, 9),
    },
)
own = st.fixed_dictionaries({}, optional={"price": st.floats(0, 9), "tier": st.just("gold")})

steps = st.builds(
    Step,
    arm=st.sampled_from(["red", "green", HOLDOUT]),
    cohort=st.sampled_from([100, 200, 300]),
    features=st.builds(features_of, contexts, own),
    amount=st.one_of(st.none(), st.sampled_from([0.0, 1.0]), st.floats(-1e3, 1e3)),
)


class Way(NamedTuple):
    """How records get into a store: of a shared model or not, replayed, cut, folded, mixed."""

    shared: bool
    twice: bool
    cuts: list[int]
    fold: int
    seed: int


ways = st.builds(
    Way,
    shared=st.booleans(),
    twice=st.booleans(),
    cuts=st.lists(st.integers(0, 30), max_size=3),
    fold=st.sampled_from([0, 150, 250, 400]),
    seed=st.integers(0, 99),
)


def records(number: int, step: Step, *, shared: bool, twice: bool) -> list[bytes]:
    """Return the spool records of a decision, as the core writes them; `twice` is a replay."""
    arm, cohort, features, amount = step
    model = SHARED if shared else arm
    held = arm == HOLDOUT
    features_text = text(features)
    adds = [counts.pull(arm, cohort)]
    if not held:
        adds.append(counts.pull_features(model, cohort, features_text))
    once = once_key(0.0, f"{number:016x}", "reward")
    found = [line(LEDGER, "", *adds)]
    if amount is not None:
        learnt = None if held else Learnt(0.5, 0.5, 0.0)
        adds = [counts.reward(arm, cohort, goal="reward", amount=amount, learnt=learnt)]
        if not held:
            adds.append(counts.reward_features(model, cohort, features_text, amount=amount))
        found += [line(LEDGER, once, *adds)] * (2 if twice else 1)
        found.append(line(LEDGER, "", counts.reward(arm, cohort, goal="other", amount=5.0)))
    return found


def expected(history: Iterable[Step], *, shared: bool) -> dict[str, Moments]:
    """Return the sums, added up by themselves."""
    found: dict[str, Moments] = {}
    for step in history:
        if step.arm != HOLDOUT:
            features = expanded(step.features) if shared else step.features
            model = SHARED if shared else step.arm
            one = observed(features, step.amount)
            found[model] = merged([found.get(model, Moments()), one])
    return found


def near(found: Mapping[Any, float], wanted: Mapping[Any, float]) -> bool:
    """Compare sums; one that is zero may be left out."""
    keys = found.keys() | wanted.keys()
    return all(
        found.get(key, 0.0) == pytest.approx(wanted.get(key, 0.0), rel=1e-9, abs=1e-6)
        for key in keys
    )


def stored(store: Store) -> Mapping[str, float]:
    read = store.exchange((), {LEDGER: -1}).counts
    return read[LEDGER].fields if LEDGER in read else {}


def carry(store: Store, lines: Sequence[bytes], cuts: Sequence[int], fold: int) -> None:
    """Bring records to a store from several spools, in batches, folding in between."""
    at = 0
    for cut in [*sorted(cuts), len(lines)]:
        spool = MemorySpool()
        spool.append(*lines[at:cut])
        at = cut
        for source in spool.sources():
            drain = Drain(source)
            drain.run(store, {})
            assert drain.damaged == 0
        if stored(store):
            store.fold(LEDGER, folds(stored(store), fold), 0)


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=20)
@given(history=st.lists(steps, min_size=1, max_size=12), way=ways)
def test_sums_come_back(
    tmp_path_factory: pytest.TempPathFactory, kind: str, *, history: list[Step], way: Way
) -> None:
    """In whatever order, batch and cohort records come, and however often: the sums are the same.

    The holdout and other goals are not in them.
    """
    store = STORES[kind](tmp_path_factory.mktemp("world")).open()
    lines = [
        each
        for number, step in enumerate(history)
        for each in records(number, step, shared=way.shared, twice=way.twice)
    ]
    random.Random(way.seed).shuffle(lines)
    carry(store, lines, [cut for cut in way.cuts if cut < len(lines)], way.fold)
    found = moments(stored(store), {}, goal="reward")
    wanted = expected(history, shared=way.shared)
    together = found[SHARED]
    assert together.pulls == sum(step.arm != HOLDOUT for step in history)
    for model, sums in wanted.items():
        assert found[model].total == pytest.approx(sums.total, rel=1e-9, abs=1e-6)
        assert found[model].squares == pytest.approx(sums.squares, rel=1e-9, abs=1e-6)
        assert near(found[model].products, sums.products)
        assert near(found[model].rewarded, sums.rewarded)


def test_what_is_no_vector_stays() -> None:
    """Deltas without features are what they were; a text becomes what it comes to."""
    plain = {"n/x/0": 1, "A/x/0//age": 2.0}
    assert unpacked(plain) is plain
    assert unpacked({"n/x/0": 1, "X/x/0/age)2*'tier(a": 3}) == {
        "n/x/0": 1,
        "A/x/0//age": 6,
        "A/x/0//'tier(a": 3,
        "A/x/0/'tier(a/age": 6,
        "A/x/0/age/age": 12,
    }
    assert unpacked({"Y/x/0/age)2*'tier(a": 0.5}) == {"b/x/0/age": 1.0, "b/x/0/'tier(a": 0.5}
    assert unpacked({"X/x/0/": 1}) == {}


def test_whole_sums_are_whole_numbers() -> None:
    """Stores add whole numbers exactly; too large ones and fractions are doubles."""
    found = unpacked({"X/x/0/a)3*b)0.5*c)1e9": 1})
    whole = {name.split("/", 3)[3] for name, number in found.items() if repr(number).isdigit()}
    assert whole == {"/a", "/c", "a/a", "b/c"}


@pytest.mark.parametrize("field", ["X/x/0/a)nan", "X/x/0/a)1e999", "Y/x/0/a*a", "X/x/0/<b>", "X/x"])
def test_damaged_vectors_are_refused(field: str) -> None:
    """A text that nobody wrote is damage, which a drain skips and counts; never a NaN."""
    with pytest.raises(ValueError, match=r"\w"):
        unpacked({field: 1})
    store, spool = STORES["memory"](None).open(), MemorySpool()  # type: ignore[arg-type]  # no file
    spool.append(line(LEDGER, "", f"{field} 1"), line(LEDGER, "", counts.pull("x", 0)))
    (source,) = spool.sources()
    drain = Drain(source)
    drain.run(store, {})
    assert (drain.damaged, stored(store)) == (1, {"n/x/0": 1})


def test_matured_sums() -> None:
    """Pulls and products count by how far their cohort has matured, rewards as they are."""
    fields = {
        "n/x/100": 4,
        "n/x/200": 4,
        "n/y/200": 2,
        "A/x/100//a": 6.0,
        "A/x/200//a": 6.0,
        "b/x/200/a": 5.0,
        "s/x/200/reward": 5.0,
        "q/x/200/reward": 7.0,
        "s/x/200/other": 50.0,
        "d/3/reward": 1,
        "x/bot": 9,
        "l/plan(pro": 2,
    }
    shares = {("x", 200): 0.5, ("y", 200): 0.5}
    found = moments(fields, shares, goal="reward")
    assert found["x"] == Moments(6.0, 5.0, 7.0, {("", "a"): 9.0}, {"a": 5.0})
    assert found["y"] == Moments(1.0)
    assert found[SHARED] == Moments(7.0, 5.0, 7.0)


def test_levels_that_were_seen_most_come_first() -> None:
    """Of more levels than are kept, those that most processes have seen first stay."""
    fields = {f"l/plan(p{number:02}": 1 for number in range(20)} | {"l/plan(z": 5, "n/x/0": 1}
    kept = first_seen(fields)["plan"]
    assert kept == {"z", *(f"p{number:02}" for number in range(15))}


def test_old_cohorts_fold() -> None:
    """Sums of old cohorts fold together, as counts do; levels have no cohort."""
    fields = ["A/x/100/a/b:'c", "b/x/100/a", "A/x/300//a", "A/x/0//a", "l/plan(pro"]
    assert folds(fields, 200) == {"A/x/100/a/b:'c": "A/x/0/a/b:'c", "b/x/100/a": "b/x/0/a"}
