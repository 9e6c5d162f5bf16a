"""What commands that read counts have in common."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import click

from banditware.bandit import Bandit
from banditware.cli.given import read
from banditware.config import Settings
from banditware.errors import ConfigError, StoreError, UnknownExperimentError
from banditware.stores import open_store

#: The exit status of a configuration that cannot be used.
WRONG = 2


def loaded(config: str | Settings) -> Settings:
    """Return a configuration; exit with 2 and all its mistakes if it has some."""
    try:
        return read(config)
    except ConfigError as error:
        click.echo(str(error), err=True)
        sys.exit(WRONG)


def refuse_strangers(names: Iterable[str], settings: Settings) -> None:
    """Refuse names of experiments that the configuration does not have.

    Raises:
        click.UsageError: there is such a name.
    """
    known = [experiment.name for experiment in settings.experiments]
    for name in names:
        if name not in known:
            raise click.UsageError(str(UnknownExperimentError(name, known)))


@contextmanager
def counting(settings: Settings) -> Iterator[Bandit]:
    """Yield a bandit that has counted what all processes of this machine recorded.

    Raises:
        click.ClickException: there are no counts, or they cannot be read.
    """
    try:
        refuse_unreadable(settings)
        with Bandit(settings) as bandit:
            bandit.drain()
            yield bandit
    except StoreError as error:
        raise click.ClickException(str(error)) from error


def refuse_unreadable(settings: Settings) -> None:
    """Refuse a store that a command cannot see, or that has not begun.

    Raises:
        StoreError: it is one.
    """
    store = open_store(settings.store, settings.folder)
    if not store.shared:
        mend = (
            "only the app's own process can see them; share them by sqlite:///PATH or redis://HOST"
        )
        raise StoreError(settings.store, f"counts are kept in memory, and {mend}")
    path = settings.folder / settings.store.partition(":///")[2]
    if settings.store.startswith("sqlite:") and not path.exists():
        raise StoreError(settings.store, f"nothing was counted yet: there is no {path}")
