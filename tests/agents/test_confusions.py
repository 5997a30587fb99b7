"""Questions that were once answered wrongly, on operations of another kind: each is right now, or declined."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from agents.knowledge import Knowledge
from agents.rules.engine import RulesEngine
from rag.index import OperationIndex
from schemas.errors import QuestionDeclined
from schemas.operation import Effect, JsonType, Operation, RowField
from tests.agents.notation import compact

CASES = yaml.safe_load((Path(__file__).parent / "data" / "confusions.yaml").read_text())
TYPES: dict[str, JsonType] = {"#": "integer", "%": "number", "?": "boolean", "[]": "array"}


def field(text: str) -> RowField:
    """`name`, `podCount#`, `ready?`, `phase=Pending|Running`, `firedAt@`, `memoryBytes#`."""
    path, _, members = text.partition("=")
    mark = next((mark for mark in TYPES if path.endswith(mark)), "")
    is_time = path.endswith("@")
    return RowField(
        path=path.removesuffix(mark).removesuffix("@"),
        type=TYPES.get(mark, "string"),
        enum=tuple(members.split("|")) if members else (),
        format="date-time" if is_time else "",
        description="In percent." if mark == "%" else "",
    )


def operation(source: str, name: str, fields: str, tags: str = "") -> Operation:
    return Operation(
        id=f"{source}:{name}", source=source, name=name, method="GET", path=f"/{name.removeprefix('list').lower()}", tags=tuple(tags.split()),
        summary=f"List critical {name}", effect=Effect.READ, effect_reason="", rows_path="items",
        fields=tuple(field(text) for text in fields.split()), slice_hash="0",
    )  # fmt: skip


@pytest.fixture(scope="module")
def cluster() -> Knowledge:
    operations = [operation(**described) for described in CASES["operations"]]
    index = OperationIndex()
    index.rebuild(operations)
    return Knowledge(index, operations, None)


@pytest.mark.parametrize(("question", "expected"), CASES["answered"].items())
def test_it_is_answered_rightly(question: str, expected: str, engine: RulesEngine, cluster: Knowledge) -> None:
    assert compact(engine.plan(question, cluster)).replace("kube:", "") == expected


@pytest.mark.parametrize("question", CASES["declined"])
def test_it_is_declined(question: str, engine: RulesEngine, cluster: Knowledge) -> None:
    with pytest.raises(QuestionDeclined) as declined:
        engine.plan(question, cluster)
    assert declined.value.message
