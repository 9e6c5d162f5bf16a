"""The policies: each a pure rule from statistics to a probability for every arm.

One policy per file, each a frozen dataclass whose fields are its parameters in the configuration.
`POLICIES` is the whole registry.
"""

from __future__ import annotations

from collections.abc import Iterable

from banditware.model import Policy
from banditware.policies.annealing_epsilon_greedy import AnnealingEpsilonGreedy
from banditware.policies.annealing_softmax import AnnealingSoftmax
from banditware.policies.epsilon_greedy import EpsilonGreedy
from banditware.policies.exp3 import Exp3
from banditware.policies.fixed import Fixed
from banditware.policies.kl_ucb import KlUcb
from banditware.policies.softmax import Softmax
from banditware.policies.thompson import Thompson
from banditware.policies.thompson_normal import ThompsonNormal
from banditware.policies.top_two_thompson import TopTwoThompson
from banditware.policies.ucb1 import Ucb1
from banditware.policies.ucb_tuned import UcbTuned
from banditware.policies.uniform import Uniform

__all__ = ["DEFAULT", "POLICIES", "check_arms"]

#: Every policy by the name it has in the configuration.
POLICIES: dict[str, type[Policy]] = {
    "uniform": Uniform,
    "fixed": Fixed,
    "epsilon-greedy": EpsilonGreedy,
    "annealing-epsilon-greedy": AnnealingEpsilonGreedy,
    "softmax": Softmax,
    "annealing-softmax": AnnealingSoftmax,
    "ucb1": Ucb1,
    "ucb-tuned": UcbTuned,
    "kl-ucb": KlUcb,
    "thompson": Thompson,
    "thompson-normal": ThompsonNormal,
    "top-two-thompson": TopTwoThompson,
    "exp3": Exp3,
}

#: The policy of an experiment that names none.
DEFAULT = Thompson.name


def check_arms(policy: object, arms: Iterable[str]) -> None:
    """Compare a policy's parameters with the arms of its experiment.

    Raises:
        ValueError: the parameters name an arm that is not there, or leave one out.
    """
    if isinstance(policy, Fixed):
        policy.check_arms(arms)
