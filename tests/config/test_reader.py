from __future__ import annotations

from typing import Any

import pytest
import yaml

from banditware.config import reader
from banditware.config.document import Document


@pytest.fixture(params=["SafeLoader", "CSafeLoader"])
def loader(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Run a test with PyYAML's parser in Python and with that in C."""
    if not hasattr(yaml, request.param):
        pytest.skip("PyYAML was built without libyaml")
    monkeypatch.setattr(reader, "LOADER", getattr(yaml, request.param))


pytestmark = pytest.mark.usefixtures("loader")


def read(text: str) -> tuple[Any, list[str]]:
    document = reader.from_text(text, "f")
    return document.data, list(map(str, document.problems))


def test_values_and_places() -> None:
    """Keys and values have the line and column at which they stand, and the text that was there."""
    document = reader.from_text('a:\n  b: [010, "c"]\n  d:\né: >\n  x\n', "f")
    assert document.data == {"a": {"b": [10, "c"], "d": None}, "é": "x\n"}
    assert document.places == {
        (): ((1, 1), (1, 1), "a mapping"),
        ("a",): ((1, 1), (2, 3), "a mapping"),
        ("a", "b"): ((2, 3), (2, 6), "a list"),
        ("a", "b", 0): ((2, 7), (2, 7), "010"),
        ("a", "b", 1): ((2, 12), (2, 12), "'c'"),
        ("a", "d"): ((3, 3), (3, 3), ""),
        ("é",): ((4, 1), (4, 4), r"'x\n'"),
    }
    assert not document.problems


@pytest.mark.parametrize(
    ("text", "data", "problems"),
    [
        ("a: 1\nb: 2\na: 3", {"a": 1, "b": 2}, ["f:3:1: a: this key is already on line 1"]),
        (
            "a: {b: 1, b: {c: 1}}",
            {"a": {"b": 1}},
            ["f:1:11: a.b: this key is already on line 1"],
        ),
        ("a: &x b", {"a": "b"}, ["f:1:4: a: anchors are not supported: remove the &name"]),
        ("&x a: b", {"a": "b"}, ["f:1:1: a: anchors are not supported: remove the &name"]),
        ("a: !!int b", {"a": "b"}, ["f:1:4: a: tags are not supported: remove the !name"]),
        ("a: !x {}", {"a": {}}, ["f:1:4: a: tags are not supported: remove the !name"]),
        ('"<<": b', {"<<": "b"}, []),
        (
            "12: a\ntrue: b\n.5: c\n~: d\n'1': e",
            {"12": "a", "true": "b", ".5": "c", "~": "d", "1": "e"},
            [
                "f:1:1: 12: 12 is not text: a key is a name, so quote it: '12'",
                "f:2:1: true: true is not text: a key is a name, so quote it: 'true'",
                "f:3:1: .5: .5 is not text: a key is a name, so quote it: '.5'",
                "f:4:1: ~: ~ is not text: a key is a name, so quote it: '~'",
            ],
        ),
        ("? [a]\n: b", {}, ["f:1:3: a key must be a plain name"]),
        ("--- a\n--- b", "a", ["f:2:1: a second document starts here; a configuration is one"]),
        ("a\nb: \x07", None, ["f:2:4: the character U+0007 is not allowed"]),
        ("", None, []),
        ("# nothing", None, []),
    ],
)
def test_refusals(text: str, data: object, problems: list[str]) -> None:
    """What could hide a mistake is refused where it stands, and the first of two values is kept."""
    assert read(text) == (data, problems)


def test_aliases_and_merges() -> None:
    """An alias is not followed, and nothing more is said of what it or a merge key spoils."""
    document = reader.from_text("a: {<<: {}, b: 1}\nc: *x", "f")
    assert list(map(str, document.problems)) == [
        "f:1:5: a.<<: merge keys are not supported: write the keys out",
        "f:2:4: c: aliases are not supported: write the value out",
    ]
    assert document.is_spoiled(("a", "b"))
    assert document.is_spoiled(("c",))
    assert not document.is_spoiled(("d",))


def test_alias_as_key() -> None:
    """An alias cannot be a key."""
    assert read("*x : 1")[1] == ["f:1:1: a key must be a plain name"]


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("a: [", ("f:1:5", "f:2:1")),
        ("a: 'x", ("f:1:6",)),
        ("a: b: c", ("f:1:5",)),
        ("a:\n- b\n c: d", ("f:2:4", "f:3:3", "f:3:2")),
        ("a: b\nc", ("f:2:2", "f:3:1")),
        ("%YAML 2.0\n---\na", ("f:1:1",)),
        ('a: 1\nb: "\\U00110000"', ("f:2:1", "f:2:7")),
        ('"\\UFFFFFFFF"', ("f:1:1", "f:1:4")),
    ],
)
def test_syntax(text: str, place: tuple[str, ...]) -> None:
    """What is no YAML is reported with line and column, and the rest is not checked."""
    document = reader.from_text(text, "f")
    (problem,) = document.problems
    assert str(problem).rpartition(": this is not YAML: ")[0] in place
    assert document.fatal


@pytest.mark.parametrize(("opening", "column"), [("[", 65), ("{a: ", 257)])
def test_deep_nesting(opening: str, column: int) -> None:
    """Ten thousand brackets are a mistake with a place, not a crash."""
    document = reader.from_text(opening * 10_000, "f")
    (problem,) = document.problems
    assert (problem.line, problem.message) == (1, "is nested deeper than 64 levels")
    assert problem.column == column
    assert document.fatal


def test_no_expansion() -> None:
    """A bomb of aliases stays as small as its text."""
    lines = ["a: &a [x]"] + [
        f"{b}: &{b} [*{a}, *{a}]" for a, b in zip("abcdef", "bcdefg", strict=False)
    ]
    document = reader.from_text("\n".join(lines), "f")
    assert document.data["g"] == [None, None]


def test_error_without_a_mark() -> None:
    """An error of the parser that knows no place is put at the start."""
    builder = reader._Builder(Document("f"))
    builder.syntax(yaml.YAMLError("broken"))
    assert list(map(str, builder.document.problems)) == ["f:1:1: this is not YAML: cannot be read"]
