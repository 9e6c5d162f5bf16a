"""A shop with one button, as a project of Django in one file.

`python shop.py runserver`, `gunicorn shop:application` or `uvicorn shop:asgi_application` serve it.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from django.conf import settings
from django.core.asgi import get_asgi_application
from django.core.management import execute_from_command_line
from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path

from banditware_django import choose, reward

HERE = Path(__file__).resolve().parent

settings.configure(
    ALLOWED_HOSTS=["127.0.0.1", "localhost"],
    BANDITWARE={"CONFIG": "banditware.yaml"},
    BASE_DIR=HERE,
    DEBUG="SECRET_KEY" not in os.environ,
    INSTALLED_APPS=["banditware_django"],
    MIDDLEWARE=[
        "banditware_django.middleware.BanditsMiddleware",
        "django.middleware.security.SecurityMiddleware",
        "django.middleware.common.CommonMiddleware",
        "django.middleware.csrf.CsrfViewMiddleware",
    ],
    ROOT_URLCONF=__name__,
    SECRET_KEY=os.environ.get("SECRET_KEY", "for trying it out only"),
    TEMPLATES=[
        {
            "BACKEND": "django.template.backends.django.DjangoTemplates",
            "DIRS": [HERE / "templates"],
            "OPTIONS": {"context_processors": ["django.template.context_processors.request"]},
        }
    ],
)


@choose("color_btn")
def home(request: HttpRequest, color_btn: str) -> HttpResponse:
    """Show the button in the color of the visitor's arm; its text is decided in the template."""
    return render(request, "shop.html", {"color": color_btn})


@reward("color_btn")
@reward("txt_btn")
def btnclick(request: HttpRequest) -> HttpResponse:
    """Take the click: whatever the visitor saw has earned something."""
    return redirect("thanks")


def thanks(request: HttpRequest) -> HttpResponse:
    """Say thank you."""
    return render(request, "thanks.html")


urlpatterns = [
    path("", home, name="home"),
    path("btnclick", btnclick, name="btnclick"),
    path("thanks", thanks, name="thanks"),
]

application = get_wsgi_application()
asgi_application = get_asgi_application()

if __name__ == "__main__":
    execute_from_command_line(sys.argv)
