"""What a contextual policy is given, and what it has to be."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar, NamedTuple, Protocol

from banditware.policies.vectors import Vector, normalised, uniform

#: From the scores of the available actions, and their standard errors if the policy wants them, to
#: one probability per action.
Weigh = Callable[[Sequence[float], Sequence[float]], Sequence[float]]


#: Scores nearer than this share of a reward's standard deviation are ties: rounding tells them
#: apart, and nothing else.
TIE = 1e-10


class Evidence(NamedTuple):
    """What a model knows beside the scores.

    Attributes:
        pulls: N, matured pulls of all arms.
        deviation: standard deviation of a reward, over all arms.
        features: d, columns of the model, the intercept included.
        batch: decisions expected until the next snapshot, over all processes; at least 1.
    """

    pulls: float = 0.0
    deviation: float = 0.0
    features: int = 1
    batch: float = 1.0

    def winners(self, scores: Sequence[float]) -> Vector:
        """Return an even split over the highest of the scores; over all if rewards never varied."""
        if not self.deviation:
            return uniform(len(scores))
        limit = max(scores) - TIE * self.deviation
        return normalised([float(score >= limit) for score in scores])


class ContextualPolicy(Protocol):
    """A pure rule: what a model says of the available actions in, a probability for each out.

    Implementations are frozen dataclasses whose fields are the parameters of the YAML; they check
    themselves on birth and raise ValueError with the mend.
    """

    name: ClassVar[str]
    #: True if the policy reads the standard errors; they cost more than the scores.
    uncertain: ClassVar[bool]

    def weigher(self, evidence: Evidence) -> Weigh:
        """Return the rule under this evidence; one per snapshot, called for every decision.

        What it returns has one probability per action, floor included; they sum to 1.
        """
        ...
