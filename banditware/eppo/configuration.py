"""The two files, read once: flags by key, bandits by key, and which flag leads to which bandit."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, TypeAlias

from banditware.eppo.errors import ConfigurationError, UnreadableError
from banditware.eppo.evaluation import UNREADABLE, Entry
from banditware.eppo.fields import field, moment, parsed_json, part, shown, within
from banditware.eppo.flags import read_flag
from banditware.eppo.models import BanditModel, read_bandit

#: A file's path, its content as bytes or JSON text, or what the JSON says.
Source: TypeAlias = "str | bytes | Path | Mapping[str, Any]"

_LOGGER = logging.getLogger("banditware.eppo")

_FORMATS = ("CLIENT", "SERVER", "PRECOMPUTED")


class Configuration:
    """Flags and bandit models, read and checked; it never changes.

    Args:
        flags_configuration: content of the file of flags (UFC).
        bandits_configuration: content of the file of bandit models, if there is one.

    Attributes:
        flags: each flag, or why it cannot be used; one such flag leaves the others as they are.
        bandits: each bandit's model.
        bandits_by_variation: the bandit that a flag with a certain value leads to.
        published: when the flags were written, in nanoseconds since 1970.
        environment: name of the environment they are for.
        fetched: when they were read.

    Raises:
        ConfigurationError: a file is no JSON, or something of it beside a single flag is not as it
            has to be; the message names the place.
    """

    def __init__(
        self, *, flags_configuration: bytes, bandits_configuration: bytes | None = None
    ) -> None:
        self._contents = (flags_configuration, bandits_configuration)
        self.fetched = time.time_ns()
        try:
            self._read_flags(parsed_json(flags_configuration))
        except ValueError as error:
            raise ConfigurationError(f"flags: {error}") from None
        self.bandits: dict[str, BanditModel] = {}
        if bandits_configuration is not None:
            try:
                self.bandits = dict(_bandits(parsed_json(bandits_configuration)))
            except ValueError as error:
                raise ConfigurationError(f"bandits: {error}") from None

    @classmethod
    def from_files(cls, flags: Source, bandits: Source | None = None) -> Configuration:
        """Read the configuration from paths, from JSON text, or from what the JSON says.

        Raises:
            ConfigurationError: a file cannot be read or used.
        """
        models = None if bandits is None else _content(bandits)
        return cls(flags_configuration=_content(flags), bandits_configuration=models)

    def _read_flags(self, fields: Any) -> None:
        self.published = moment(fields, "createdAt")
        self.environment = field(field(fields, "environment", dict), "name", str)
        format_ = part(fields, "format", None)
        if format_ not in {None, *_FORMATS}:
            raise UnreadableError(f"format must be one of {', '.join(_FORMATS)}, not {format_!r}")
        entries = field(fields, "flags", dict)
        self.flags: dict[str, Entry] = {key: _flag(each) for key, each in entries.items()}
        self.bandits_by_variation = dict(_referred(fields))
        for key, variation in _bandits_of_variations(fields):
            self.bandits_by_variation[key] = variation

    def bandit_of(self, flag: str, variation: str) -> str | None:
        """Return the key of the bandit that a variation of a flag leads to, or None."""
        return self.bandits_by_variation.get((flag, variation))

    def get_flags_configuration(self) -> bytes:
        """Return the content of the file of flags."""
        return self._contents[0]

    def get_bandits_configuration(self) -> bytes | None:
        """Return the content of the file of bandit models, or None."""
        return self._contents[1]

    def get_flag_keys(self) -> set[str]:
        """Return the keys of all flags, also of those that cannot be used."""
        return set(self.flags)

    def get_bandit_keys(self) -> set[str]:
        """Return the keys of all bandits."""
        return set(self.bandits)


def _content(source: Source) -> bytes:
    """Return the content of a file, however it is given."""
    if isinstance(source, bytes):
        return source
    if isinstance(source, Mapping):
        try:
            return json.dumps(source).encode()
        except (TypeError, ValueError) as error:
            raise ConfigurationError(f"the mapping is no JSON: {error}") from None
    if isinstance(source, str) and source.lstrip().startswith("{"):
        return source.encode(errors="surrogatepass")
    try:
        return Path(source).read_bytes()
    except OSError as error:
        raise ConfigurationError(f"{source}: {error.strerror or error}") from None


def _flag(fields: Any) -> Entry:
    try:
        return read_flag(fields)
    except UnreadableError:
        return UNREADABLE


def _bandits(fields: Any) -> Iterator[tuple[str, BanditModel]]:
    moment(fields, "updatedAt")
    for key, each in field(fields, "bandits", dict).items():
        with within(key):
            model = read_bandit(each)
        if model.floor > 1:
            _LOGGER.warning(
                "bandit %r: the floors of its actions add up to %g, so the probabilities that are "
                "logged are not those of the draw; set actionProbabilityFloor to 1 or less",
                key,
                model.floor,
            )
        yield key, model


def _bandits_of_variations(fields: Any) -> Iterator[tuple[tuple[str, str], str]]:
    """Yield flag and value of each variation that leads to a bandit, with the bandit's key."""
    for variations in field(fields, "bandits", dict, {}).values():
        if not isinstance(variations, list):
            raise UnreadableError(f"bandits must hold lists, not {shown(variations)}")
        for each in variations:
            yield _reference(each)


def _referred(fields: Any) -> Iterator[tuple[tuple[str, str], str]]:
    """Yield the same from the newer form, `banditReferences`."""
    for reference in field(fields, "banditReferences", dict, {}).values():
        for each in field(reference, "flagVariations", list):
            yield _reference(each)


def _reference(fields: Any) -> tuple[tuple[str, str], str]:
    field(fields, "variationKey", str)
    place = (field(fields, "flagKey", str), field(fields, "variationValue", str))
    return place, field(fields, "key", str)
