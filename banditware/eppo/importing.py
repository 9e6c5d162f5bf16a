"""A banditware.yaml from the files of Eppo."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from banditware.eppo.carrying import Carried, carried
from banditware.eppo.configuration import Configuration

_HEAD = """\
# From Eppo's flags ({environment}, {published}) by `banditware eppo import`.
#
# Each flag is an experiment with fixed shares: leave `policy` out to let traffic move to what
# works. Who gets which arm is decided anew, by banditware's own hash. What could not be carried
# over stands as a comment.
secret_keys: ["${{BANDITWARE_SECRET_KEY}}"]
experiments:{none}
"""

#: Keys whose value is written on lines of its own.
_TALL = ("arms", "only_if")


def yaml_of(configuration: Configuration, *, published: str) -> str:
    """Return the text of a configuration for the flags; it loads without a mistake.

    Args:
        configuration: the files.
        published: when they were written, to be said in the first line.
    """
    experiments = carried(configuration.flags, configuration.bandits_by_variation)
    none = "" if any(each.keys for each in experiments) else " {}"
    environment = _printable(json.dumps(configuration.environment, ensure_ascii=False))
    head = _HEAD.format(environment=environment, published=published, none=none)
    return head + "".join(f"{line}\n" for each in experiments for line in _lines(each))


def _lines(experiment: Carried) -> Iterator[str]:
    yield ""
    if not experiment.keys:
        yield f"  # {experiment.name}: not carried over"
    for note in experiment.notes:
        yield f"  # {experiment.name}: {_printable(note)}"
    if experiment.keys:
        yield f"  {_flow(experiment.name)}:"
        for key, value in experiment.keys.items():
            yield from _entry(key, value)


def _entry(key: str, value: Any) -> Iterator[str]:
    if key not in _TALL:
        yield f"    {key}: {_flow(value)}"
        return
    yield f"    {key}:"
    if isinstance(value, Mapping):
        for name, each in value.items():
            yield f"      {_flow(name)}: {_flow(each)}"
    else:
        for each in value:
            yield f"      - {_flow(each)}"


def _flow(value: Any) -> str:
    """Return a value on one line: JSON is YAML, if `${` and what cannot be printed are escaped."""
    return _printable(json.dumps(value, ensure_ascii=False).replace("${", "$${"))


def _printable(text: str) -> str:
    """Return text with everything that YAML does not take escaped."""
    return "".join(each if each.isprintable() else _escaped(ord(each)) for each in text)


def _escaped(code: int) -> str:
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
