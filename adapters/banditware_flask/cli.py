"""`flask banditware ...`: the commands of banditware, with the configuration of the app."""

from __future__ import annotations

import click
from flask.cli import ScriptInfo

from banditware.cli import main
from banditware.cli.given import OfProject
from banditware.config import Settings
from banditware_flask.apps import bandit_of


def _settings() -> Settings:
    app = click.get_current_context().ensure_object(ScriptInfo).load_app()
    return bandit_of(app).settings


commands = OfProject(_settings, main, help="Look after the experiments of the app.")
