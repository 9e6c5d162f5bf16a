"""Apps that nobody here wrote: how they are served, where visitors look, what they make there."""

from __future__ import annotations

import base64
import subprocess
import sys
import urllib.parse
from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import partial
from pathlib import Path
from typing import NamedTuple

from tests.serving import Server, Visitor, gunicorn, uvicorn

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

KINTO = """
import kinto

application = kinto.main({}, **{
    "kinto.bucket_create_principals": "system.Everyone",
    "kinto.storage_backend": "kinto.core.storage.memory",
    "kinto.permission_backend": "kinto.core.permission.memory",
    "kinto.cache_backend": "kinto.core.cache.memory",
})
"""

KINTO_ROUTES = """
  - {match: GET /v1/, choose: [welcome, layout]}
  - {match: PUT /v1/buckets/<bucket>, status: 201, reward: [welcome, layout]}
"""

#: `python site_django.py` makes the database and who may change it.
DJANGO = """
from django.conf import settings

settings.configure(
    ALLOWED_HOSTS=["127.0.0.1"],
    DATABASES={"default": {
        "ENGINE": "django.db.backends.sqlite3", "NAME": "site.db", "OPTIONS": {"timeout": 20},
    }},
    INSTALLED_APPS=[f"django.contrib.{each}" for each in (
        "admin", "auth", "contenttypes", "sessions", "messages", "staticfiles",
    )],
    MIDDLEWARE=[
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.middleware.csrf.CsrfViewMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
        "django.contrib.messages.middleware.MessageMiddleware",
    ],
    PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"],
    ROOT_URLCONF=__name__,
    SECRET_KEY="a key of the admin, which only its tests know",
    STATIC_URL="static/",
    TEMPLATES=[{
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {"context_processors": [
            "django.template.context_processors.request",
            "django.contrib.auth.context_processors.auth",
            "django.contrib.messages.context_processors.messages",
        ]},
    }],
    USE_TZ=True,
)

from django.core.wsgi import get_wsgi_application

application = get_wsgi_application()

from django.contrib import admin
from django.urls import path

urlpatterns = [path("admin/", admin.site.urls)]

if __name__ == "__main__":
    from django.contrib.auth.models import User
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    User.objects.create_superuser("joe", password="pass")
"""

DJANGO_ROUTES = """
  - {match: GET /admin/, choose: [welcome, layout]}
  - {match: POST /admin/auth/group/add/, status: 302, reward: [welcome, layout]}
"""

JSON = "application/json"

FORM = "application/x-www-form-urlencoded"


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


def make_bucket(visitor: Visitor, name: str) -> bool:
    """Make a bucket in Kinto; one that is there already is refused."""
    headers = {"Accept": JSON, "Content-Type": JSON, "If-None-Match": "*"}
    return visitor.request("PUT", f"/v1/buckets/{name}", "{}", **headers).status == 201


def make_group(visitor: Visitor, name: str) -> bool:
    """Make a group in Django's admin; of one that is there already the form is shown again."""
    return send_form(visitor, "/admin/auth/group/add/", name=name)


def send_form(visitor: Visitor, path: str, **fields: str) -> bool:
    """Send a form of the admin; return whether it led to another page."""
    fields["csrfmiddlewaretoken"] = visitor.cookies["csrftoken"]
    body = urllib.parse.urlencode(fields)
    return visitor.request("POST", path, body, **{"Content-Type": FORM}).status == 302


def log_in(visitor: Visitor) -> None:
    """Log in to Django's admin, whose pages nobody else sees."""
    assert visitor.get("/admin/login/").status == 200
    assert send_form(visitor, "/admin/login/", username="joe", password="pass", next="/admin/")


def stay_outside(visitor: Visitor) -> None:
    """Come as anybody does."""


class Site(NamedTuple):
    """A real app.

    Attributes:
        serve: runs it.
        app: where it is.
        page: what visitors look at.
        make: makes something there, unless its name is taken.
        routes: what is chosen and rewarded.
        enter: what visitors do first.
        package: what has to be installed.
    """

    serve: Callable[[Path, str], AbstractContextManager[Server]]
    app: str
    page: str
    make: Callable[[Visitor, str], bool]
    routes: str
    enter: Callable[[Visitor], None] = stay_outside
    package: str = ""

    def visitor(self, port: int) -> Visitor:
        """Return somebody new, who has not looked yet."""
        visitor = Visitor(port)
        self.enter(visitor)
        return visitor


#: Kinto's memory is that of one process.
SITES = {
    "radicale": Site(gunicorn, "radicale:application", "/.web/", make_calendar, RADICALE_ROUTES),
    "starlette-admin": Site(uvicorn, "site_admin:app", "/admin/", make_article, ADMIN_ROUTES),
    "kinto": Site(
        partial(gunicorn, workers=1),
        *("site_kinto:application", "/v1/", make_bucket, KINTO_ROUTES),
        package="kinto",
    ),
    "django-admin": Site(
        gunicorn, "site_django:application", "/admin/", make_group, DJANGO_ROUTES, enter=log_in
    ),
}


def prepare(name: str, folder: Path) -> Site:
    """Write all that a site needs into a folder, and return the site."""
    site = SITES[name]
    (folder / "banditware.yaml").write_text(HEAD + site.routes)
    (folder / "site_admin.py").write_text(ADMIN)
    (folder / "site_django.py").write_text(DJANGO)
    (folder / "site_kinto.py").write_text(KINTO)
    (folder / "radicale.conf").write_text(RADICALE.format(folder=folder))
    if name == "django-admin":
        subprocess.run([sys.executable, "site_django.py"], cwd=folder, check=True, timeout=120)
    return site
