from __future__ import annotations

import re

import pytest

from banditware.parameters import Parameter


def test_a_parameter_is_called_as_its_experiment_is() -> None:
    """Without a name of its own, the name of the experiment is that of the parameter."""
    assert Parameter.of("headline", None) == ("headline", "headline")
    assert Parameter.of("head-line", "shown") == ("head-line", "shown")


@pytest.mark.parametrize(
    ("experiment", "name"), [("head-line", None), ("class", None), ("headline", "")]
)
def test_what_no_view_can_have_is_refused(experiment: str, name: str | None) -> None:
    """A name that is no identifier, or a word of Python, is refused with a way out."""
    asked = experiment if name is None else name
    mend = f"name another one, as in choose({experiment!r}, parameter='shown')"
    message = re.escape(f"no view can have a parameter {asked!r}: {mend}")
    with pytest.raises(ValueError, match=f"^{message}$"):
        Parameter.of(experiment, name)


def test_what_a_view_gets_already_is_not_given_twice() -> None:
    """Another value of the same name would be lost, so that is an error that names the view."""
    parameter = Parameter.of("headline", "shown")
    parameter.refuse_twice({"headline": "b"})
    said = "gets 'shown' from its route or another decorator already: name another one, as in "
    for view in ("the view", "root()"):
        with pytest.raises(TypeError, match=f"^{re.escape(f'{view} {said}')}"):
            parameter.refuse_twice({"shown": "a"}, *(() if view == "the view" else (view,)))
