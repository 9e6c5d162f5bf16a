"""Scores of a set of actions: what their own attributes add, and what each subject does.

What actions say of themselves changes seldom, so the last of it is kept, with what it adds.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import NoneType
from typing import Any

from banditware.contextual.attributes import Kind, Schema
from banditware.contextual.encoding import Given
from banditware.contextual.indexing import Index, Place
from banditware.contextual.reading import Table, look

#: Attributes by action, in the order in which they are drawn from.
Actions = Mapping[str, Given]

#: Types whose values are of a kind or missing, whatever they are; NaN and infinities are missing.
_PLAIN: dict[Kind, frozenset[type]] = {
    "numeric": frozenset({float, int, NoneType}),
    "categorical": frozenset({str, bool, NoneType}),
}

#: Types whose values cannot change.
_LASTING = frozenset({float, int, str, NoneType, bool})


@dataclass(slots=True)
class Own:
    """What actions say of themselves.

    Attributes:
        actions: their attributes.
        adds: what that adds to their scores, as `Scorer.look` takes it.
        texts: the features of each action as text; None where nobody asked for it yet.
        plain: every declared attribute is of its kind, or missing.
        shape: names and types of all attributes, where their order or types matter.
    """

    actions: Actions
    adds: Any
    texts: list[str | None]
    plain: bool = True
    shape: list[tuple[object, ...]] | None = None


#: Returns the scores and the text of the subject's features, from its attributes and what those of
#: the actions add.
Look = Callable[[Given, Any], tuple[list[float], str]]


class Scorer:
    """Scores some actions; made once per snapshot and set of names.

    Attributes:
        names: the names of the actions.
        look: returns the scores, and the subject's features as text, from its attributes and what
            those of the actions add.
    """

    __slots__ = ("_adding", "_last", "_nothing", "_read", "_where", "look", "names")

    def __init__(
        self,
        names: tuple[str, ...],
        where: Index,
        *,
        adding: Callable[[list[list[Place]]], Any],
        look: Look,
    ) -> None:
        """Begin.

        Args:
            names: the names of the actions.
            where: where their attributes' weights stand.
            adding: returns what `look` takes, from where each action's weights stand.
            look: see `Scorer`.
        """
        self.names = names
        self.look = look
        self._where = where
        self._adding = adding
        self._last: Own | None = None
        nothing = Own({name: {} for name in names}, adding([[]] * len(names)), [""] * len(names))
        self._nothing = None if where.schema.action or where.schema.hashed else nothing

    def own(self, actions: Actions, constant: bool = False) -> Own:  # noqa: FBT001, FBT002  # on every request
        """Return what the attributes of the actions say.

        Args:
            actions: the attributes of each action, in the order of the names.
            constant: they are the same whenever they are this very mapping.

        Raises:
            AttributeError: some are no mapping; or TypeError.
        """
        if self._nothing is not None:
            return self._nothing
        known = self.known(actions)
        if known is not None:
            return known
        copy = _copied(actions)
        own = self._found(actions if constant or copy is None else copy)
        if constant:
            own.shape = [] if copy is None else _shape(copy)
            self._last = own
        elif copy is not None and own.plain:
            # The order tells in which one undeclared attributes are added; and True is equal to 1.
            if self._where.schema.hashed or _has_truth(copy):
                own.shape = _shape(copy)
            self._last = own
        return own

    def known(self, actions: object) -> Own | None:
        """Return what is kept of actions, if these have the same attributes, each read as the same.

        To be equal is enough for text, and for numbers of any kind but truth values; see
        `number_in`. Where a categorical attribute is a number nothing is kept: `-0.0` is another
        level than `0`.
        """
        last = self._last
        if last is None or actions is last.actions:
            return last
        try:
            if actions == last.actions and (last.shape is None or last.shape == _shape(actions)):
                return last
        except Exception:  # noqa: BLE001, S110  # values of other libraries that cannot be compared
            pass
        return None

    def _found(self, actions: Actions) -> Own:
        found = [self._where.found(attributes) for attributes in actions.values()]
        plain = _plain(self._where.schema, actions)
        return Own(actions, self._adding(found), [None] * len(found), plain)


def _shape(actions: Any) -> list[tuple[object, ...]]:
    """Return the names and the types of all attributes."""
    return [(type(each), *each, *map(type, each.values())) for each in actions.values()]


def _has_truth(actions: Actions) -> bool:
    """Return True if there is a truth value, or a number that is equal to one."""
    return any(value in (False, True) for each in actions.values() for value in each.values())


def _copied(actions: Actions) -> Actions | None:
    """Return a copy of what cannot change and will be known again; None if something may not."""
    copy = {}
    for name, attributes in actions.items():
        copy[name] = own = {**attributes}
        if attributes.__class__ is not dict or not _LASTING.issuperset(map(type, own.values())):
            return None
    return copy


def _plain(schema: Schema, actions: Actions) -> bool:
    """Return True if every declared attribute of all actions is of its kind, or missing."""
    for name, kind, *_ in schema.action:
        plain = _PLAIN[kind]
        for attributes in actions.values():
            if attributes.get(name).__class__ not in plain:
                return False
    return True


def arms_scorer(
    names: tuple[str, ...], where: Index, table: Table, weights: Sequence[Sequence[float]]
) -> Scorer:
    """Return the scorer of arms with weights of their own.

    Args:
        names: the names of the arms.
        where: where their attributes' weights stand.
        table: what the subject adds to the score of every arm.
        weights: of each arm, for the features of its own attributes.
    """

    def adding(places: list[list[Place]]) -> tuple[float, ...]:
        own = zip(table.base, places, weights, strict=True)
        return table.padded(
            tuple(sum([value * of[at] for at, value in found], base) for base, found, of in own)
        )

    return Scorer(names, where, adding=adding, look=look(table))


def shared_scorer(names: tuple[str, ...], where: Index, table: Table) -> Scorer:
    """Return the scorer of a model that all actions share.

    Args:
        names: the names of the actions.
        where: where their attributes' weights stand.
        table: what the subject adds to the weight of every feature of an action.
    """
    start, subject = table.padded(table.base), look(table)

    def score(context: Given, places: list[list[Place]]) -> tuple[list[float], str]:
        now, text = subject(context, start)
        now.append(0.0)
        base = now[0]
        return [base + sum([value * now[at] for at, value in found]) for found in places], text

    return Scorer(names, where, adding=lambda places: places, look=score)
