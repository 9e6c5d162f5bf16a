"""The contextual policies: each a pure rule from a model's scores to a share for every action.

One policy per file, each a frozen dataclass whose fields are its parameters in the configuration.
`POLICIES` is the whole registry.
"""

from __future__ import annotations

from banditware.contextual.evidence import ContextualPolicy
from banditware.contextual.policies.epsilon_greedy import EpsilonGreedy
from banditware.contextual.policies.igw import InverseGapWeighting
from banditware.contextual.policies.lints import LinearThompson
from banditware.contextual.policies.linucb import LinearUcb

__all__ = ["DEFAULT", "POLICIES"]

#: Every contextual policy by the name it has in the configuration.
POLICIES: dict[str, type[ContextualPolicy]] = {
    "igw": InverseGapWeighting,
    "linucb": LinearUcb,
    "lints": LinearThompson,
    "epsilon-greedy": EpsilonGreedy,
}

#: The policy of an experiment with a context that names none.
DEFAULT = InverseGapWeighting.name
