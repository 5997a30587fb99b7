"""From a wrong result to what is wrong with the tool: a named defect where one explains all of it, else the rows that differ."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Final

from sandbox.rehearsal.differences import differences
from sandbox.rehearsal.scene import Scene
from sandbox.rehearsal.suspects.conditions import conditions
from sandbox.rehearsal.suspects.fields import fields
from sandbox.rehearsal.suspects.joining import joining
from sandbox.rehearsal.suspects.measuring import asking, measuring
from sandbox.rehearsal.suspects.ordering import ordering
from sandbox.rehearsal.suspects.reading import reading
from sandbox.rehearsal.suspects.suspect import Suspect
from schemas.errors import quoted
from schemas.evaluate import Row

Family = Callable[[Scene], Iterator[Suspect]]

EVERYWHERE: Final[tuple[Family, ...]] = (reading, asking, conditions, measuring, ordering, joining, fields)
"""The simplest explanations first."""

OF_NOTHING: Final[tuple[Family, ...]] = (reading, measuring, joining)
"""An empty result is explained by too much to single out a condition."""

OF_LITTLE: Final[tuple[Family, ...]] = (reading, asking)
"""So is whatever comes of a small world."""


@dataclass(frozen=True)
class Diagnosis:
    """What is wrong, for the tool's author. `is_named` says that the defect is known, and not only a row that shows it."""

    code: str
    message: str
    is_named: bool


def diagnose(scene: Scene, rows: Sequence[Row], *, in_small_world: bool) -> list[Diagnosis]:
    """What is wrong with `rows`; nothing where they are a right result."""
    expectation = scene.expectation()
    if expectation.is_met(rows):
        return []
    examples = differences(scene, expectation, rows)
    families = OF_LITTLE if in_small_world else EVERYWHERE if rows else OF_NOTHING
    for suspect in chain.from_iterable(family(scene) for family in families):
        if suspect.scene.expectation().is_met(rows):
            example = f" For example: {examples[0].message}." if examples else ""
            hint = _filtered_by_server(scene) if suspect.code == "CONDITION" else ""
            return [Diagnosis(suspect.code, f"{suspect.message}{hint}.{example}", is_named=True)]
    hint = _filtered_by_server(scene)
    return [Diagnosis(example.code, example.message + hint, is_named=False) for example in examples]


def _filtered_by_server(scene: Scene) -> str:
    """A hint where the code counts on the server to filter."""
    listed = {call.operation for call in scene.query.relations}
    for served in (served for served in scene.served if served.operation in listed):
        pagination = scene.operations[served.operation].pagination
        paging = set(pagination.model_dump().values()) if pagination else set()
        sent = [name for name in served.query if name not in paging]
        if sent:
            return f" (the code sends {', '.join(map(quoted, sent))}; what that changes is not declared, so filter the rows in the tool)"
    return ""
