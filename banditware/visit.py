"""One request, as the experiments see it.

Two rules: a `Visit` is given facts, a snapshot, a random generator and a clock, and never reads a
file, a socket or a clock of its own; and it changes nothing but itself. What has to happen to the
response comes out of `finish` as `Effects`, which the adapter carries out.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from banditware.bots import is_bot
from banditware.crediting import Reward
from banditware.deciding import again, drawn, held_out, undecided, unknown
from banditware.errors import RewardError
from banditware.ground import Ground
from banditware.http import NO_EFFECTS, SERVED_AGAIN, Effects, Facts, Headers, is_speculative
from banditware.model import Decision, Experiment
from banditware.outcome import Outcome
from banditware.routes import Match
from banditware.snapshot import ExperimentSnapshot
from banditware.targeting import in_holdout
from banditware.tokens import SKEW, Assignments

_NONE: dict[str, Decision] = {}


class Visit:
    """The decisions and rewards of one request. Lives as long as the request does.

    `visit["headline"]` is the arm's value, decided when it is first read.
    """

    __slots__ = (
        "_assignments",
        "_barred",
        "_decisions",
        "_facts",
        "_ground",
        "_matches",
        "_now",
        "_rewards",
        "rewrite",
        "started",
        "touched",
    )

    def __init__(self, ground: Ground, facts: Facts, matches: tuple[Match, ...] = ()) -> None:
        self._ground = ground
        self._facts = facts
        self._matches = matches
        self._decisions: dict[str, Decision] = _NONE
        self._rewards: list[tuple[str, Reward]] | None = None
        self._assignments: Assignments | None = None
        self._barred: str | None = None
        self._now = 0.0
        #: The path the app shall see instead of the requested one, if a chosen arm names one.
        self.rewrite: str | None = None
        #: True once the response has started: what is decided later cannot be remembered.
        self.started = False
        #: True if there may be something to do for the response.
        self.touched = False

    @property
    def subject(self) -> str:
        """The opaque id of whom this request belongs to; new unless the cookie named one."""
        return self.assignments.subject

    @property
    def decisions(self) -> Mapping[str, Decision]:
        """What was decided in this request so far, by experiment."""
        return MappingProxyType(self._decisions)

    def __getitem__(self, experiment: str) -> Any:
        """Return the value of the subject's arm, deciding if that was not done yet.

        Raises:
            UnknownExperimentError: no experiment has that name.
        """
        return self.decide(experiment).value

    def decide(
        self,
        experiment: str,
        *,
        context: Mapping[str, Any] | None = None,
        default: str | None = None,
    ) -> Decision:
        """Return the decision for this request's subject: the same one however often it is asked.

        Args:
            experiment: name of the experiment.
            context: attributes of the subject; policies without context take no notice.
            default: what to serve instead of the experiment's own default, and instead of an error
                when there is no such experiment.

        Raises:
            UnknownExperimentError: no experiment has that name and there is no `default`.
        """
        del context
        return self._decisions.get(experiment) or self._first(experiment, default)

    def reward(
        self,
        experiment: str,
        amount: float = 1.0,
        *,
        goal: str | None = None,
        once: bool = True,
    ) -> None:
        """Credit the subject's arm if the response turns out well (status 200 to 399).

        A reward that cannot be credited, because there is no decision or the amount is not a
        finite number, is counted under its reason and does not disturb the view. HEAD and OPTIONS
        only ask about a page and credit nothing. Once the response has started, it is too late: the
        log tells of it.

        Args:
            experiment: name of the experiment.
            amount: the number to credit.
            goal: name under which it is counted; default: the experiment's own goal.
            once: credit a decision and goal a single time, however often this is called.

        Raises:
            UnknownExperimentError: no experiment has that name.
        """
        self._ground.snapshot.known(experiment)
        if self._rewards is None:
            self._rewards = []
            self.touched = True
        if self.started:
            message = f"a reward of {experiment!r} came after the response had started, and is lost"
            self._ground.fault(RewardError(message))
        self._rewards.append((experiment, Reward(amount, goal, once)))

    def choose(self) -> None:
        """Decide the experiments of the matching routes."""
        self.touched = True
        experiments = self._ground.snapshot.experiments
        for match in self._matches:
            for experiment in match.route.choose:
                decision = self._decisions.get(experiment) or self._first(experiment, None)
                arm = experiments[experiment].by_name.get(decision.arm)
                if arm is not None and arm.rewrite is not None:
                    self.rewrite = arm.rewrite

    def finish(self, status: int, headers: Headers = ()) -> Effects:
        """Return what must happen to a response that starts with this status and these headers.

        It may be called again if the app starts its response anew: the last call holds.
        """
        self.started = True
        if not self.touched:
            return NO_EFFECTS
        if self._is_settled():
            return SERVED_AGAIN
        return Outcome(self, status, headers).effects()

    # What `Outcome` needs to know.

    @property
    def now(self) -> float:
        """When the request asked for the time first, in seconds since the epoch."""
        if not self._now:
            self._now = self._ground.clock()
        return self._now

    @property
    def ground(self) -> Ground:
        """What this and all other visits stand on."""
        return self._ground

    @property
    def facts(self) -> Facts:
        """What is known of the request."""
        return self._facts

    @property
    def matches(self) -> tuple[Match, ...]:
        """The routes that match the request."""
        return self._matches

    @property
    def rewards(self) -> list[tuple[str, Reward]]:
        """What the view asked to credit: experiment and reward."""
        return self._rewards or []

    @property
    def assignments(self) -> Assignments:
        """What the cookie says, or an empty one of a new subject."""
        if self._assignments is None:
            self._assignments = self._read() or self._nobody()
        return self._assignments

    @property
    def barred(self) -> str:
        """Why no decision of this request can be a pull (`bot`, `head`, `prefetch`), or nothing."""
        if self._barred is None:
            facts = self._facts
            if not self._ground.count_bots and is_bot(facts.header("user-agent")):
                self._barred = "bot"
            elif facts.method == "HEAD":
                self._barred = "head"
            else:
                self._barred = "prefetch" if is_speculative(facts) else ""
        return self._barred

    def uncounted(self, experiment: Experiment) -> str:
        """Return why a decision of this request is no pull of the experiment, or nothing."""
        return self.barred or ("" if self._facts.method in experiment.methods else "method")

    def _is_settled(self) -> bool:
        """Return True if the visit only served what the cookie said: nothing is to be recorded."""
        for decision in self._decisions.values():
            if decision.reason != "sticky" or decision.counted:
                return False
        for match in self._matches:
            if match.route.rewards:
                return False
        return not self._rewards and bool(self._decisions) and not self.assignments.stale_key

    def _first(self, name: str, default: str | None) -> Decision:
        """Decide what was not decided in this request, and keep it."""
        ground = self._ground
        snapshot = ground.snapshot.experiments.get(name)
        if snapshot is None:
            if default is not None:
                return unknown(name, default, ground.tokens.seal)
            snapshot = ground.snapshot.known(name)
        try:
            decision = self._decide(snapshot, default)
        except Exception as error:  # noqa: BLE001  # nothing of ours may break the app
            ground.fault(error)
            seal = ground.tokens.seal
            decision = undecided(snapshot.experiment, "failure", seal=seal, default=default)
        if not self._decisions:
            self._decisions = {}
            self.touched = True
        self._decisions[name] = decision
        return decision

    def _decide(self, snapshot: ExperimentSnapshot, default: str | None) -> Decision:
        ground, experiment = self._ground, snapshot.experiment
        seal = ground.tokens.seal
        if self.barred == "bot":
            return undecided(experiment, "bot", seal=seal, default=default)
        assignment = self.assignments.by_experiment.get(experiment.name)
        now = self.now
        if assignment is not None:
            uncounted = "" if assignment.counted else self._uncounted_now(experiment)
            decision = again(snapshot, assignment, now=now, seal=seal, uncounted=uncounted)
            if decision is not None:
                return decision
        if self.started:
            return undecided(experiment, "started", seal=seal, default=default)
        if in_holdout(self.subject, experiment):
            return held_out(experiment, ground.random, now=now, seal=seal)
        uncounted = self.uncounted(experiment)
        return drawn(snapshot, ground.random, now=now, seal=seal, uncounted=uncounted)

    def _uncounted_now(self, experiment: Experiment) -> str:
        """Return why a decision that waits to be counted still has to, or nothing."""
        return self.uncounted(experiment) or ("started" if self.started else "")

    def _read(self) -> Assignments | None:
        ground = self._ground
        header = self._facts.header("cookie")
        if not header or self.barred == "bot":
            return None
        found = ground.tokens.read(header, ground.cookie.full_name(https=self._facts.secure))
        if found is None or not -SKEW <= self.now - found.issued <= ground.cookie.max_age:
            return None
        return found

    def _nobody(self) -> Assignments:
        return Assignments(f"{self._ground.random.getrandbits(96):024x}", int(self.now))
