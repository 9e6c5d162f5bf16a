"""Experiments and what the store has of them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from banditware.doctor.findings import Case, Facts, Level, Rule
from banditware.guardrails.tally import GUARD
from banditware.model import Experiment


def gather(experiments: Sequence[Experiment], ledgers: Collection[str]) -> Iterator[Facts]:
    """Yield the facts of each experiment, and those of what nobody asks for any more.

    Args:
        experiments: what is configured.
        ledgers: what the store has.
    """
    ledgers = [each for each in ledgers if each[:1] != "*" and not each.endswith(GUARD)]
    for experiment in experiments:
        others = _versions(experiment, ledgers)
        known = {
            "ledger": experiment.ledger,
            "there": experiment.ledger in ledgers,
            "version": experiment.version,
            "others": ", ".join(others),
        }
        yield Facts(known, about=experiment.name)
    mine = {experiment.name for experiment in experiments}
    strangers = sorted({ledger.rpartition("@")[0] for ledger in ledgers} - mine)
    yield Facts({"strangers": ", ".join(strangers)})


def _versions(experiment: Experiment, ledgers: Collection[str]) -> list[str]:
    """Return the other versions of an experiment that have counts."""
    parts = (ledger.rpartition("@") for ledger in ledgers)
    return sorted(
        version
        for name, _, version in parts
        if name == experiment.name and version != experiment.version
    )


RULES = (
    Rule(
        "experiment",
        ("ledger",),
        (
            Case(
                Level.NOTE,
                lambda facts: not facts["there"] and bool(facts["others"]),
                "version {version} has no counts yet, and there are some of version {others}",
                "a new version begins anew and does not learn from the old one",
                "nothing, if that is meant; otherwise take the old version back",
            ),
            Case(
                Level.NOTE,
                lambda facts: not facts["there"],
                "nothing was counted yet",
                "every arm gets what its policy gives to the unknown",
                "nothing, if it is new; otherwise see whether a route chooses it",
            ),
        ),
        "has counts",
    ),
    Rule(
        "other experiments",
        ("strangers",),
        (
            Case(
                Level.NOTE,
                lambda facts: bool(facts["strangers"]),
                "the store has counts of {strangers}, which are not configured here",
                "nobody reads them; another configuration may",
                "nothing, if they were renamed or removed on purpose",
            ),
        ),
        "all counts are of experiments that are configured here",
    ),
)
