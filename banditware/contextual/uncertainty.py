"""How sure a model is of its scores: quadratic forms in the few coordinates that are not zero."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from operator import itemgetter, mul

from banditware.contextual.design import INTERCEPT, Design
from banditware.contextual.encoding import Encoder, Given
from banditware.contextual.features import TIMES
from banditware.contextual.solving import Matrix


def variances(
    encoder: Encoder,
    design: Design,
    context: Given,
    attributes: Sequence[Given],
    known: Sequence[Matrix],
) -> list[float]:
    """Return the variance of every action's score, in variances of a reward."""
    place = {key: at for at, key in enumerate(sorted(design.coordinates))}
    if not encoder.action and not encoder.schema.hashed:
        vector = _vector(design, place, encoder.features(context, {}))
        return [_quadratic(vector, matrix) for matrix in known]
    return [
        _quadratic(_vector(design, place, encoder.features(context, given)), matrix)
        for given, matrix in zip(attributes, known, strict=True)
    ]


def _vector(
    design: Design, place: Mapping[str, int], features: Mapping[str, float]
) -> list[tuple[int, float]]:
    """Return the coordinates that are not zero."""
    simple = dict(_coordinates(design, features))
    found = [(place[key], value) for key, value in simple.items()]
    if any(TIMES in key for key in place):
        action = [item for item in simple.items() if item[0].startswith("'")]
        for key, value in simple.items():
            if not key.startswith("'"):
                found += [
                    (at, value * factor)
                    for other, factor in action
                    if (at := place.get(f"{key}{TIMES}{other}", -1)) >= 0
                ]
    return found


def _coordinates(design: Design, features: Mapping[str, float]) -> Iterator[tuple[str, float]]:
    for key, terms in design.coordinates.items():
        if key == INTERCEPT:
            yield key, 1.0
        elif TIMES not in key and (INTERCEPT in terms or key in features):
            value = terms.get(INTERCEPT, 0.0) + sum(
                features.get(each, 0.0) * factor for each, factor in terms.items()
            )
            if value:
                yield key, value


def _quadratic(vector: Sequence[tuple[int, float]], matrix: Matrix) -> float:
    if len(vector) == 1:
        ((at, value),) = vector
        return value * matrix[at][at] * value
    places, values = zip(*vector, strict=True)
    pick = itemgetter(*places)
    return math.fsum(
        [
            value * sum(map(mul, pick(row), values))
            for value, row in zip(values, pick(matrix), strict=True)
        ]
    )
