"""The fast check of parameters, held against botocore's validator on every pair of a shape and a value."""

from __future__ import annotations

import json
from typing import Any

import pytest

from sandbox.supervisor import WorkerPool
from tests.sandbox.isolates import Host, call_job

SHAPES: dict[str, Any] = {
    "Blob": {"type": "blob", "min": 2},
    "Boolean": {"type": "boolean"},
    "Double": {"type": "double", "min": 0.5},
    "Float": {"type": "float"},
    "Integer": {"type": "integer", "min": 1, "max": 5},
    "Long": {"type": "long"},
    "String": {"type": "string", "min": 1, "max": 3},
    "Text": {"type": "string", "enum": ["a"]},
    "Timestamp": {"type": "timestamp"},
    "List": {"type": "list", "member": {"shape": "String"}, "min": 1},
    "Map": {"type": "map", "key": {"shape": "String"}, "value": {"shape": "Integer"}, "min": 1},
    "Structure": {
        "type": "structure",
        "required": ["Name"],
        "members": {"Name": {"shape": "String"}, "Inner": {"shape": "Structure"}, "Many": {"shape": "List"}},
    },
    "Union": {"type": "structure", "union": True, "members": {"A": {"shape": "Text"}, "B": {"shape": "Text"}}},
    "Document": {"type": "structure", "document": True, "members": {}},
}
SOURCE = """
import sys
from datetime import UTC, datetime
from decimal import Decimal

VALUES = (
    None, True, 0, 1, 9, -1, 0.25, 1.5, Decimal("0.1"), Decimal(3), "", "a", "long enough", b"", b"bytes", bytearray(b"ab"),
    datetime(2026, 1, 1, tzinfo=UTC), "2026-01-01", object(), [], ["a"], ("a", "b"), [""], [1], [None], {}, {"a": 1}, {"a": 0},
    {"": 1}, {1: 1}, {"Name": "a"}, {"Name": ""}, {"Name": None}, {"Name": "a", "More": 1}, {"Inner": {"Name": "a"}},
    {"Name": "a", "Inner": {"Name": "a", "Inner": {}}}, {"Name": "a", "Inner": {"Name": "b"}, "Many": ["c"]},
    {"Name": "a", "Many": []}, {"A": "a"}, {"A": "a", "B": "b"},
)

def tool(client, *, shapes):
    model, validate, check = (sys.modules[name] for name in ("botocore.model", "botocore.validate", "guest.aws_check"))
    service = model.ServiceModel({"metadata": {}, "operations": {}, "shapes": shapes})
    plainly_right = check.PlainlyRight(service)
    rows = []
    for name in shapes:
        for value in VALUES:
            refused = validate.ParamValidator().validate(value, service.shape_for(name)).has_errors()
            rows.append([name, repr(value), plainly_right.of({"shape": name})(value), refused])
    return rows
"""


@pytest.fixture(scope="module")
def judged(pool: WorkerPool) -> list[tuple[str, str, bool, bool]]:
    """Shape, value, whether it is plainly right, whether botocore refuses it."""
    outcome = pool.run(call_job(SOURCE, shapes=json.loads(json.dumps(SHAPES))), Host())
    assert outcome.status == "returned", outcome.error
    return [tuple(row) for row in outcome.value]


def test_nothing_that_botocore_refuses_is_plainly_right(judged: list[tuple[str, str, bool, bool]]) -> None:
    assert [(shape, value) for shape, value, is_right, refused in judged if is_right and refused] == []


def test_what_it_leaves_to_botocore_is_rare(judged: list[tuple[str, str, bool, bool]]) -> None:
    """Times and bytes as text, and values of which one of several must be there."""
    left = {shape for shape, _, is_right, refused in judged if not is_right and not refused}
    assert left == {"Blob", "Timestamp", "Union", "Document"}
