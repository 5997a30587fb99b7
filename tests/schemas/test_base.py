"""The canonical form of a value, and what has none."""

from __future__ import annotations

import pytest

from schemas.base import Json, canonical_json, digest
from schemas.errors import LimitExceeded


def nested(levels: int) -> Json:
    value: Json = []
    for _ in range(levels - 1):
        value = [value]
    return value


def test_equal_values_have_equal_bytes() -> None:
    assert canonical_json({"b": 1, "a": [True, None, "é"]}) == '{"a":[true,null,"é"],"b":1}'.encode()
    assert digest({"b": 1, "a": 2}) == digest({"a": 2, "b": 1})


@pytest.mark.parametrize("value", [2**64 - 1, -(2**63), nested(254)], ids=["largest", "smallest", "deepest"])
def test_what_json_just_holds_is_written(value: Json) -> None:
    assert canonical_json({"a": value} if isinstance(value, int) else value)


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (2**64, "64-bit"),
        (-(2**63) - 1, "64-bit"),
        (nested(300), "Recursion limit"),
        ("\ud800", "UTF-8"),
    ],
    ids=["too large", "too small", "too deep", "half a character"],
)
def test_what_json_does_not_hold_is_named(value: Json, reason: str) -> None:
    for refused in (canonical_json, digest):
        with pytest.raises(LimitExceeded, match=f"can't be written as JSON: .*{reason}"):
            refused([value])
