from __future__ import annotations

import sys
from pathlib import Path
from subprocess import run

import pytest

from banditware import Bandit
from banditware.config import Settings, load
from banditware.errors import ConfigError
from banditware.model import Arm
from banditware.policies.epsilon_greedy import EpsilonGreedy
from banditware.routes import Amount, RewardRule, Route

DATA = Path(__file__).parent / "data"
GOOD = "secret_keys: k\nexperiments: {e: {arms: [x]}}\n"


def refused(path: Path) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        load(path, environ={})
    return [str(each).replace(str(path), "FILE") for each in caught.value.problems]


def test_whole_file() -> None:
    """The example of the design means what it says."""
    settings = load(DATA / "design.yaml", environ={"BANDITWARE_SECRET_KEY": "secret"})
    assert settings.secret_keys == ("secret",)
    assert settings.folder == DATA
    assert settings.source == str(DATA / "design.yaml")
    button, headline, pricing = settings.experiments
    assert button.policy == EpsilonGreedy(epsilon=0.2)
    assert (headline.goal, headline.default, headline.holdout) == ("purchase", "neutral", 0.05)
    assert pricing.arms == (Arm("new", "new", "/pricing-b"), Arm("old", "old", "/pricing"))
    assert settings.routes[3] == Route(
        pattern="/checkout",
        methods=frozenset({"POST"}),
        rewards=(
            RewardRule("headline", "purchase", Amount("header", "X-Order-Total"), once=False),
        ),
        status=((302, 302),),
    )


def test_relative_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The folder is that of the file, absolute, and the source is as it was given."""
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "b.yaml").write_text(GOOD)
    monkeypatch.chdir(tmp_path)
    settings = load("a/b.yaml")
    assert (settings.folder, settings.source) == (tmp_path / "a", "a/b.yaml")


def test_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Variables come from the environment of the process unless another one is given."""
    file = tmp_path / "f.yaml"
    file.write_text("secret_keys: ${A_KEY}\nexperiments: {e: {arms: [x]}}\n")
    monkeypatch.setenv("A_KEY", "from os")
    assert load(file).secret_keys == ("from os",)
    assert load(file, environ={"A_KEY": "given"}).secret_keys == ("given",)


def test_mapping_is_copied() -> None:
    """Changing the mapping afterwards changes nothing."""
    value = {"x": [1]}
    source = {"secret_keys": ["k"], "experiments": {"e": {"arms": {"a": {"value": value}}}}}
    settings = load(source)
    value["x"].append(2)
    assert settings.experiments[0].arms[0].value == {"x": [1]}


def test_repr_hides_secrets() -> None:
    """Settings that end up in a log show no secret."""
    settings = load({"secret_keys": ["hunter2"], "experiments": {"e": {"arms": ["x"]}}})
    assert repr(settings) == "Settings(source='<mapping>', experiments=(e))"


@pytest.mark.parametrize(
    ("content", "problems"),
    [
        (b"", ["FILE:1:1: is empty: a configuration needs secret_keys and experiments"]),
        (
            b"# only a comment",
            ["FILE:1:1: is empty: a configuration needs secret_keys and experiments"],
        ),
        (b"- a", ["FILE:1:1: must be a mapping, not a list"]),
        (b"text", ["FILE:1:1: must be a mapping, not 'text'"]),
        (b"a: b\nc: \xc3\xa9\xff", ["FILE:2:5: is not UTF-8 from here on"]),
        (b"\xff\xfea\0", ["FILE:1:1: is not UTF-8 from here on"]),
        (b"a: \0", ["FILE:1:4: the character U+0000 is not allowed"]),
        (b"a: [b", None),
    ],
)
def test_unusable_files(tmp_path: Path, content: bytes, problems: list[str] | None) -> None:
    """A file that holds no configuration is one problem with a place."""
    file = tmp_path / "f.yaml"
    file.write_bytes(content)
    found = refused(file)
    assert len(found) == 1
    assert problems is None or found == problems


def test_byte_order_mark(tmp_path: Path) -> None:
    """A byte order mark is no part of the text."""
    file = tmp_path / "f.yaml"
    file.write_bytes(b"\xef\xbb\xbf" + GOOD.encode())
    assert load(file).secret_keys == ("k",)


def test_missing_file(tmp_path: Path) -> None:
    """A file that is not there, or is a folder, says so."""
    assert refused(tmp_path / "none.yaml") == ["FILE: cannot be read: No such file or directory"]
    assert refused(tmp_path) == ["FILE: cannot be read: Is a directory"]
    assert refused(tmp_path / "a\0b") == ["FILE: cannot be read: embedded null byte"]


def test_missing_secret(tmp_path: Path) -> None:
    """Without a key there is no configuration, and the message says how to make one."""
    file = tmp_path / "f.yaml"
    file.write_text("experiments: {e: {arms: [x]}}")
    (problem,) = refused(file)
    assert problem.startswith("FILE:1:1: secret_keys: is missing")
    assert 'python -c "import secrets; print(secrets.token_urlsafe(32))"' in problem


def test_order(tmp_path: Path) -> None:
    """Problems come in the order of the file, whoever found them."""
    file = tmp_path / "f.yaml"
    file.write_text(
        "routes: 5\nstore: ${GONE}\nbots: 1\nbots: 2\nexperiments: {e: {arms: *x}}\nsecret_keys: k"
    )
    assert [each.partition(": ")[0] for each in refused(file)] == [
        "FILE:1:9",
        "FILE:2:8",
        "FILE:3:7",
        "FILE:4:1",
        "FILE:5:25",
    ]


def test_spoiled_values_are_not_judged(tmp_path: Path) -> None:
    """What follows from an alias, a merge key or an unset variable is not told again."""
    file = tmp_path / "f.yaml"
    file.write_text(
        "secret_keys: k\nrefresh: ${GONE}\n"
        "experiments:\n  a: {<<: {arms: [x]}}\n  b: {arms: *y}\n  c: {arms: {5: {bad: 1}, on: 1}}\n"
    )
    assert [each.partition(": ")[2].partition(": ")[0] for each in refused(file)] == [
        "refresh",
        "experiments.a.<<",
        "experiments.b.arms",
        "experiments.c.arms.5",
    ]


def test_lazy_imports() -> None:
    """Importing the package brings neither yaml nor pydantic; loading does."""
    script = (
        "import sys, banditware.config as c; "
        "before = {'yaml', 'pydantic', 'click'} & set(sys.modules); "
        "c.load({'secret_keys': 'k', 'experiments': {'e': {'arms': ['x']}}}); "
        "print(sorted(before), 'pydantic' in sys.modules)"
    )
    done = run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout == "[] True\n"


def test_settings_are_frozen() -> None:
    """Settings cannot be changed."""
    settings = load({"secret_keys": ["k"], "experiments": {"e": {"arms": ["x"]}}})
    assert isinstance(settings, Settings)
    with pytest.raises(AttributeError):
        settings.store = "memory://"  # type: ignore[misc] # this is what must fail


def test_keys_of_a_framework_are_for_a_configuration_without_any(tmp_path: Path) -> None:
    """A framework's keys sign if the configuration names none, and what is given stays as it is."""
    given = {"experiments": {"e": {"arms": ["x"]}}}
    assert load(given, secret_keys=["old", "new"]).secret_keys == ("old", "new")
    assert given == {"experiments": {"e": {"arms": ["x"]}}}
    path = tmp_path / "b.yaml"
    path.write_text(GOOD)
    assert load(path, secret_keys=["other"]).secret_keys == ("k",)
    with Bandit.from_config({**given, "store": "memory://"}, secret_keys=["other"]) as bandit:
        assert bandit.settings.secret_keys == ("other",)


@pytest.mark.parametrize("text", ["", "[]", "- a"])
def test_keys_of_a_framework_do_not_hide_a_mistake(tmp_path: Path, text: str) -> None:
    """A file that is no configuration is refused, whatever keys there are."""
    path = tmp_path / "b.yaml"
    path.write_text(text)
    with pytest.raises(ConfigError):
        load(path, secret_keys=["other"])
