"""What operators decided, and so goes before what a configuration says."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from banditware.control import RUNNING, Control, Controls, known_arms, version_of
from banditware.planning.differences import OVERRIDDEN, Difference

if TYPE_CHECKING:
    from banditware.config.settings import Settings
    from banditware.model import Experiment


def controlled(settings: Settings, controls: Controls) -> Settings:
    """Return a configuration whose experiments have the versions and arms that operators gave them.

    Args:
        settings: the configuration, as it is written.
        controls: what they decided.
    """
    return settings._replace(
        experiments=tuple(
            replace(
                each,
                arms=known_arms(each, controls.of(each.name)) if each.arms else (),
                version=version_of(each.version, controls.of(each.name).generation),
            )
            for each in settings.experiments
        )
    )


def base_of(version: str) -> str:
    """Return the version that a configuration gave to one that operators may have reset."""
    base, _, times = version.rpartition("-r")
    return base if base and times.isdecimal() else version


def standing(new: Settings, controls: Controls) -> Iterator[Difference]:
    """Yield what stays as operators decided, whatever the configuration says.

    Args:
        new: the configuration, as it is written.
        controls: what they decided.
    """
    if controls.killed:
        effect = "nothing is decided or counted until `banditware revive`"
        yield Difference(OVERRIDDEN, "", "everything", "", "switched off", effect)
    for each in new.experiments:
        yield from _of_one(each, controls.of(each.name))


def _of_one(new: Experiment, control: Control) -> Iterator[Difference]:
    names = {arm.name for arm in new.arms}
    closed = {*control.paused_arms, *control.retired_arms}
    if control.state != RUNNING:
        state = f"{control.state} ({control.arm})" if control.arm else control.state
        effect = f"nothing is decided until `banditware resume CONFIG {new.name}`"
        yield Difference(OVERRIDDEN, new.name, "state", "", state, effect)
    for arm in sorted(names & closed):
        effect = "it is not drawn, although the file has it"
        if arm == new.default:
            effect = "it is drawn all the same, because the file makes it the default"
        word = "paused" if arm in control.paused_arms else "retired"
        yield Difference(OVERRIDDEN, new.name, f"arm {arm}", "", word, effect)
    for arm in sorted(set(control.added_arms) - closed):
        effect = "what the file says of it holds from now on"
        if arm not in names:
            effect = "it is drawn until it is retired, though the file does not have it"
        yield Difference(OVERRIDDEN, new.name, f"arm {arm}", "", "added", effect)
    if control.generation:
        version = version_of(new.version, control.generation)
        effect = "it was reset, and counts are kept under this name"
        yield Difference(OVERRIDDEN, new.name, "version", new.version, version, effect)
