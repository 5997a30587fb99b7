"""Other constants are other constants, and legal ones."""

from __future__ import annotations

from random import Random

import pytest

from sandbox.rehearsal.constants import UNLIMITED, moved, with_limit_one
from sandbox.rehearsal.lenient import lenient
from sandbox.rehearsal.plant import Planter
from sandbox.rehearsal.stage import NOW
from schemas.base import Scalar
from tests.sandbox.rehearsal.fleet import queries, slices


def other(name: str, seed: int) -> dict[str, Scalar]:
    query, random = queries()[name], Random(seed)
    planter = Planter(query, {call.operation: lenient(slices()[call.operation]) for call in query.calls}, NOW, random)
    return moved(query, planter.maker_of, random)


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("name", queries())
def test_every_constant_moves_and_keeps_its_type(name: str, seed: int) -> None:
    query, changed = queries()[name], other(name, seed)
    assert changed.keys() == query.defaults.keys()
    for parameter in query.parameters:
        assert changed[parameter.name] != parameter.default
        assert isinstance(changed[parameter.name], int | float if parameter.type == "number" else type(parameter.default))


@pytest.mark.parametrize("seed", range(20))
def test_a_threshold_stays_within_its_schema(seed: int) -> None:
    percent = other("hosts_above_memory", seed)["percent"]
    assert isinstance(percent, float)
    assert 0 <= percent <= 100


@pytest.mark.parametrize("seed", range(5))
def test_an_enumeration_moves_to_another_member(seed: int) -> None:
    assert other("failed_deployments", seed)["status"] in {"succeeded", "running", "rolled_back"}


def test_a_limit_becomes_larger_than_the_data_and_in_its_own_case_one() -> None:
    query = queries()["fullest_disks"]
    assert other("fullest_disks", 1) == {"limit": UNLIMITED}
    assert with_limit_one(query, {}) == {"limit": 1}


def test_without_a_limit_there_is_none_to_set() -> None:
    assert with_limit_one(queries()["failed_deployments"], {"hours": 3}) == {"hours": 3}
