"""Why a decision that is served is no pull."""

from __future__ import annotations

from banditware.http import Facts, is_speculative
from banditware.model import Experiment


def barred(facts: Facts, *, bot: bool) -> str:
    """Return why no decision of a request can be a pull, or nothing.

    One of `bot`, `head` (only asks about a page) and `prefetch` (nobody looks at it yet).
    """
    if bot:
        return "bot"
    if facts.method == "HEAD":
        return "head"
    return "prefetch" if is_speculative(facts) else ""


def uncounted(facts: Facts, experiment: Experiment, why_barred: str) -> str:
    """Return why a decision of a request is no pull of the experiment, or nothing.

    It is what bars the whole request, or `method`: one whose decisions the experiment ignores.
    """
    return why_barred or ("" if facts.method in experiment.methods else "method")
