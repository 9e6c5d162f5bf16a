"""Apps that nobody here wrote, wrapped by YAML alone: the counts are exactly what visitors did.

`python tests/live/test_real_apps.py` prints what visitors did beside what was stored.
"""

from __future__ import annotations

import base64
import json
import os
import random
import tempfile
from collections import Counter
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.serving import Server, Visitor, gunicorn, stats, uvicorn

HEAD = """
secret_keys: [a-secret-for-tests-of-thirty-two-characters]
store: sqlite:///counts.db
refresh: 100ms
experiments:
  welcome: {arms: {a: one, b: two}}
  layout: {arms: {wide: 1, narrow: 2}, policy: {name: epsilon-greedy, epsilon: 0.3}, goal: made}
routes:
"""

RADICALE = """
[auth]
type = none
[storage]
filesystem_folder = {folder}/collections
[rights]
type = owner_only
[logging]
level = warning
"""

RADICALE_ROUTES = """
  - {match: GET /.web/, choose: [welcome, layout]}
  - {match: "MKCALENDAR /<user>/<calendar>/", status: 201, reward: [welcome, layout]}
"""

ADMIN = """
from sqlalchemy import create_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from starlette.applications import Starlette
from starlette_admin.contrib.sqla import Admin, ModelView

class Base(DeclarativeBase):
    pass

class Article(Base):
    __tablename__ = "article"
    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(unique=True)

engine = create_engine("sqlite:///articles.db", connect_args={"timeout": 20})
Base.metadata.create_all(engine)
app = Starlette()
admin = Admin(engine, title="Articles")
admin.add_view(ModelView(Article))
admin.mount_to(app)
"""

ADMIN_ROUTES = """
  - {match: GET /admin/, choose: [welcome, layout]}
  - {match: POST /admin/article/create, status: 303, reward: [welcome, layout]}
"""


def make_calendar(visitor: Visitor, name: str) -> bool:
    """Make a calendar in Radicale; a name that is taken is refused."""
    user = base64.b64encode(b"joe:pass").decode()
    answer = visitor.request("MKCALENDAR", f"/joe/{name}/", Authorization=f"Basic {user}")
    return answer.status == 201


def make_article(visitor: Visitor, name: str) -> bool:
    """Make an article in the admin; a title that is taken is an error of the server."""
    part = f'Content-Disposition: form-data; name="title"\r\n\r\n{name}'
    body = f"--limit\r\n{part}\r\n--limit--\r\n"
    headers = {"Content-Type": "multipart/form-data; boundary=limit"}
    return visitor.request("POST", "/admin/article/create", body, **headers).status == 303


class Site(NamedTuple):
    """A real app: how it is served, where visitors look, and what they make there."""

    serve: Callable[[Path, str], AbstractContextManager[Server]]
    app: str
    page: str
    make: Callable[[Visitor, str], bool]
    routes: str


SITES = {
    "radicale": Site(gunicorn, "radicale:application", "/.web/", make_calendar, RADICALE_ROUTES),
    "starlette-admin": Site(uvicorn, "site_admin:app", "/admin/", make_article, ADMIN_ROUTES),
}


def visits(site: Site, port: int, number: int, generator: random.Random) -> Counter[str]:
    """Send visitors; return how many looked and how many made something that was not refused."""
    did: Counter[str] = Counter()
    assert site.make(Visitor(port), "taken")  # by somebody who never looked: no decision, no reward
    for index in range(number):
        visitor = Visitor(port)
        for _ in range(generator.randint(1, 3)):
            assert visitor.get(site.page).status == 200
        did["pulls"] += 1
        if generator.random() < 0.5:
            assert not site.make(visitor, "taken")
        made = [site.make(visitor, f"thing{index}x{n}") for n in range(generator.randint(0, 2))]
        assert all(made)
        did["rewards"] += bool(made)
        did["duplicates"] += max(0, len(made) - 1)
    return did


def run(name: str, folder: Path, number: int) -> tuple[Counter[str], dict[str, Counter[str]]]:
    """Return what visitors did, and what is stored by experiment."""
    site = SITES[name]
    (folder / "banditware.yaml").write_text(HEAD + site.routes)
    (folder / "site_admin.py").write_text(ADMIN)
    (folder / "radicale.conf").write_text(RADICALE.format(folder=folder))
    with site.serve(folder, site.app) as server:
        did = visits(site, server.port, number, random.Random(name))
    return did, {
        experiment: Counter(
            pulls=sum(arm["pulls"] for arm in report["arms"].values()),
            rewards=sum(arm["rewards"] for arm in report["arms"].values()),
            duplicates=report["excluded"].get("duplicate", 0),
        )
        for experiment, report in json.loads(stats(folder))["experiments"].items()
    }


@pytest.mark.parametrize("name", SITES)
def test_counts_are_exactly_what_fifty_visitors_did(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both experiments of a real app hold what the visitors did, to the last one."""
    monkeypatch.setenv("RADICALE_CONFIG", str(tmp_path / "radicale.conf"))

    did, stored = run(name, tmp_path, 50)

    assert did["rewards"] > 0
    assert did["duplicates"] > 0
    assert stored == {"welcome": did, "layout": did}


if __name__ == "__main__":
    for each in SITES:
        with tempfile.TemporaryDirectory() as temporary:
            os.environ["RADICALE_CONFIG"] = str(Path(temporary) / "radicale.conf")
            seen, kept = run(each, Path(temporary), 50)
        print(f"{each}: visitors did {dict(seen)}")
        for experiment, counted in kept.items():
            print(f"  stored for {experiment}: {dict(counted)}")
