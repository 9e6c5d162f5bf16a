"""The stage: the example's app with a configuration, counts and a key of its own."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from banditware.cli.demonstration.errors import DemoError
from banditware.config import Settings, load
from banditware.config.reader import from_text

CONFIG = "banditware.yaml"

#: The experiments whose values the example's page shows.
EXPERIMENTS = ("color_btn", "txt_btn")

#: What a demonstration replaces. Half a minute is short: policies shall learn five times a second.
REPLACED = {"store": "sqlite:///demo.db", "refresh": "200ms"}


@dataclass(frozen=True, slots=True)
class Stage:
    """What a server needs to run the example.

    Attributes:
        app: the folder of the app; nothing is written there.
        folder: the folder for everything that is written.
        environment: what the server's environment needs beside the usual.
        settings: the configuration as the server reads it.
    """

    app: Path
    folder: Path
    environment: Mapping[str, str]
    settings: Settings


def prepare(config: Path, folder: Path, environ: Mapping[str, str]) -> Stage:
    """Write the configuration of a demonstration.

    Args:
        config: the example's configuration, in the folder of its app.
        folder: where to write.
        environ: what `${VAR}` reads; a secret key is added.

    Raises:
        ConfigError: the configuration has mistakes.
        DemoError: it is not one of the example.
    """
    own = {"BANDITWARE_SECRET_KEY": secrets.token_hex(32)}
    _refuse_others(load(config, environ={**environ, **own}), config)
    data = from_text(config.read_text(encoding="utf-8-sig"), str(config)).data
    copy = folder / CONFIG
    # JSON is YAML.
    copy.write_text(json.dumps({**data, **REPLACED}), encoding="utf-8")
    variables = {**own, "BANDITWARE_CONFIG": str(copy), "PYTHONDONTWRITEBYTECODE": "1"}
    return Stage(config.parent, folder, variables, load(copy, environ={**environ, **own}))


def _refuse_others(settings: Settings, config: Path) -> None:
    """Refuse what the visitors could not make sense of."""
    names = tuple(experiment.name for experiment in settings.experiments)
    if sorted(names) != sorted(EXPERIMENTS):
        raise DemoError(f"{config}: the example's page shows {' and '.join(EXPERIMENTS)}, no more")
    for experiment in settings.experiments:
        if experiment.holdout or experiment.sticky is None:
            raise DemoError(
                f"{config}: {experiment.name} has a holdout or is not sticky, and visitors cannot "
                "see from the page what is counted then"
            )
        values = [arm.value for arm in experiment.arms]
        if not all(isinstance(value, str) for value in values) or len({*values}) < len(values):
            raise DemoError(
                f"{config}: {experiment.name} has arms without text of their own, and visitors "
                "cannot see which one it is"
            )


def arms_by_value(settings: Settings) -> dict[str, dict[str, str]]:
    """Return, by experiment, which arm it is that shows a value."""
    return {
        experiment.name: {arm.value: arm.name for arm in experiment.arms}
        for experiment in settings.experiments
    }
