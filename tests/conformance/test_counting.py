"""Which responses are pulls, and under which reason the others are counted."""

from __future__ import annotations

import pytest

from tests.wires.shop import CONFIG, OpenShop, Totals, counted
from tests.wires.visitors import Door, Reply, Request, Seen

ANY_METHOD = [{"match": "/", "choose": "color"}]

UNCOUNTED = {
    "HEAD": (Request("HEAD"), 200, "head"),
    "OPTIONS": (Request("OPTIONS"), 200, "method"),
    "POST": (Request("POST"), 200, "method"),
    "not modified": (Request(), 304, "not_modified"),
    "not found": (Request(), 404, "status"),
    "crash": (Request(), 500, "status"),
    "early": (Request(), 101, "status"),
    "Sec-Purpose": (Request(headers=(("sec-purpose", "prefetch;prerender"),)), 200, "prefetch"),
    "Purpose": (Request(headers=(("purpose", "preview"),)), 200, "prefetch"),
    "X-Moz": (Request(headers=(("x-moz", "prefetch"),)), 200, "prefetch"),
    "crawler": (Request(user_agent="Googlebot/2.1 (+http://www.google.com/bot.html)"), 200, "bot"),
    "no User-Agent": (Request(user_agent=""), 200, "bot"),
}


@pytest.mark.parametrize("status", [200, 204, 206, 302])
def test_a_response_that_went_well_is_one_pull(
    door: Door, open_shop: OpenShop, status: int
) -> None:
    """A GET whose response is 2xx or 3xx is one pull, and nothing is excluded."""
    shop = open_shop()
    door.visitor(shop, lambda seen: Reply(status)).get()
    assert counted(shop) == Totals(1, 0, 0, {})


@pytest.mark.parametrize("case", UNCOUNTED)
def test_what_is_no_pull_is_counted_under_its_reason(
    door: Door, open_shop: OpenShop, case: str
) -> None:
    """A response that shows no arm to a person is no pull, but is counted under its reason."""
    request, status, reason = UNCOUNTED[case]
    shop = open_shop(routes=ANY_METHOD)
    door.visitor(shop, lambda seen: Reply(status)).send(request)
    assert counted(shop) == Totals(0, 0, 0, {reason: 1})


@pytest.mark.parametrize("method", ["HEAD", "GET"])
def test_a_bad_status_or_a_question_sets_no_cookie(
    door: Door, open_shop: OpenShop, method: str
) -> None:
    """Neither HEAD nor an error response sets a cookie."""
    status = 200 if method == "HEAD" else 503
    ask = door.ask(open_shop(), lambda seen: Reply(status))
    assert ask(Request(method)).values("set-cookie") == []


def test_a_bot_gets_the_default_and_no_cookie(door: Door, open_shop: OpenShop) -> None:
    """Every bot sees the default arm and none gets a cookie."""
    seen_values = []

    def view(seen: Seen) -> Reply:
        seen_values.append(seen.shop["color"])
        return Reply()

    shop = open_shop()
    ask = door.ask(shop, view)
    replies = [ask(Request(user_agent="curl/8.5.0")) for _ in range(12)]
    assert seen_values == ["#f00"] * 12
    assert not any(reply.values("set-cookie") for reply in replies)


def test_bots_are_counted_where_the_configuration_says_so(door: Door, open_shop: OpenShop) -> None:
    """With `bots: count` a bot is a visitor like any other."""
    shop = open_shop(bots="count")
    assert door.ask(shop)(Request(user_agent="curl/8.5.0")).values("set-cookie")
    assert counted(shop) == Totals(1, 0, 0, {})


def test_a_returning_visitor_sees_the_same_arm_and_is_no_new_pull(
    door: Door, open_shop: OpenShop
) -> None:
    """The second visit serves the arm of the first, without a pull and without a Set-Cookie."""
    values = []

    def view(seen: Seen) -> Reply:
        values.append(seen.shop["color"])
        return Reply()

    shop = open_shop()
    for _ in range(8):
        visitor = door.visitor(shop, view)
        assert len(visitor.get().values("set-cookie")) == 1
        assert visitor.get().values("set-cookie") == []
    assert values[::2] == values[1::2]
    assert set(values) == {"#f00", "#00f"}
    assert counted(shop) == Totals(8, 0, 0, {})


def test_head_tells_a_returning_visitor_of_the_same_arm(door: Door, open_shop: OpenShop) -> None:
    """HEAD of a returning visitor sees the arm that GET sees, and is no pull."""
    values = []

    def view(seen: Seen) -> Reply:
        values.append(seen.shop["color"])
        return Reply()

    shop = open_shop()
    for _ in range(6):
        visitor = door.visitor(shop, view)
        visitor.get()
        assert visitor.send(Request("HEAD")).values("set-cookie") == []
    assert values[::2] == values[1::2]
    assert counted(shop).pulls == 6


def test_what_was_fetched_in_advance_becomes_a_pull_when_it_is_looked_at(
    door: Door, open_shop: OpenShop
) -> None:
    """A prefetch decides and remembers; the visit that follows shows the same arm and is the pull.

    Browsers that fetch through a private proxy send no cookie, which is what is done here.
    """
    values = []

    def view(seen: Seen) -> Reply:
        values.append(seen.shop["color"])
        return Reply()

    shop = open_shop()
    for _ in range(6):
        visitor = door.visitor(shop, view)
        visitor.get(headers=(("sec-purpose", "prefetch"),))
        visitor.get()
        visitor.get()
    assert values[::3] == values[1::3] == values[2::3]
    assert counted(shop) == Totals(6, 0, 0, {"prefetch": 6})


@pytest.mark.parametrize("path", ["//", "/x", "/./", "/../", "/ "])
def test_paths_are_not_collapsed(door: Door, open_shop: OpenShop, path: str) -> None:
    """A route for `/` matches `/` alone."""
    shop = open_shop()
    reply = door.ask(shop)(Request(path=path))
    assert reply.headers == Reply().headers
    assert counted(shop) == Totals(0, 0, 0, {})


def test_doubled_slashes_and_dots_match_no_pattern(door: Door, open_shop: OpenShop) -> None:
    """`//x`, `/a//x` and `/a/../x` match neither `/x` nor `/<name>` nor `/a/x`."""
    patterns = ("/x", "/<name>", "/a/x", "/a/<name>")
    shop = open_shop(routes=[{"match": f"GET {each}", "choose": "color"} for each in patterns])
    ask = door.ask(shop)
    for path in ("//x", "/a//x", "/a/../x", "/x/", "//a/x"):
        ask(Request(path=path))
    assert counted(shop) == Totals(0, 0, 0, {})
    ask(Request(path="/x"))
    assert counted(shop).pulls == 1


def test_paths_are_matched_as_text(door: Door, open_shop: OpenShop) -> None:
    """A route that is written in UTF-8 matches the path that a browser asks for."""
    shop = open_shop(routes=[{"match": "GET /café", "choose": "color"}])
    door.ask(shop)(Request(path="/café"))
    assert counted(shop).pulls == 1


@pytest.mark.parametrize(("host", "pulls"), [("shop.example:8080", 1), ("other.example", 0)])
def test_routes_of_one_host(door: Door, open_shop: OpenShop, host: str, pulls: int) -> None:
    """A route with a host matches requests to that host, on any port."""
    routes = [{"match": "GET /", "host": "shop.example", "choose": "color"}]
    shop = open_shop(routes=routes)
    door.ask(shop)(Request(headers=(("host", host),)))
    assert counted(shop).pulls == pulls


def test_a_route_says_which_status_it_wants(door: Door, open_shop: OpenShop) -> None:
    """A choose route with a status of its own takes no other response for a pull."""
    shop = open_shop(routes=[{"match": "GET /", "choose": "color", "status": 200}])
    door.ask(shop, lambda seen: Reply(302))(Request())
    assert counted(shop) == Totals(0, 0, 0, {"status": 1})


def test_a_view_may_decide_by_itself(door: Door, open_shop: OpenShop) -> None:
    """What a view decides without any route is remembered, and a pull once the response is good."""
    shop = open_shop(routes=[])
    visitor = door.visitor(shop, lambda seen: Reply(headers=(("x-color", seen.shop["color"]),)))
    first, second = visitor.get("/anywhere"), visitor.get("/elsewhere")
    assert first.values("x-color") == second.values("x-color")
    assert (len(first.values("set-cookie")), second.values("set-cookie")) == (1, [])
    assert first.values("vary") == second.values("vary") == ["Cookie"]
    assert counted(shop) == Totals(1, 0, 0, {})


def test_a_page_outside_of_all_routes_is_left_alone(door: Door, open_shop: OpenShop) -> None:
    """A response on no route is the app's own, and nothing is counted."""
    shop = open_shop()
    assert door.visitor(shop).get("/elsewhere") == door.bare()(Request(path="/elsewhere"))
    assert counted(shop) == Totals(0, 0, 0, {})


def test_an_app_that_is_wrapped_twice_counts_once(door: Door, open_shop: OpenShop) -> None:
    """The outer of two wrappers counts, and the inner one keeps out of it."""
    from banditware import wrap  # noqa: PLC0415  # told apart from the wrapping of the door

    outer, inner = open_shop(), open_shop()
    view_of = door.entry
    ask = view_of(lambda seen: Reply(), lambda app: wrap(wrap(app, inner), outer))
    reply = ask(Request())
    assert len(reply.values("set-cookie")) == 1
    assert reply.values("vary") == ["Cookie"]
    assert (counted(outer).pulls, counted(inner).pulls) == (1, 0)


def test_every_experiment_of_a_route_is_decided(door: Door, open_shop: OpenShop) -> None:
    """Two experiments on one page are two decisions in one cookie."""
    both = {**CONFIG["experiments"], "size": {"arms": ["big", "small"]}}
    routes = [{"match": "GET /", "choose": ["color", "size"]}]
    shop = open_shop(experiments=both, routes=routes)
    visitor = door.visitor(shop)
    assert len(visitor.get().values("set-cookie")) == 1
    assert visitor.get().values("set-cookie") == []
    assert (counted(shop).pulls, counted(shop, "size").pulls) == (1, 1)
