"""The parameter by which a view is handed the value of an arm, where decorators choose."""

from __future__ import annotations

from collections.abc import Container
from keyword import iskeyword
from typing import NamedTuple


class Parameter(NamedTuple):
    """What a view calls the value of an arm.

    Attributes:
        experiment: name of the experiment.
        name: name of the parameter.
    """

    experiment: str
    name: str

    @classmethod
    def of(cls, experiment: str, name: str | None) -> Parameter:
        """Return the parameter of an experiment; without a name it is called as that is.

        Raises:
            ValueError: a view cannot have a parameter of that name.
        """
        found = cls(experiment, experiment if name is None else name)
        if not found.name.isidentifier() or iskeyword(found.name):
            raise ValueError(f"no view can have a parameter {found.name!r}: {found._another()}")
        return found

    def refuse_twice(self, given: Container[str], view: str = "the view") -> None:
        """Make sure that a view is not given the parameter already.

        Args:
            given: the names of what it is given.
            view: what to call it.

        Raises:
            TypeError: it is.
        """
        if self.name in given:
            already = f"{view} gets {self.name!r} from its route or another decorator already"
            raise TypeError(f"{already}: {self._another()}")

    def _another(self) -> str:
        return f"name another one, as in choose({self.experiment!r}, parameter='shown')"
