"""The app and the configuration that the environment names."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import banditware.asgi
import banditware.wsgi
from banditware import ASGIMiddleware, WSGIMiddleware
from banditware.errors import BanditwareError, ConfigError
from banditware.wrap import application_from_environment
from tests.wires.shop import YAML, counted
from tests.wires.wsgi import environ, serve

SHOP = """\
def app(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"hello"]

async def asynchronous(scope, receive, send):
    pass

def unclear(*arguments):
    return app(*arguments)

class made:
    app = staticmethod(app)

def create():
    return app

def broken():
    raise OSError("the app's own")
"""


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with an app and a configuration, as a server would be started in it."""
    (tmp_path / "a_shop.py").write_text(SHOP)
    (tmp_path / "a_lame_shop.py").write_text("import no_such_module_of_theirs\n")
    (tmp_path / "banditware.yaml").write_text(YAML)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setenv("BANDITWARE_CONFIG", str(tmp_path / "banditware.yaml"))
    for module in ("a_shop", "a_lame_shop"):
        monkeypatch.delitem(sys.modules, module, raising=False)
    return tmp_path


@pytest.mark.parametrize(
    "named", ["a_shop:app", "a_shop", "a_shop:", "a_shop:made.app", "a_shop:create()"]
)
def test_an_app_that_the_environment_names(
    shop: Path, monkeypatch: pytest.MonkeyPatch, named: str
) -> None:
    """An attribute, one of an attribute, a factory's result, or `app` if only a module is named."""
    monkeypatch.setenv("BANDITWARE_APP", named)
    wrapped = application_from_environment("wsgi")
    with wrapped.bandit as bandit:
        assert serve(wrapped, environ()).body == b"hello"
        assert counted(bandit).pulls == 1


def test_an_unclear_app_is_what_the_server_takes_it_for(
    shop: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where looking does not tell, the module that is served does."""
    monkeypatch.setenv("BANDITWARE_APP", "a_shop:unclear")
    for interface, kind in (("wsgi", WSGIMiddleware), ("asgi", ASGIMiddleware)):
        wrapped = application_from_environment(interface)  # type: ignore[arg-type]  # both
        wrapped.bandit.close()
        assert isinstance(wrapped, kind)


MISTAKES = {
    "a_shop:nothing": "has no attribute 'nothing'",
    "a_shop:made.nothing": "has no attribute 'nothing'",
    "no_such_shop:app": "No module named 'no_such_shop'",
    "a_shop.sub:app": "No module named 'a_shop.sub'",
    "no_such_shop.sub:app": "No module named 'no_such_shop'",
    ":app": "write it as in BANDITWARE_APP=shop:app",
    ".a_shop:app": "write it as in",
    "a_shop:create(1)": "write it as in",
    "a shop": "write it as in",
    "a_shop:asynchronous": "it is no WSGI app: serve banditware.asgi",
}


@pytest.mark.parametrize("named", MISTAKES)
def test_a_name_that_names_nothing(shop: Path, monkeypatch: pytest.MonkeyPatch, named: str) -> None:
    """A mistake in the variable is a ConfigError that names it and says what is wrong."""
    monkeypatch.setenv("BANDITWARE_APP", named)
    with pytest.raises(ConfigError) as raised:
        application_from_environment("wsgi")
    message = str(raised.value)
    assert message.startswith(f"the environment: BANDITWARE_APP: {named!r} names no application: ")
    assert MISTAKES[named] in message


def test_every_variable_that_is_missing_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """Both variables are asked for at once, with an example of each."""
    monkeypatch.delenv("BANDITWARE_APP", raising=False)
    monkeypatch.setenv("BANDITWARE_CONFIG", "")
    with pytest.raises(ConfigError) as raised:
        application_from_environment("wsgi")
    assert [(each.path, each.file) for each in raised.value.problems] == [
        ("BANDITWARE_APP", "the environment"),
        ("BANDITWARE_CONFIG", "the environment"),
    ]
    assert "BANDITWARE_APP=shop:app" in str(raised.value)
    assert isinstance(raised.value, BanditwareError)


def test_what_breaks_in_the_app_is_the_apps(shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An import that fails within the app, or its factory, is no mistake of the variable."""
    monkeypatch.setenv("BANDITWARE_APP", "a_lame_shop:app")
    with pytest.raises(ModuleNotFoundError, match="no_such_module_of_theirs"):
        application_from_environment("wsgi")
    monkeypatch.setenv("BANDITWARE_APP", "a_shop:broken()")
    with pytest.raises(OSError, match="the app's own"):
        application_from_environment("wsgi")


@pytest.mark.parametrize(
    ("module", "named"), [(banditware.wsgi, "a_shop:app"), (banditware.asgi, "a_shop:asynchronous")]
)
def test_the_module_makes_one_application(
    shop: Path, monkeypatch: pytest.MonkeyPatch, module: Any, named: str
) -> None:
    """However often a server asks the module for `application`, it is one and the same."""
    monkeypatch.setenv("BANDITWARE_APP", named)
    application = module.application
    application.bandit.close()
    again = module.application
    monkeypatch.delattr(module, "application")
    assert application is again


def started(code: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run code in a process of its own, as a server is started."""
    inherited = {k: v for k, v in os.environ.items() if not k.startswith("BANDITWARE_")}
    return subprocess.run(
        [sys.executable, "-c", code],
        env={**inherited, **variables},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


@pytest.mark.parametrize(
    ("interface", "named"), [("wsgi", "a_shop:app"), ("asgi", "a_shop:asynchronous")]
)
def test_a_server_imports_the_application(shop: Path, interface: str, named: str) -> None:
    """In a process of its own, `from banditware.wsgi import application` is the wrapped app."""
    code = f"from banditware.{interface} import application; print(type(application).__name__)"
    config = str(shop / "banditware.yaml")
    run = started(
        code, BANDITWARE_APP=named, BANDITWARE_CONFIG=config, PYTHONPATH=f"{shop}:{Path.cwd()}"
    )
    assert (run.stdout.strip(), run.stderr) == (f"{interface.upper()}Middleware", "")


def test_a_server_without_variables_is_told() -> None:
    """Without the variables the import fails with all that is to be set."""
    run = started("from banditware.wsgi import application")
    assert run.returncode == 1
    assert "BANDITWARE_APP: is not set" in run.stderr
    assert "BANDITWARE_CONFIG: is not set" in run.stderr


@pytest.mark.parametrize(
    ("module", "named"), [(banditware.wsgi, "a_shop:app"), (banditware.asgi, "a_shop:asynchronous")]
)
def test_an_application_is_built_for_servers_that_do_not_ask(
    shop: Path, monkeypatch: pytest.MonkeyPatch, module: Any, named: str
) -> None:
    """`build()` returns what `application` is, whichever is asked for first."""
    monkeypatch.setenv("BANDITWARE_APP", named)
    monkeypatch.delitem(vars(module), "application", raising=False)
    built = module.build()
    assert built is module.application
    assert module.build() is built
    built.bandit.close()
    monkeypatch.delitem(vars(module), "application")
