from __future__ import annotations

import http.client
import re
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from banditware import Bandit
from banditware.cli.dashboard import _Quiet, alone, opened
from banditware.config import Settings, load
from tests.cli.commands import run
from tests.wires import wsgi

CONFIG = """\
secret_keys: [a secret of the tests]
store: sqlite:///counts.db
log: {file: decisions.jsonl}
dashboard: {token: a-token-of-the-app-itself}
experiments:
  button: {arms: [green, red]}
routes:
  - {match: GET /, choose: button}
"""


@pytest.fixture
def config(config: Path) -> Path:
    """A configuration of which something was counted."""
    with Bandit.from_config(config) as bandit:
        bandit.decide("button")
    return config


@contextmanager
def serving(settings: Settings, host: str = "127.0.0.1") -> Iterator[int]:
    """Serve the dashboard, and give its port."""
    with Bandit(settings) as bandit, opened(bandit, host, 0) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield server.server_port
        finally:
            server.shutdown()
            thread.join()


def ask(port: int, path: str, cookie: str = "", host: str = "127.0.0.1") -> tuple[int, str, str]:
    """Return the status, the cookie and the text that a path is answered with."""
    connection = http.client.HTTPConnection(host, port, timeout=60)
    connection.request("GET", path, headers={"Cookie": cookie} if cookie else {})
    response = connection.getresponse()
    text = response.read().decode()
    connection.close()
    return response.status, (response.getheader("Set-Cookie") or "").partition(";")[0], text


def test_the_url_that_is_shown_signs_in(config: Path) -> None:
    """Whoever follows the URL is signed in for as long as the browser keeps the cookie, to look."""
    with serving(alone(load(config), "a-token-of-this-run", write=False)) as port:
        assert "sign-in" in ask(port, "/")[2]
        assert ask(port, "/?token=a-token-of-the-app-itself")[:2] == (403, "")
        status, cookie, _ = ask(port, "/?token=a-token-of-this-run")
        assert (status, cookie.partition("=")[0]) == (303, "bw_dashboard")
        page = ask(port, "/", cookie)[2]
        assert "experiments/button" in page
        assert "read only" in page
        assert "button" in ask(port, "/experiments/button", cookie)[2]
        assert ask(port, "/anything", cookie)[0] == 404


def test_whoever_has_the_url_may_change_things_if_asked_for(config: Path) -> None:
    """With `--write` the URL lets somebody change experiments."""
    with serving(alone(load(config), "a-token-of-this-run", write=True)) as port:
        cookie = ask(port, "/?token=a-token-of-this-run")[1]
        assert "may change experiments" in ask(port, "/", cookie)[2]


def test_nothing_else_is_served_or_written(config: Path) -> None:
    """Neither the routes of the app nor its log are at work beside it, and nothing is counted."""
    settings = alone(load(config), "a-token-of-this-run", write=False)
    assert (settings.routes, settings.beacon, settings.log, settings.stamp) == ((), None, (), None)
    with Bandit(settings) as bandit, opened(bandit, "127.0.0.1", 0) as server:
        app = server.get_app()
        assert app is not None
        served = wsgi.serve(app, wsgi.environ("GET", "//anything"))
    assert (served.status, served.body) == ("404 Not Found", b"")


@pytest.mark.skipif(not socket.has_ipv6, reason="this machine has no IPv6")
def test_other_addresses(config: Path) -> None:
    """It listens on addresses of IPv6 as well."""
    with serving(alone(load(config), "a-token-of-this-run", write=False), "::1") as port:
        assert ask(port, "/", host="::1")[0] == 200


def test_a_port_that_is_taken(config: Path) -> None:
    """A port that somebody else listens on is an error that says so."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        result = run("dashboard", config, "--port", port)
    assert result.exit_code == 1
    assert f"cannot listen on 127.0.0.1, port {port}" in result.output


def test_what_cannot_be_shown(tmp_path: Path) -> None:
    """Mistakes exit with 2, counts that are not there with 1."""
    file = tmp_path / "banditware.yaml"
    file.write_text("experiments: {}", encoding="utf-8")
    assert run("dashboard", file).exit_code == 2
    file.write_text(CONFIG, encoding="utf-8")
    result = run("dashboard", file)
    assert (result.exit_code, "nothing was counted yet" in result.output) == (1, True)


def test_it_ends_by_ctrl_c(config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The command prints its URL at once, and ends well by Ctrl-C."""

    def interrupted(server: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("banditware.cli.dashboard._Server.serve_forever", interrupted)
    result = run("dashboard", config, "--port", "0")
    assert result.exit_code == 0
    assert re.search(r"^http://127\.0\.0\.1:\d+/\?token=[\w-]{32}$", result.output, re.MULTILINE)


def test_the_command_itself(config: Path) -> None:
    """The command serves what its URL promises, logs no token, and is ended by a signal."""
    command = [sys.executable, "-m", "banditware", "dashboard", str(config), "--port", "0"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        url = urlsplit(process.stdout.readline().strip())
        assert url.port is not None
        cookie = ask(url.port, f"/?{url.query}")[1]
        assert "experiments/button" in ask(url.port, "/", cookie)[2]
    finally:
        process.terminate()
        _, errors = process.communicate(timeout=60)
    assert "token" not in errors


def test_names_of_addresses_are_not_looked_up() -> None:
    """Older wsgiref asks for the name of every client, which may take long to find."""
    handler = _Quiet.__new__(_Quiet)
    handler.client_address = ("192.0.2.1", 40_000)
    assert handler.address_string() == "192.0.2.1"
