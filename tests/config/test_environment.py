from __future__ import annotations

import pytest

from banditware.config import load
from banditware.config.document import from_mapping
from banditware.config.environment import expand, literal
from banditware.errors import ConfigError


@pytest.mark.parametrize(
    ("text", "expanded"),
    [
        ("${A}", "1"),
        ("${A}${B}/${A}", "1two/1"),
        ("$${A}", "${A}"),
        ("$A $ {A} $$", "$A $ {A} $$"),
        ("$${${A}}", "${1}"),
        ("${EVIL}", "${A}"),
    ],
)
def test_expand(text: str, expanded: str) -> None:
    """Variables are read once, `$${` is an escape, and everything else stays."""
    document = from_mapping({"k": [{"v": text}], "n": 5, "${A}": None})
    expand(document, {"A": "1", "B": "two", "EVIL": "${A}"})
    assert document.data == {"k": [{"v": expanded}], "n": 5, "${A}": None}
    assert not document.problems


@pytest.mark.parametrize(
    ("text", "problems"),
    [
        ("${GONE} ${LOST}", ["GONE is not set", "LOST is not set"]),
        ("${", ["write $${ for the characters"]),
        ("${a-b}", ["write $${ for the characters"]),
        ("${}", ["write $${ for the characters"]),
    ],
)
def test_problems(text: str, problems: list[str]) -> None:
    """Every variable that is not set, and every broken one, is reported where it stands."""
    document = from_mapping({"k": text})
    expand(document, {})
    assert [problem.path for problem in document.problems] == ["k"] * len(problems)
    for problem, ending in zip(document.problems, problems, strict=True):
        assert problem.message.endswith(ending)
    assert document.is_spoiled(("k",))


def test_messages_show_no_content() -> None:
    """A message shows the variable that was written, never what it holds."""
    source = {
        "secret_keys": ["${PASSWORD}", "${EMPTY}", "${PASSWORD}", 5],
        "store": "sqlite:${PASSWORD}",
        "cookie": {"name": "${PASSWORD}", "secure": "${PASSWORD}"},
        "experiments": {
            "e": {
                "arms": ["a", "${PASSWORD}"],
                "policy": "${PASSWORD}",
                "default": "${PASSWORD}",
                "goal": "${PASSWORD}",
                "holdout": "${PASSWORD}",
            }
        },
        "routes": [{"match": "${PASSWORD}", "choose": "${PASSWORD}", "status": "${PASSWORD}"}],
    }
    with pytest.raises(ConfigError) as caught:
        load(source, environ={"PASSWORD": "hunter2 !", "EMPTY": " "})
    text = str(caught.value)
    assert "hunter2" not in text
    assert "secret_keys.1: is an empty key: '${EMPTY}' holds nothing" in text
    assert "e.policy: there is no policy '${PASSWORD}'" in text


@pytest.mark.parametrize("text", ["${A}", "$${A}", "$$${", "$", "a${", "plain"])
def test_what_is_literal_stays(text: str) -> None:
    """A text that is written literally is not expanded, whatever it holds."""
    document = from_mapping({"key": literal(text)})
    expand(document, {"A": "1"})
    assert document.data == {"key": text}
    assert not document.problems
