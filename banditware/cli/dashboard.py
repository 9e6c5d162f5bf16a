"""`banditware dashboard`: see the experiments in a browser, without the app."""

from __future__ import annotations

import secrets
import socket
from collections.abc import Iterable
from socketserver import ThreadingMixIn
from typing import TYPE_CHECKING
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer

import click

from banditware.alerting import Alerting
from banditware.bandit import Bandit
from banditware.cli.reading import counting, loaded
from banditware.config import Settings
from banditware.dashboard_settings import DashboardSettings
from banditware.wsgi import WSGIMiddleware

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

#: Where it is to be found unless somebody wants another port.
PORT = 8765


@click.command()
@click.argument("config", type=click.Path())
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--port",
    default=PORT,
    show_default=True,
    type=click.IntRange(0, 65_535),
    help="Port to listen on; 0 takes a free one.",
)
@click.option("--write", is_flag=True, help="Let whoever has the URL change experiments.")
def dashboard(config: str | Settings, *, host: str, port: int, write: bool = False) -> None:
    """Serve the dashboard of CONFIG by itself, and print its URL.

    The URL holds a token that is made for this run: whoever has it may look. Ctrl-C ends it. Exits
    with 2 if CONFIG has mistakes, and with 1 if there are no counts to read or the port is taken.
    """
    token = secrets.token_urlsafe(24)
    settings = alone(loaded(config), token, write=write)
    with counting(settings) as bandit, opened(bandit, host, port) as server:
        shown = f"[{host}]" if ":" in host else host
        click.echo(f"http://{shown}:{server.server_port}/?token={token}")
        click.echo("Whoever has this URL may look. Ctrl-C ends it.", err=True)
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            click.echo(err=True)


def alone(settings: Settings, token: str, *, write: bool) -> Settings:
    """Return settings by which nothing is served but the dashboard, to who has the token."""
    found = DashboardSettings(
        path="",
        token=None if write else token,
        write_token=token if write else None,
        by_url=True,
    )
    served = settings._replace(dashboard=found, routes=(), beacon=None, log=())
    # Without a stamp the file is not read again, which would bring back its own routes. Alarms and
    # guardrails are for the processes of the app.
    return served._replace(stamp=None, alarms=Alerting(), guardrails={})


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True

    def server_bind(self) -> None:
        """Bind without asking for the name of the address, which may take long."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind(self.server_address)
        self.server_address = self.socket.getsockname()
        host, self.server_port = self.socket.getsockname()[:2]
        self.server_name = str(host)
        self.setup_environ()


class _SixServer(_Server):
    address_family = socket.AF_INET6


class _Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the base class's name
        """Say nothing: a token may stand in a request."""

    def address_string(self) -> str:
        """Return the address; its name may take long to find."""
        return str(self.client_address[0])


def opened(bandit: Bandit, host: str, port: int) -> WSGIServer:
    """Return a server that listens, with a thread for every request.

    Raises:
        click.ClickException: it cannot listen there.
    """
    kind = _SixServer if ":" in host else _Server
    try:
        server = kind((host, port), _Quiet)
    except OSError as error:
        raise click.ClickException(f"cannot listen on {host}, port {port}: {error}") from error
    server.set_app(WSGIMiddleware(_nothing, bandit))
    return server


def _nothing(_environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    """Answer what the dashboard does not."""
    start_response("404 Not Found", [])
    return []
