from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as few
from hypothesis import strategies as st

from banditware.cdn.plan import plan
from banditware.config import load
from banditware.routes import Router
from banditware.tokens import Assignment, Assignments, Tokens

SECRET = "a secret of the tests"
NAMES = st.from_regex(r"[A-Za-z0-9_.-]{1,8}", fullmatch=True)


def settings(*routes: dict[str, Any], **more: Any) -> Any:
    """Return settings of two experiments with these routes."""
    experiments = {"color": {"arms": ["red"]}, "a.b": {"arms": ["x"]}}
    return load({"secret_keys": SECRET, "experiments": experiments, "routes": [*routes], **more})


ENTRIES = st.builds(
    Assignment,
    experiment=NAMES,
    version=NAMES,
    arm=st.one_of(NAMES, st.just("*holdout")),
    propensity=st.floats(0, 1, exclude_min=True),
    time=st.integers(1_799_999_000, 1_800_009_000),
    id=st.from_regex(r"[0-9a-f]{16}", fullmatch=True),
    counted=st.booleans(),
    features=st.sampled_from(["", "1.5_-2"]),
)


@few(max_examples=40)
@given(st.lists(ENTRIES, unique_by=lambda entry: entry.experiment), st.booleans())
def test_arms_are_found_in_cookies(entries: list[Assignment], https: bool) -> None:
    """Of every cookie exactly the arms are found that were counted, whatever else is in it."""
    assignments = Assignments("0f" * 12, 1_800_000_000, {each.experiment: each for each in entries})
    value = Tokens([SECRET]).write(assignments)
    names = {each.experiment: {"arms": ["x"]} for each in entries} | {"other": {"arms": ["x"]}}
    routes = [{"match": "GET /", "choose": list(names)}]
    found = load({"secret_keys": SECRET, "experiments": names, "routes": routes})
    cookie = f"a=b; {found.cookie.full_name(https=https)}={value}; c=d"
    for tested in plan(found).tested:
        match = re.search(rf"(?:^|;\s*){tested.entry}", cookie)
        entry = assignments.by_experiment.get(tested.name)
        if entry is None or not entry.counted:
            assert match is None
        else:
            assert match is not None
            assert match[1] == f"{entry.experiment}~{entry.version}~{entry.arm}"


@pytest.mark.parametrize(
    "cookie", ["", "xbw=1!s!0!color~1~red~1.0~0~ab.", "bw=2!s!0!color~1~red~1.0~0~ab.", "bw=1!;"]
)
def test_nothing_is_found_elsewhere(cookie: str) -> None:
    """A cookie of another name or format has no arms."""
    (tested, *_) = plan(settings({"match": "GET /", "choose": "color"})).tested
    assert re.search(rf"(?:^|;\s*){tested.entry}", cookie) is None


PATTERNS = ["/", "/a.b", "/p/<int:n>", "/<name>/x", "/all/<path:rest>", "/café/<any(a,b):c>"]
PATHS = ["/", "/a.b", "/a-b", "/p/12", "/p/x", "/y/x", "/all/1/2", "/all/", "/café/a", "/p/1/2"]


@pytest.mark.parametrize("pattern", PATTERNS)
def test_paths_are_found(pattern: str) -> None:
    """Where a route matches, the cache looks for arms; where it looks, the path has that form."""
    found = settings({"match": f"GET {pattern}", "choose": "color"})
    ((path,),) = (tested.paths for tested in plan(found).tested)
    router = Router(found.routes)
    matching = {each for each in PATHS if router.match("GET", each, "")}
    assert matching
    assert matching <= {each for each in PATHS if re.fullmatch(path.plain, each)}
    quoted = {each.replace("é", "%C3%A9") for each in matching}
    assert quoted <= {each for each in map(_quoted, PATHS) if re.fullmatch(path.quoted, each)}
    assert not re.fullmatch(path.plain, "/elsewhere/at/all/1")


def _quoted(path: str) -> str:
    return path.replace("é", "%C3%A9")


def test_only_what_is_read_is_looked_at() -> None:
    """Routes of other methods are nothing to a cache; a route of all methods is."""
    found = plan(
        settings(
            {"match": "POST /buy", "choose": "color", "reward": "color"},
            {"match": "/thanks", "reward": "a.b"},
            {"match": "GET|POST /seen", "choose": "a.b"},
        )
    )
    assert [each.name for each in found.tested] == ["a.b"]
    assert [each.plain for each in found.rewarded] == ["/thanks"]


def test_a_mount_point_is_anything() -> None:
    """Where routes do not see the mount point, it may be any."""
    found = plan(settings({"match": "GET /p", "choose": "color"}, below_mount=True))
    assert re.fullmatch(found.tested[0].paths[0].plain, "/shop/p")
