"""One client for a whole process, as Eppo's SDK has it."""

from __future__ import annotations

from dataclasses import dataclass

from banditware.eppo.client import EppoClient
from banditware.eppo.configuration import Configuration
from banditware.eppo.loggers import AssignmentLogger


@dataclass(slots=True)
class ClientConfig:
    """Settings of the process's client; what concerns fetching is there to be left alone.

    Attributes:
        assignment_logger: gets the events.
        initial_configuration: what the client answers from.
        is_graceful_mode: True to answer with the default where a flag cannot be evaluated.
        api_key: not used, because nothing is fetched.
        base_url: likewise.
        poll_interval_seconds: likewise; None is all it can be.
        poll_jitter_seconds: not used.
    """

    assignment_logger: AssignmentLogger | None = None
    initial_configuration: Configuration | None = None
    is_graceful_mode: bool = True
    api_key: str = ""
    base_url: str = ""
    poll_interval_seconds: int | None = None
    poll_jitter_seconds: int = 0

    def __post_init__(self) -> None:
        """Refuse to seem to poll."""
        if self.poll_interval_seconds is not None:
            raise ValueError(
                "banditware.eppo fetches nothing: leave poll_interval_seconds out, read the files "
                "with Configuration.from_files, and hand new ones to set_configuration"
            )


_instances: list[EppoClient] = []


def init(config: ClientConfig) -> EppoClient:
    """Return the process's client, made anew from these settings."""
    client = EppoClient(
        config.initial_configuration,
        config.assignment_logger,
        is_graceful_mode=config.is_graceful_mode,
    )
    _instances[:] = [client]
    return client


def get_instance() -> EppoClient:
    """Return the client that `init` has made last.

    Raises:
        RuntimeError: it has made none.
    """
    if not _instances:
        raise RuntimeError("there is no client yet: call banditware.eppo.init first")
    return _instances[0]
