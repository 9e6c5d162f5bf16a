"""Why a decision that is served is no pull."""

from __future__ import annotations

from collections.abc import Mapping
from random import Random
from typing import Any

from banditware.beacon import BEACON, UNSEEN
from banditware.facts import Facts, is_speculative
from banditware.ids import new_subject
from banditware.model import Experiment
from banditware.targeting import Targeting, kept_out


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

    It is what bars the whole request, or `method`: one whose decisions the experiment ignores; or
    `unseen`, because no response is a pull, but what a beacon says of it.
    """
    if why_barred or facts.method in experiment.methods:
        return why_barred
    return UNSEEN if BEACON in experiment.methods else "method"


def outside(
    targeting: Targeting | None,
    now: float,
    subject: str | None,
    context: Mapping[str, Any] | None,
    random: Random,
) -> str:
    """Return why a subject of no request does not take part, or nothing.

    A share or a group needs a subject. Without one, somebody new is taken: shares hold on the
    whole, and code without subjects goes on when a file gets a `traffic` or a `group`.
    """
    if targeting is None:
        return ""
    who = new_subject(random) if subject is None else subject
    return kept_out(targeting, now, {"id": subject, **(context or {})}, who)
