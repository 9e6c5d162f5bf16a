"""Visitors of an app behind a real cache get the right arms, mostly from the cache.

`PYTHONPATH=. python tests/live/test_nginx.py` sends 200 visitors, 15 visits each, through nginx,
through Varnish and through Cloudflare's Worker in Node, with what `banditware cdn` writes for them,
to gunicorn with two workers, and prints the figures: `apt-get install nginx varnish nodejs`.
"""

from __future__ import annotations

import json
import re
import tempfile
from collections import Counter
from pathlib import Path

import pytest

from tests.caches import CACHES, PROGRAMS, installed, nginx
from tests.cli.commands import run
from tests.serving import Answer, Visitor, gunicorn, stats

#: Every page is public, and its ETag does not see the arm.
APP = """
def app(environ, start_response):
    visit, path = environ["banditware.visit"], environ["PATH_INFO"]
    arms = {name: visit.decisions[name].arm for name in sorted(visit.decisions)}
    headers = [("Cache-Control", "public, max-age=300"), ("Content-Type", "text/plain")]
    if environ.get("HTTP_IF_NONE_MATCH") == '"same"':
        start_response("304 Not Modified", [*headers, ("ETag", '"same"')])
        return []
    body = " ".join(f"{name}={arm}" for name, arm in arms.items()).encode()
    etag = ("ETag", '"same"')
    start_response("200 OK", [*headers, etag, ("Content-Length", str(len(body)))])
    return [body]
"""

CONFIG = """
secret_keys: [a-secret-for-tests-of-thirty-two-characters]
store: sqlite:///counts.db
refresh: 50ms
caching: by_arm
experiments:
  color: {arms: [red, green, blue]}
  head.line: {arms: [formal, casual], holdout: 10%}
routes:
  - {match: GET /, choose: color}
  - {match: "GET /item/<int:item>", choose: [color, head.line]}
  - {match: GET /thanks, choose: color, reward: color}
  - {match: POST /buy, reward: head.line}
"""

#: A route that the cache knows and the app does not, as after a fault of ours: its page is public
#: and says nothing of arms.
UNKEYED = "  - {match: GET /unkeyed, choose: color}\n"

PAGES = {"/": ["color"], "/item/1": ["color", "head.line"], "/item/2?a=b": ["color", "head.line"]}


class Tally(Counter[str]):
    """What visitors got: `visits`, `hits`, `wrong` arms, `shared cookies`, `changed` arms."""


def arms_of(visitor: Visitor) -> dict[str, str]:
    """Return the arms that a visitor's cookie says; the holdout shows the default."""
    found = dict(re.findall(r"!([^!~]+)~[^!~]+~([^!~]+)~", visitor.cookies["bw"]))
    return {name: "formal" if arm == "*holdout" else arm for name, arm in found.items()}


def note(tally: Tally, visitor: Visitor, names: list[str], answer: Answer) -> None:
    """Note an answer, after the visitor has kept its cookie."""
    headers = {name.lower(): value for name, value in answer.headers}
    hit = headers.get("x-cache") == "HIT"
    arms = arms_of(visitor)
    tally["visits"] += 1
    tally["hits"] += hit
    tally["wrong"] += answer.body.decode() != " ".join(f"{each}={arms[each]}" for each in names)
    tally["shared cookies"] += hit and "set-cookie" in headers
    values = [value for name, value in answer.headers if name.lower() == "cache-control"]
    tally["public behind us"] += "private" not in ", ".join(values)


def visit(port: int, visits: int, tally: Tally) -> None:
    """Visit every page in turn; half of the visitors buy, and all are thanked twice."""
    visitor = Visitor(port)
    before: dict[str, str] = {}
    visitor.request("HEAD", "/")
    for number in range(visits):
        path = [*PAGES][number % len(PAGES)]
        note(tally, visitor, PAGES[path], visitor.get(path))
        arms = arms_of(visitor)
        tally["changed"] += any(arms[name] != arm for name, arm in before.items())
        before = arms
    for _ in range(2):
        hit = ("x-cache", "hit") in {
            (name.lower(), value.lower()) for name, value in visitor.get("/unkeyed").headers
        }
        tally["unkeyed hits"] += hit
        tally["thanks"] += visitor.get("/thanks").status == 200
    tally["bought"] += visitor.request("POST", "/buy").status == 200


def revisit(port: int, tally: Tally) -> None:
    """Ask again as browsers do: the page of the same arm is unchanged, that of another is not."""
    kept: dict[str, tuple[Visitor, str]] = {}
    while len(kept) < 2:
        visitor = Visitor(port)
        visitor.get("/")
        headers = {name.lower(): value for name, value in visitor.get("/").headers}
        etag = headers["etag"]
        kept[arms_of(visitor)["color"]] = (visitor, etag)
        tally["newcomers"] += 1
    (one, first), (_, second) = kept.values()
    headers = {"If-None-Match": first}
    tally["unchanged"] += one.request("GET", "/", None, **headers).status == 304
    headers = {"If-None-Match": second}  # a page of another arm
    assert one.request("GET", "/", None, **headers).status == 200


def show(folder: Path, cache: str, visitors: int, visits: int) -> Tally:
    """Send visitors through a cache; return what they got beside what was counted."""
    (folder / "shop.py").write_text(APP)
    (folder / "banditware.yaml").write_text(CONFIG)
    tally, front = Tally(), folder / "front"
    front.mkdir()
    (front / "banditware.yaml").write_text(CONFIG + UNKEYED)
    with gunicorn(folder, "shop:app") as server, CACHES[cache](front, server.port) as port:
        for _ in range(visitors):
            visit(port, visits, tally)
        revisit(port, tally)
    counted = json.loads(stats(folder))["experiments"]
    for name, experiment in counted.items():
        arms = [*experiment["arms"].values(), experiment.get("holdout") or {}]
        tally[f"pulls of {name}"] = sum(arm.get("pulls", 0) for arm in arms)
        tally[f"rewards of {name}"] = sum(arm.get("rewards", 0) for arm in arms)
    return tally


def exact(tally: Tally, visitors: int) -> bool:
    """Whether all arms are right, and everybody is counted once."""
    return (
        tally["wrong"] == tally["changed"] == tally["shared cookies"] == 0
        and tally["public behind us"] == tally["unkeyed hits"] == 0
        and tally["pulls of color"] == visitors + tally["newcomers"]
        and tally["pulls of head.line"] == visitors
        and tally["rewards of color"] == visitors
        and tally["rewards of head.line"] == tally["bought"] == visitors
    )


@pytest.mark.parametrize("cache", CACHES)
def test_visitors_behind_a_cache(tmp_path: Path, cache: str) -> None:
    """Behind a cache with the snippet every visitor gets their own arms, and is counted once."""
    if installed(cache) is None:
        pytest.skip(f"{PROGRAMS[cache]} is not installed")
    tally = show(tmp_path, cache, visitors=16, visits=6)

    assert exact(tally, 16), tally
    assert tally["hits"] > 16 * 6 / 3, tally
    assert tally["unchanged"] == (cache != "cloudflare"), "a Worker's cache answers whole pages"


#: Settings of nginx that mix arms, and what the doctor finds.
MISTAKES = {
    "proxy_cache_bypass $http_pragma;": set(),
    "proxy_ignore_headers Cache-Control Set-Cookie Vary; proxy_cache_valid 200 1m;": {
        *("shared cookies", "newcomers", "returning"),
    },
    'proxy_set_header Cookie "";': {"returning"},
    "proxy_hide_header Set-Cookie;": {"cookie"},
    "proxy_hide_header Cache-Control;": {"Cache-Control"},
    "proxy_hide_header Vary;": {"Vary"},
    (
        "proxy_ignore_headers Cache-Control Vary; proxy_cache_valid 200 1m; "
        "proxy_cache_bypass $bw_newcomer; proxy_no_cache $bw_newcomer;"
    ): {"arms"},
}


def test_the_doctor_sees_what_mixes_arms(tmp_path: Path) -> None:
    """`doctor --url` finds the mistakes of a real cache, and nothing where there are none."""
    if installed("nginx") is None:
        pytest.skip("nginx is not installed: apt-get install nginx")
    (tmp_path / "shop.py").write_text(APP)
    (tmp_path / "banditware.yaml").write_text(CONFIG.replace("by_arm", "private"))
    found = {}
    with gunicorn(tmp_path, "shop:app") as server:
        for number, location in enumerate(MISTAKES):
            folder = tmp_path / str(number)
            folder.mkdir()
            (folder / "banditware.yaml").symlink_to(tmp_path / "banditware.yaml")
            with nginx(folder, server.port, location=location) as port:
                found[location] = matters(tmp_path, f"http://127.0.0.1:{port}/item/{number}")

    assert found == MISTAKES


def matters(folder: Path, url: str) -> set[str]:
    """Return the checks of a site that are dangers or warnings."""
    result = run("doctor", folder / "banditware.yaml", "--url", url, "--json")
    findings = json.loads(result.stdout)["findings"]
    levels = {each["check"]: each["level"] for each in findings}
    assert result.exit_code == ("danger" in levels.values())
    return {check for check, level in levels.items() if level in {"danger", "warning"}}


def main() -> None:
    """Print the figures of all caches that are installed."""
    for cache in CACHES:
        if installed(cache) is None:
            print(f"{cache}: not installed")
            continue
        with tempfile.TemporaryDirectory() as folder:
            tally = show(Path(folder), cache, visitors=200, visits=15)
        print(f"{cache}: hits {tally['hits'] / tally['visits']:.1%}, {dict(tally)}")
        assert exact(tally, 200)
        assert tally["hits"] > 0.8 * tally["visits"]


if __name__ == "__main__":
    main()
