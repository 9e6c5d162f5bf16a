"""`EppoClient`: the methods of Eppo's Python SDK, answered from files, in process."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from banditware.eppo.about import ABOUT
from banditware.eppo.attributes import Given, as_actions, as_attributes, as_context
from banditware.eppo.configuration import Configuration, Source
from banditware.eppo.deciding import Answer, Question, acted, assigned
from banditware.eppo.details import details_of
from banditware.eppo.errors import EvaluationError
from banditware.eppo.evaluation import Subject
from banditware.eppo.events import Event
from banditware.eppo.loggers import AssignmentLogger
from banditware.eppo.results import EvaluationResult
from banditware.eppo.values import BOOLEAN, INTEGER, JSON, NUMERIC, STRING

_LOGGER = logging.getLogger("banditware.eppo")


class EppoClient:
    """Answers for flags and bandits as Eppo's SDKs do, from files that were read before.

    Threads may share it. Nothing is fetched: `set_configuration` puts another configuration in
    place of the present one, at once and as a whole.

    Args:
        configuration: what it answers from; without one, every answer is the default.
        logger: gets the events.
        is_graceful_mode: True to answer with the default where a flag cannot be evaluated.
        clock: the time in nanoseconds since 1970.
    """

    def __init__(
        self,
        configuration: Configuration | None = None,
        logger: AssignmentLogger | None = None,
        *,
        is_graceful_mode: bool = True,
        clock: Callable[[], int] = time.time_ns,
    ) -> None:
        self._configuration = configuration
        self._logger = logger
        self._graceful = is_graceful_mode
        self._clock = clock

    @classmethod
    def from_files(
        cls,
        flags: Source,
        bandits: Source | None = None,
        logger: AssignmentLogger | None = None,
        *,
        clock: Callable[[], int] = time.time_ns,
    ) -> EppoClient:
        """Return a client for a file of flags, and for a file of bandit models if there is one.

        Args:
            flags: path, bytes, JSON text or mapping of the flags.
            bandits: the same of the bandit models.
            logger: gets the events.
            clock: the time in nanoseconds since 1970.

        Raises:
            ConfigurationError: a file cannot be read or used.
        """
        return cls(Configuration.from_files(flags, bandits), logger, clock=clock)

    def get_string_assignment(
        self, flag_key: str, subject_key: str, subject_attributes: Given, default: str
    ) -> str:
        """Return what a flag of texts serves the subject, or the default."""
        found: str = self._assignment(STRING, flag_key, subject_key, subject_attributes, default)
        return found

    def get_integer_assignment(
        self, flag_key: str, subject_key: str, subject_attributes: Given, default: int
    ) -> int:
        """Return what a flag of whole numbers serves the subject, or the default."""
        found: int = self._assignment(INTEGER, flag_key, subject_key, subject_attributes, default)
        return found

    def get_numeric_assignment(
        self, flag_key: str, subject_key: str, subject_attributes: Given, default: float
    ) -> float:
        """Return what a flag of numbers serves the subject, or the default."""
        found: float = self._assignment(NUMERIC, flag_key, subject_key, subject_attributes, default)
        return found

    def get_boolean_assignment(
        self,
        flag_key: str,
        subject_key: str,
        subject_attributes: Given,
        default: bool,  # noqa: FBT001  # as in Eppo's
    ) -> bool:
        """Return what a flag that is on or off serves the subject, or the default."""
        found: bool = self._assignment(BOOLEAN, flag_key, subject_key, subject_attributes, default)
        return found

    def get_json_assignment(
        self, flag_key: str, subject_key: str, subject_attributes: Given, default: Any
    ) -> Any:
        """Return what a flag of JSON serves the subject, or the default; yours to change."""
        return self._assignment(JSON, flag_key, subject_key, subject_attributes, default)

    def get_string_assignment_details(
        self, flag_key: str, subject_key: str, subject_attributes: Given, default: str
    ) -> EvaluationResult:
        """Return the same with details; never raises for the sake of the flag."""
        return self._details(STRING, flag_key, subject_key, subject_attributes, default)

    def get_integer_assignment_details(
        self, flag_key: str, subject_key: str, subject_attributes: Given, default: int
    ) -> EvaluationResult:
        """Return the same with details; never raises for the sake of the flag."""
        return self._details(INTEGER, flag_key, subject_key, subject_attributes, default)

    def get_numeric_assignment_details(
        self, flag_key: str, subject_key: str, subject_attributes: Given, default: float
    ) -> EvaluationResult:
        """Return the same with details; never raises for the sake of the flag."""
        return self._details(NUMERIC, flag_key, subject_key, subject_attributes, default)

    def get_boolean_assignment_details(
        self,
        flag_key: str,
        subject_key: str,
        subject_attributes: Given,
        default: bool,  # noqa: FBT001  # as in Eppo's
    ) -> EvaluationResult:
        """Return the same with details; never raises for the sake of the flag."""
        return self._details(BOOLEAN, flag_key, subject_key, subject_attributes, default)

    def get_json_assignment_details(
        self, flag_key: str, subject_key: str, subject_attributes: Given, default: Any
    ) -> EvaluationResult:
        """Return the same with details; never raises for the sake of the flag."""
        return self._details(JSON, flag_key, subject_key, subject_attributes, default)

    def get_bandit_action(
        self,
        flag_key: str,
        subject_key: str,
        subject_context: Given,
        actions: Mapping[str, Given] | Iterable[str],
        default: str,
    ) -> EvaluationResult:
        """Return a flag's variation, and the action that its bandit chooses among `actions`.

        Args:
            flag_key: key of the flag.
            subject_key: id of the subject.
            subject_context: attributes of the subject.
            actions: each action's attributes by its name; or names, for actions without any.
            default: the variation where the flag gives none.

        Raises:
            TypeError: attributes are of a type that no attribute can have.
        """
        answer = self._acted((flag_key, subject_key), subject_context, actions, default)
        return EvaluationResult(answer.variation, answer.side.action)

    def get_bandit_action_details(
        self,
        flag_key: str,
        subject_key: str,
        subject_context: Given,
        actions: Mapping[str, Given] | Iterable[str],
        default: str,
    ) -> EvaluationResult:
        """Return the same with details.

        Raises:
            TypeError: attributes are of a type that no attribute can have.
        """
        answer = self._acted((flag_key, subject_key), subject_context, actions, default)
        details = details_of(answer.setting, answer.evaluation, answer.side)
        return EvaluationResult(answer.variation, answer.side.action, details)

    def get_configuration(self) -> Configuration | None:
        """Return what the client answers from, or None."""
        return self._configuration

    def set_configuration(self, configuration: Configuration) -> None:
        """Answer from another configuration from now on; evaluations under way keep theirs."""
        self._configuration = configuration

    def get_flag_keys(self) -> set[str]:
        """Return the keys of all flags."""
        return set() if self._configuration is None else self._configuration.get_flag_keys()

    def get_bandit_keys(self) -> set[str]:
        """Return the keys of all bandits."""
        return set() if self._configuration is None else self._configuration.get_bandit_keys()

    @property
    def is_graceful_mode(self) -> bool:
        """True if the default is the answer where a flag cannot be evaluated."""
        return self._graceful

    def set_is_graceful_mode(self, is_graceful_mode: bool) -> None:  # noqa: FBT001  # as in Eppo's
        """Answer with the default where a flag cannot be evaluated, or raise `EvaluationError`."""
        self._graceful = is_graceful_mode

    def is_initialized(self) -> bool:
        """Return True if there is a configuration."""
        return self._configuration is not None

    def wait_for_initialization(self) -> None:
        """Return: files are there or they are not, and nothing is on its way."""

    def shutdown(self) -> None:
        """Return: nothing runs."""

    def _question(self, flag: str, subject: str, attributes: dict[str, Any]) -> Question:
        for name, key in (("flag_key", flag), ("subject_key", subject)):
            if not isinstance(key, str):
                raise TypeError(f"{name} must be text, not {key!r}")
        return Question(flag, Subject(subject, attributes), self._clock(), ABOUT)

    def _assigned(self, type_: str, flag: str, subject: str, attributes: Given) -> Answer:
        question = self._question(flag, subject, as_attributes(attributes))
        return assigned(self._configuration, question, type_)

    def _assignment(
        self, type_: str, flag: str, subject: str, attributes: Given, default: Any
    ) -> Any:
        answer = self._assigned(type_, flag, subject, attributes)
        self._log(answer)
        evaluation = answer.evaluation
        if evaluation is None or evaluation.value is None:
            failure = evaluation and evaluation.failure
            if failure is not None and failure.error and not self._graceful:
                raise EvaluationError(failure.error)
            return default
        return evaluation.value.served()

    def _details(
        self, type_: str, flag: str, subject: str, attributes: Given, default: Any
    ) -> EvaluationResult:
        answer = self._assigned(type_, flag, subject, attributes)
        details = details_of(answer.setting, answer.evaluation)
        if answer.assignment is not None:
            answer.assignment["evaluationDetails"] = details
        self._log(answer)
        value = answer.evaluation and answer.evaluation.value
        variation = default if value is None else value.served()
        return EvaluationResult(variation, None, details)

    def _acted(
        self,
        keys: tuple[str, str],
        context: Given,
        actions: Mapping[str, Given] | Iterable[str],
        default: str,
    ) -> Answer:
        known = as_context(context)
        question = self._question(*keys, known.merged())
        answer = acted(
            self._configuration, question, known, actions=as_actions(actions), default=default
        )
        self._log(answer)
        return answer

    def _log(self, answer: Answer) -> None:
        """Hand over the events, the assignment first; a logger may fail."""
        if answer.warning:
            _LOGGER.warning("%s", answer.warning)
        logger = self._logger
        if logger is None:
            return
        self._hand(logger.log_assignment, answer.assignment)
        self._hand(logger.log_bandit_action, answer.action_event)

    @staticmethod
    def _hand(log: Callable[[Event], None], event: Event | None) -> None:
        if event is None:
            return
        try:
            log(event)
        except Exception:  # a logger must not break who asks
            _LOGGER.exception("the logger failed on an event")
