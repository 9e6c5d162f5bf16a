"""Who takes part, by what a request says of its subject; the same by every way in."""

from __future__ import annotations

from typing import Any

import pytest

from tests.wires.shop import CONFIG, OpenShop, Totals, counted
from tests.wires.visitors import Door, Reply, Request, Seen

ATTRIBUTES = {
    "country": {"header": "CF-IPCountry"},
    "city": {"header": "X-City"},
    "plan": {"cookie": "plan"},
    "source": {"query": "utm_source"},
    "item": {"path": "item"},
}
ROUTES = [{"match": "/<int:item>", "choose": "color"}]


def config(attribute: str, operator: str, value: object, **more: Any) -> dict[str, Any]:
    """Return a configuration whose experiment has one condition."""
    condition = {"attribute": attribute, "operator": operator, "value": value}
    color = {**CONFIG["experiments"]["color"], "only_if": [condition], **more}
    return {"experiments": {"color": color}, "attributes": ATTRIBUTES, "routes": ROUTES}


CASES: dict[str, tuple[tuple[str, str, object], Request, Request]] = {
    "header": (
        ("country", "ONE_OF", ["GB"]),
        Request(path="/1", headers=(("cf-ipcountry", "GB"),)),
        Request(path="/1", headers=(("cf-ipcountry", "US"),)),
    ),
    "header in UTF-8": (
        ("city", "ONE_OF", ["Århus"]),
        Request(path="/1", headers=(("x-city", "Århus".encode().decode("latin-1")),)),
        Request(path="/1", headers=(("x-city", "x" * 10_000),)),
    ),
    "cookie": (
        ("plan", "MATCHES", "^pro"),
        Request(path="/1", cookie='a=b; plan="pro plus"'),
        Request(path="/1", cookie='plan; =; plan="; \\'),
    ),
    "query": (
        ("source", "ONE_OF", ["news letter"]),
        Request(path="/1", query="x=1&utm_source=news%20letter"),
        Request(path="/1", query="utm_source=%"),
    ),
    "path": (("item", "LT", 10), Request(path="/9"), Request(path="/10")),
    "missing": (
        ("country", "IS_NULL", True),
        Request(path="/1"),
        Request(path="/1", headers=(("cf-ipcountry", "GB"),)),
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_conditions_about_a_request(door: Door, open_shop: OpenShop, case: str) -> None:
    """Whom the conditions are about takes part; others get the default, and it is counted."""
    condition, match, other = CASES[case]
    values = []

    def view(seen: Seen) -> Reply:
        values.append(seen.shop["color"])
        return Reply()

    shop = open_shop(**config(*condition, holdout="0%"))
    ask = door.ask(shop, view)
    inside = [ask(match) for _ in range(8)]
    outside = [ask(other) for _ in range(8)]
    assert all(reply.values("set-cookie") for reply in inside)
    assert not any(reply.values("set-cookie") for reply in outside)
    assert set(values[:8]) == {"#f00", "#00f"}
    assert values[8:] == ["#f00"] * 8
    assert counted(shop) == Totals(8, 0, 0, {"not_targeted": 8})


def test_a_share_of_the_visitors(door: Door, open_shop: OpenShop) -> None:
    """A visitor outside of the share stays there; the cookie is set once and holds the id alone."""
    color = {**CONFIG["experiments"]["color"], "traffic": "50%"}
    shop = open_shop(experiments={"color": color})
    part = 0
    for _ in range(40):
        visitor = door.visitor(shop)
        assert len(visitor.get().values("set-cookie")) == 1
        assert [visitor.get().values("set-cookie") for _ in range(2)] == [[], []]
        (cookie,) = visitor.jar.values()
        part += "color" in cookie
    assert 5 < part < 35
    assert counted(shop) == Totals(part, 0, 0, {"traffic": 3 * (40 - part)})


def test_responses_to_who_does_not_take_part_are_private(door: Door, open_shop: OpenShop) -> None:
    """No shared cache may hand the page of somebody outside to somebody else."""
    shop = open_shop(**config("country", "ONE_OF", ["GB"]))
    reply = door.ask(shop)(Request(path="/1"))
    assert (reply.values("vary"), reply.values("cache-control")) == (["Cookie"], ["private"])
