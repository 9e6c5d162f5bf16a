"""Making changes in a store, and reading back which were made.

Two operators at once cannot lose each other's change: each is made of the state that is in the
store at that moment, or not at all.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator, Mapping
from itertools import islice

from banditware.control import Change, Controls, applied, change_of, controls_of, text_of
from banditware.controlling import Wanted, proposed
from banditware.errors import ControlError, StoreError
from banditware.model import Experiment
from banditware.stores.base import Store
from banditware.stores.controls import KeptControls

_log = logging.getLogger("banditware")

#: How often others may be faster.
PATIENCE = 100

#: Changes that are read from a store at once.
_PAGE = 500


def controls_in(store: Store) -> Controls:
    """Return the controls that a store keeps.

    Raises:
        StoreError: the store cannot be reached, or keeps something else there.
    """
    version, text = store.controls().read()
    try:
        return controls_of(version, text)
    except ValueError as error:
        raise StoreError(store.url, str(error)) from error


def operate(
    store: Store, experiments: Mapping[str, Experiment], wanted: Wanted, now: float
) -> Change:
    """Make a change, and return it; it is in the store for good then.

    Args:
        store: where controls are kept.
        experiments: the experiments of the configuration, by name.
        wanted: what is wanted.
        now: seconds since the epoch.

    Raises:
        ControlError: it cannot be made, or is made already.
        UnknownExperimentError: no experiment has that name.
        StoreError: the store cannot be reached; the change may be made all the same, if its answer
            was lost.
    """
    for _ in range(PATIENCE):
        before = controls_in(store)
        change = proposed(before, experiments, wanted, now)
        kept = KeptControls(change.id, text_of(applied(before, change)))
        if store.controls().write(kept, json.dumps(change._asdict())):
            return change
    raise ControlError("others keep changing the controls; try again")


def kept_in(store: Store, known: Controls, now: float) -> Controls:
    """Return the controls that a store keeps; if it has lost some, put back what is known.

    A store that has gone back to before the last change, or was wiped, would let run what was
    stopped. So whoever knows better says so, and the trail of changes tells of it.

    Args:
        store: where they are.
        known: the last controls that the store is known to have had.
        now: seconds since the epoch.

    Raises:
        StoreError: the store cannot be reached.
    """
    found = controls_in(store)
    if found.version >= known.version or text_of(found) == text_of(known):
        return found
    version = found.version + 1
    everything = {"killed": bool(known.killed)}
    change = Change(version, now, "banditware", "restore", "", "", _LOST, {}, everything)
    kept = KeptControls(version, text_of(known))
    if not store.controls().write(kept, json.dumps(change._asdict())):
        return controls_in(store)
    _log.warning("%s had lost what operators changed: put back all of it", store.url)
    return known._replace(version=version)


def carry_controls(source: Store, target: Store, now: float) -> bool:
    """Put the controls of a store into one that has none; return whether that was done.

    Args:
        source: where from.
        target: where to; what was changed there already is left alone.
        now: seconds since the epoch.

    Raises:
        StoreError: one of them cannot be reached.
    """
    found = controls_in(source)
    if not found.version or controls_in(target).version:
        return False
    note = f"from {source.url}, version {found.version}"
    everything = {"killed": bool(found.killed)}
    change = Change(1, now, "banditware", "copy", "", "", note, {}, everything)
    kept = KeptControls(change.id, text_of(found))
    return target.controls().write(kept, json.dumps(change._asdict()))


_LOST = "the store had lost what operators changed; a process that knew it has put it back"


def changes_in(store: Store, experiment: str | None, limit: int) -> list[Change]:
    """Return the changes that a store keeps, newest first.

    Args:
        store: where they are.
        experiment: only those of this experiment, and those of everything; None for all.
        limit: how many at most.

    Raises:
        StoreError: the store cannot be reached.
    """
    wanted = (None, "", experiment)
    found = (c for c in _all(store) if experiment is None or c.experiment in wanted)
    return list(islice(found, max(0, limit)))


def _all(store: Store) -> Iterator[Change]:
    before: int | None = None
    while page := store.controls().changes(_PAGE, before):
        found = [change_of(text) for text in page]
        yield from found
        before = found[-1].id
