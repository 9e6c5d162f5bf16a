from __future__ import annotations

from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.template import Context, Engine, RequestContext
from django.template.backends.jinja2 import Jinja2

from banditware import wrap
from banditware.current import NoVisitError
from tests.django.site import page, project
from tests.wires.shop import OpenShop, counted

TAGS = Engine(libraries={"banditware": "banditware_django.templatetags.banditware"})

BACKEND = Jinja2(
    {
        "NAME": "jinja2",
        "DIRS": [],
        "APP_DIRS": False,
        "OPTIONS": {"environment": "banditware_django.jinja2.environment"},
    }
)

COLORS = {b"#f00", b"#00f"}


def rendered(text: str, context: Context) -> HttpResponse:
    """Return a page of Django's templates."""
    template = TAGS.from_string("{% load banditware %}" + text)
    return HttpResponse(template.render(context))


@pytest.mark.parametrize(
    "text", ['{% arm "color" %}', '{% arm "color" as colour %}{{ colour }}', "{% arm name %}"]
)
def test_a_tag_shows_the_arm(open_shop: OpenShop, text: str) -> None:
    """The tag shows or keeps the value of the arm, which is decided then."""
    shop = open_shop(routes=[])
    names = {"name": "color"}
    app = project(shop, lambda request: rendered(text, RequestContext(request, names)))
    assert page(app).body in COLORS
    assert counted(shop).pulls == 1


def test_a_value_is_escaped(open_shop: OpenShop) -> None:
    """What an arm says is text, not markup, unless the template says otherwise."""
    shop = open_shop(experiments={"color": {"arms": {"bold": "<b>"}}}, routes=[])
    app = project(shop, lambda request: rendered('{% arm "color" %}', RequestContext(request)))
    assert page(app).body == b"&lt;b&gt;"


def test_a_template_need_not_know_the_request(open_shop: OpenShop) -> None:
    """Without a request in its context, a template belongs to the one that is being handled."""
    shop = open_shop(routes=[])
    assert page(project(shop, lambda request: rendered('{% arm "color" %}', Context()))).body in (
        COLORS
    )
    with pytest.raises(NoVisitError):
        rendered('{% arm "color" %}', Context())


@pytest.mark.parametrize("request_too", [True, False])
def test_jinja_shows_the_arm(open_shop: OpenShop, request_too: bool) -> None:
    """`arm` is a function of the templates of Jinja2, with and without a request."""

    def view(request: HttpRequest) -> HttpResponse:
        template: Any = BACKEND.from_string('{{ arm("color") }}')
        return HttpResponse(template.render({}, request if request_too else None))

    shop = open_shop(routes=[])
    assert page(project(shop, view)).body in COLORS
    assert counted(shop).pulls == 1


def test_templates_of_a_wrapped_project_show_the_outer_arm(open_shop: OpenShop) -> None:
    """Tags ask whoever counts: here the wrapper around the project."""
    outer, inner = open_shop(routes=[]), open_shop(routes=[])
    app = project(inner, lambda request: rendered('{% arm "color" %}', RequestContext(request)))
    assert page(wrap(app, outer)).body in COLORS
    assert (counted(outer).pulls, counted(inner).pulls) == (1, 0)


@pytest.mark.parametrize("jinja", [True, False])
def test_templates_show_the_beacon(open_shop: OpenShop, jinja: bool) -> None:
    """The tag and the function show the script's tag as it is, with the nonce that is given."""

    def view(request: HttpRequest) -> HttpResponse:
        if jinja:
            template: Any = BACKEND.from_string('{{ arm("color") }}{{ beacon("n1") }}')
            return HttpResponse(template.render({}, request))
        return rendered('{% arm "color" %}{% beacon "n1" %}', RequestContext(request))

    body = page(project(open_shop(routes=[], count="beacon"), view)).body
    assert b'<script src="/.banditware/beacon.js?' in body
    assert b'data-decisions="color~' in body
    assert b' nonce="n1" async></script>' in body
