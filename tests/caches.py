"""Real caches on loopback, in front of a real server, configured by `banditware cdn`."""

from __future__ import annotations

import contextlib
import getpass
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

from banditware.cdn import snippets
from banditware.config import load
from tests.serving import free_port, started

_NGINX = """\
user {user};
daemon off;
worker_processes 1;
pid {folder}/nginx.pid;
events {{ worker_connections 512; }}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    fastcgi_temp_path {folder}/fastcgi;
    proxy_temp_path {folder}/proxy;
    scgi_temp_path {folder}/scgi;
    uwsgi_temp_path {folder}/uwsgi;
    proxy_cache_path {folder}/pages keys_zone=pages:4m;
    {http}
    server {{
        listen 127.0.0.1:{port};
        location / {{
            proxy_pass http://127.0.0.1:{app};
            proxy_set_header Host $http_host;
            proxy_cache pages;
            add_header X-Cache $upstream_cache_status always;
            {location}
        }}
    }}
}}
"""

_VARNISH = """\
vcl 4.1;
backend default {{ .host = "127.0.0.1"; .port = "{app}"; }}
{include}
sub vcl_deliver {{
    set resp.http.X-Cache = "MISS";
    if (obj.hits > 0) {{ set resp.http.X-Cache = "HIT"; }}
}}
"""


def installed(cache: str) -> str | None:
    """Return the program of a cache, or None if it is not there; Debian has packages of all."""
    return shutil.which(PROGRAMS[cache], path=_PATH)


#: What runs each cache; a Worker runs in Node.
PROGRAMS = {"nginx": "nginx", "varnish": "varnishd", "cloudflare": "node"}


#: Servers lie where only administrators look.
_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


def write_snippets(folder: Path, cache: str) -> None:
    """Write what `banditware cdn` says for the configuration in the folder."""
    for name, text in snippets(load(folder / "banditware.yaml"), cache).items():
        (folder / name).write_text(text, encoding="utf-8")


@contextlib.contextmanager
def nginx(folder: Path, app: int, *, location: str | None = None) -> Iterator[int]:
    """Run nginx in front of a port, with the snippet or other settings; yields its own port."""
    write_snippets(folder, "nginx")
    http = f"include {folder}/banditware-http.conf;"
    port = free_port()
    text = _NGINX.format(
        user=getpass.getuser(),
        folder=folder,
        port=port,
        app=app,
        http=http,
        location=location or f"include {folder}/banditware-location.conf;",
    )
    (folder / "nginx.conf").write_text(text)
    program, log = str(installed("nginx")), str(folder / "nginx.log")
    with started([program, "-c", str(folder / "nginx.conf"), "-e", log], folder, port):
        yield port


@contextlib.contextmanager
def varnish(folder: Path, app: int) -> Iterator[int]:
    """Run Varnish in front of a port, with the snippet; yields its own port."""
    write_snippets(folder, "varnish")
    include = f'include "{folder}/banditware.vcl";'
    (folder / "default.vcl").write_text(_VARNISH.format(app=app, include=include))
    port = free_port()
    command = [
        *(str(installed("varnish")), "-F", "-j", "none", "-n", str(folder / "varnish")),
        *("-f", str(folder / "default.vcl"), "-a", f"127.0.0.1:{port}", "-s", "malloc,16m"),
    ]
    with started(command, folder, port):
        yield port


@contextlib.contextmanager
def cloudflare(folder: Path, app: int) -> Iterator[int]:
    """Run the Worker in Node in front of a port; yields its own port."""
    write_snippets(folder, "cloudflare")
    port = free_port()
    harness = Path(__file__).with_name("worker.mjs")
    worker = folder / "banditware-worker.mjs"
    command = [str(installed("cloudflare")), str(harness), str(worker), str(port), str(app)]
    with started(command, folder, port):
        yield port


#: What runs each cache.
CACHES: dict[str, Callable[..., contextlib.AbstractContextManager[int]]] = {
    "nginx": nginx,
    "varnish": varnish,
    "cloudflare": cloudflare,
}
