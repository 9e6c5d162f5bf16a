"""The same question to Eppo's own wheel and to us; what differs, beside what is meant to."""

from __future__ import annotations

import math
from random import Random
from typing import Any

import eppo_client

from banditware import eppo
from tests.eppo import generating

#: What differs on purpose: `docs/eppo.md` says why.
MEANT = "a misfit's code and words, NaN in events, JSON's null in details, times, metaData"


class Recorder(eppo_client.AssignmentLogger, eppo.AssignmentLogger):
    """Keeps the events of either client."""

    def __init__(self) -> None:
        super().__init__()
        self.events: list[tuple[str, dict[str, Any]]] = []

    def log_assignment(self, event: dict[str, Any]) -> None:
        """Keep an assignment."""
        self.events.append(("assignment", event))

    def log_bandit_action(self, event: dict[str, Any]) -> None:
        """Keep an action."""
        self.events.append(("action", event))

    def taken(self) -> list[tuple[str, dict[str, Any]]]:
        """Return the events so far, and forget them."""
        events, self.events = self.events, []
        return events


class Pair:
    """Both clients on the same files."""

    def __init__(self) -> None:
        self.theirs_log, self.ours_log = Recorder(), Recorder()
        config = eppo_client.ClientConfig(
            api_key="none", assignment_logger=self.theirs_log, poll_interval_seconds=None
        )
        self.theirs = eppo_client.init(config)
        self.ours = eppo.EppoClient(logger=self.ours_log)

    def load(self, case: generating.Case) -> None:
        """Hand the files to both."""
        self.theirs.set_configuration(
            eppo_client.Configuration(
                flags_configuration=case.flags, bandits_configuration=case.bandits
            )
        )
        self.ours.set_configuration(
            eppo.Configuration(flags_configuration=case.flags, bandits_configuration=case.bandits)
        )

    def graceful(self, mode: bool) -> None:
        """Set the mode of both."""
        self.theirs.set_is_graceful_mode(mode)
        self.ours.set_is_graceful_mode(mode)

    def difference(self, method: str, *arguments: Any) -> str:
        """Return how the answers to a call differ; empty if they do not."""
        theirs = answer(self.theirs, method, list(arguments), eppo_client.ContextAttributes)
        ours = answer(self.ours, method, list(arguments), eppo.ContextAttributes)
        wants = (theirs, [plain(each) for each in self.theirs_log.taken()])
        haves = (ours, [plain(each) for each in self.ours_log.taken()])
        return "" if alike(wants, haves) else f"{method}{arguments}\n  {wants}\n  {haves}"


class Explicit(tuple[dict[str, Any], dict[str, Any]]):
    """Numeric and categorical attributes, to be made `ContextAttributes` of either package."""

    __slots__ = ()


def answer(client: Any, method: str, arguments: list[Any], kind: type[Any]) -> Any:
    """Return what a client answers, or what it raises."""
    made = [built(each, kind) for each in arguments]
    try:
        result = getattr(client, method)(*made)
    except (RuntimeError, TypeError) as error:
        return type(error).__mro__[-4:-3], str(error)
    if hasattr(result, "evaluation_details"):
        return result.variation, result.action, plain(result.evaluation_details)
    return result


def built(argument: Any, kind: type[Any]) -> Any:
    """Return an argument with its attributes in the classes of one package."""
    if isinstance(argument, Explicit):
        return kind(*argument)
    if isinstance(argument, dict):
        return {name: built(value, kind) for name, value in argument.items()}
    return argument


#: Keys of details and events whose values are no matter of agreement.
OTHERWISE = {"timestamp", "configFetchedAt", "metaData"}


def plain(found: Any) -> Any:
    """Return details or events without what is meant to differ."""
    if isinstance(found, dict):
        kept = {key: plain(value) for key, value in found.items() if key not in OTHERWISE}
        if kept.get("flagEvaluationCode") in {"ASSIGNMENT_ERROR", "UNEXPECTED_CONFIGURATION_ERROR"}:
            kept.update(flagEvaluationCode="an error", flagEvaluationDescription="of some kind")
        return kept
    if found == ():
        return None  # what the wheel makes of the null of JSON
    if isinstance(found, list | tuple):
        return [plain(each) for each in found]
    return None if isinstance(found, float) and not math.isfinite(found) else found


def alike(one: Any, other: Any) -> bool:
    """Return True if both are the same: numbers to 1e-9, everything else exactly, types too."""
    if isinstance(one, float) and isinstance(other, float):
        if math.isnan(one) or math.isnan(other):
            return math.isnan(one) and math.isnan(other)
        return math.isclose(one, other, rel_tol=1e-9, abs_tol=1e-9)
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(alike(one[key], other[key]) for key in one)
    if isinstance(one, list | tuple) and isinstance(other, list | tuple):
        return len(one) == len(other) and all(map(alike, one, other))
    return type(one) is type(other) and bool(one == other)


def flag_question(random: Random, case: generating.Case) -> tuple[Any, ...]:
    """Return a call about a flag."""
    type_ = random.choice(list(generating.GETTERS))
    getter, default = generating.GETTERS[type_]
    kind = random.choice(["", "_details"])
    subject = random.choice(["alice", "", f"s{random.randrange(10**6)}", "é\n"])
    about = (case.key(random, type_), subject, generating.attributes(random), default)
    return (f"get_{getter}_assignment{kind}", *about)


def explicit(random: Random) -> Explicit:
    """Return attributes that the caller has told apart."""
    given = generating.attributes(random)
    numeric = {name: value for name, value in given.items() if isinstance(value, int | float)}
    categorical = {
        name: value for name, value in generating.attributes(random).items() if value is not None
    }
    return Explicit((numeric, categorical))


def bandit_question(random: Random, case: generating.Case) -> tuple[Any, ...]:
    """Return a call about a bandit."""
    told = random.random() < 0.5
    make: Any = explicit if told else generating.attributes
    names = random.sample(generating.ACTIONS, random.randrange(len(generating.ACTIONS)))
    method = random.choice(["get_bandit_action", "get_bandit_action_details"])
    default = random.choice(["default", "red", "bandit", "other"])
    key = case.key(random, "STRING")
    actions = {name: make(random) for name in names}
    return (method, key, f"s{random.randrange(10**6)}", make(random), actions, default)


def differences(count: int, seed: int) -> list[str]:
    """Return what differs in `count` questions, half of them about bandits."""
    random, pair, found = Random(seed), Pair(), []
    for index in range(count):
        if index % 20 == 0:
            case = generating.case(random)
            pair.load(case)
            pair.graceful(random.random() < 0.8)
        question = (bandit_question if index % 2 else flag_question)(random, case)
        different = pair.difference(*question)
        if different:
            found.append(different)
    return found
