"""The values everything else speaks in: experiments, arms, statistics and decisions.

Two rules: a value here is frozen and valid from birth, and nothing here knows of time, files,
sockets or a web framework.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ClassVar, Literal, NamedTuple, Protocol

from banditware.targeting import Rules, Targeting

if TYPE_CHECKING:
    from banditware.details import Details

#: What experiments, arms and goals may be called. The characters are safe in a cookie, a header,
#: a metric label and a record of the spool, so no name ever needs quoting.
NAME = re.compile(r"[A-Za-z0-9_.-]{1,64}\Z")

DAY = 86_400.0

#: The pseudo-arm under which the one model of all arms is summed; `*` is in no arm's name.
SHARED = "*shared"


class Arm(NamedTuple):
    """One option of an experiment.

    Attributes:
        name: what the arm is called in counts and cookies.
        value: what the view gets; an arm without a value has its own name as value.
        rewrite: the path the wrapped app sees instead of the requested one, or None.
        attributes: what a contextual policy may know of it.
        available: rules of which one must hold for whom a contextual policy may show it; or none.
        redirect: where the browser is sent instead of calling the app, or None.
    """

    name: str
    value: Any
    rewrite: str | None = None
    attributes: Mapping[str, Any] = MappingProxyType({})
    available: Rules = ()
    redirect: str | None = None


class Statistics(NamedTuple):
    """What a policy may know: one entry per active arm, arms sorted by name.

    Pulls are *matured* pulls: a pull whose reward may still be on its way counts for less than one
    (see `banditware.maturity`), so they are floats.

    Attributes:
        arms: names of the arms, sorted.
        pulls: n, matured pulls per arm.
        successes: sum of rewards mapped into [0, 1] by the experiment's `reward_range`.
        sums: sum of rewards as they came.
        squares: sum of squared rewards as they came.
        weighted: sum of mapped rewards, each divided by the propensity of its decision.
        batch: decisions expected until the next snapshot, over all processes; at least 1.
    """

    arms: tuple[str, ...]
    pulls: tuple[float, ...]
    successes: tuple[float, ...]
    sums: tuple[float, ...]
    squares: tuple[float, ...]
    weighted: tuple[float, ...]
    batch: float = 1.0

    @classmethod
    def empty(cls, arms: tuple[str, ...]) -> Statistics:
        """Return the statistics of arms that were never pulled."""
        zeros = (0.0,) * len(arms)
        return cls(tuple(sorted(arms)), zeros, zeros, zeros, zeros, zeros)


class Policy(Protocol):
    """A pure rule: statistics in, a probability for every arm out.

    Implementations are frozen dataclasses whose fields are the parameters of the YAML; they check
    themselves on birth and raise ValueError with the mend.
    """

    name: ClassVar[str]
    #: True if the policy learns from `Statistics.successes`, so that rewards have to be in [0, 1]
    #: or be mapped there by `reward_range`.
    unit_rewards: ClassVar[bool]

    def probabilities(self, statistics: Statistics) -> tuple[float, ...]:
        """Return one probability per arm of `statistics.arms`, floor included; they sum to 1."""
        ...


#: What an attribute is to a contextual policy.
Kind = Literal["numeric", "categorical"]


class Attribute(NamedTuple):
    """A declared attribute.

    Attributes:
        name: its key in the context.
        kind: `numeric` or `categorical`.
        levels: what a categorical one can be; None takes the levels that are seen first.
        low: the lowest value of a numeric one; lower ones count as this. None: any.
        high: the highest value, likewise.
    """

    name: str
    kind: Kind
    levels: tuple[str, ...] | None = None
    low: float | None = None
    high: float | None = None


class Schema(NamedTuple):
    """The attributes that an experiment learns from.

    Attributes:
        subject: the declared attributes of the subject.
        action: the declared attributes of an action.
        hashed: so many features stand for all attributes that are not declared; 0 leaves those out.
    """

    subject: tuple[Attribute, ...] = ()
    action: tuple[Attribute, ...] = ()
    hashed: int = 32


class ContextualPolicy(Protocol):
    """A pure rule of a contextual experiment: scores in, a probability for every action out.

    See `banditware.contextual.evidence`, which says what its implementations have to be.
    """

    name: ClassVar[str]
    #: True if the policy reads the standard errors of the scores.
    uncertain: ClassVar[bool]

    def weigher(
        self,
        evidence: Any,
    ) -> Callable[[Sequence[float], Sequence[float]], Sequence[float]]:
        """Return the rule under an `Evidence`: from scores and their errors to probabilities."""
        ...


class Context(NamedTuple):
    """What makes an experiment contextual.

    Attributes:
        schema: the attributes it learns from.
        policy: the rule that turns scores into probabilities.
        shared: True if all arms have one model, False if each has one of its own.
    """

    schema: Schema
    policy: ContextualPolicy
    shared: bool = False


@dataclass(frozen=True, slots=True)
class Experiment:
    """A named choice between arms, with the rule that chooses and the rules of counting.

    Attributes:
        name: what the experiment is called.
        arms: its arms, sorted by name.
        policy: the rule that turns counts into probabilities; see `context`.
        default: name of the arm that is served when nothing may be decided; empty for none.
        goal: the goal the policy maximises.
        version: changing it starts the counts afresh.
        sticky: seconds an assignment is served again; None decides anew on every request.
        attribution: seconds after a decision within which rewards are credited.
        holdout: share of subjects who always get `default` and are counted apart.
        reward_range: lowest and highest reward, mapped onto [0, 1] for policies that need it.
        methods: request methods whose decisions are counted.
        cohort_width: seconds of decisions that are counted together.
        context: what a contextual experiment learns from, and its policy; None for others. Such an
            experiment may have no arms, and then its caller says which actions there are.
        targeting: who takes part and when, or None for everybody at any time.
        ledger: the name under which this version's counts are kept.
        open: True if everybody takes part at any time.
        shared: True if the sums of contextual models are kept under `SHARED`, for all arms.
        constant: attributes by arm, if all arms are available to everybody; None otherwise.
    """

    name: str
    arms: tuple[Arm, ...]
    policy: Policy
    default: str
    goal: str = "reward"
    version: str = "1"
    sticky: float | None = 90 * DAY
    attribution: float = 7 * DAY
    holdout: float = 0.0
    reward_range: tuple[float, float] | None = None
    methods: frozenset[str] = frozenset({"GET"})
    cohort_width: int = 18_900
    context: Context | None = None
    targeting: Targeting | None = None
    ledger: str = field(init=False)
    open: bool = field(init=False)
    shared: bool = field(init=False)
    constant: Mapping[str, Mapping[str, Any]] | None = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Sort the arms, so that nothing downstream can depend on the order of the file."""
        object.__setattr__(self, "arms", tuple(sorted(self.arms, key=lambda arm: arm.name)))
        object.__setattr__(self, "ledger", f"{self.name}@{self.version}")
        object.__setattr__(self, "open", self.targeting is None and not self.holdout)
        shared = self.context is not None and self.context.shared
        object.__setattr__(self, "shared", shared)
        choosy = not self.arms or any(arm.available for arm in self.arms)
        constant = None if choosy else {arm.name: arm.attributes for arm in self.arms}
        object.__setattr__(self, "constant", constant)
        names = {arm.name for arm in self.arms}
        if self.default not in names and (names or self.context is None):
            raise ValueError(f"the default {self.default!r} is not an arm of {self.name!r}")

    def cohort(self, now: float) -> int:
        """Return the cohort of a decision: the start of its time bucket, in seconds."""
        return int(now // self.cohort_width) * self.cohort_width


class Basis(NamedTuple):
    """What a decision was based on beside the counts: for the log, and to learn from.

    Attributes:
        context: attributes of the subject, as they were given.
        actions: attributes of each action the policy chose among, as they were given.
        features: the encoded attributes of the subject and of the chosen action, as text; empty
            for policies without context.
        gap: by how much the chosen action's score was below the best one.
    """

    context: Mapping[str, Any] = MappingProxyType({})
    actions: Mapping[str, Mapping[str, Any]] = MappingProxyType({})
    features: str = ""
    gap: float = 0.0

    def __hash__(self) -> int:
        """Leave out the attributes, which may be of any kind."""
        return hash((self.features, self.gap))


#: The basis of a decision without context.
NO_BASIS = Basis()


class Decision(NamedTuple):
    """The answer for one subject.

    A tuple, because one is made on every decision and tuples are the cheapest frozen value.

    Attributes:
        experiment: name of the experiment.
        arm: name of the arm.
        value: the arm's value.
        propensity: the probability with which the arm was drawn.
        reason: why this arm: `drawn`, `sticky`, or what kept the experiment from deciding.
        counted: True if the decision is a pull, now or as soon as the response allows.
        id: the decision's own id, unique in its experiment; empty if it was not drawn.
        time: when it was decided, in seconds since the epoch.
        version: version of the experiment that decided.
        seal: signs a decision into a token; see `token`.
        snapshot: the store's version of the counts it was drawn from; -1 if it was not drawn now.
        basis: what else it was based on.
        details: why it is what it is, if `Bandit.decide` was asked for that.
        shares: the probabilities of all arms at its draw; see `banditware.drawing`.
    """

    experiment: str
    arm: str
    value: Any
    propensity: float
    reason: str
    counted: bool
    id: str
    time: float
    version: str
    seal: Callable[[Decision], str]
    snapshot: int = -1
    basis: Basis = NO_BASIS
    details: Details | None = None
    shares: str = ""

    @property
    def token(self) -> str:
        """The decision, signed and self-contained: for a webhook, a queue or another host."""
        return self.seal(self)

    def __repr__(self) -> str:
        names = ("experiment", "arm", "value", "propensity", "reason", "counted", "id")
        return f"Decision({', '.join(f'{name}={getattr(self, name)!r}' for name in names)})"
