"""What the rules engine writes over a Kubernetes listing goes through its chunks to the end, or says that it did not."""

from __future__ import annotations

import pytest

from agents.knowledge import Knowledge
from agents.rules.engine import RulesEngine
from rag.index import OperationIndex
from sandbox.rehearsal.rehearse import Rehearsal, rehearse
from schemas.operation import CursorPagination
from schemas.tool import Candidate
from schemas.verification import Finding
from tests.sandbox.rehearsal.fleet import InProcess
from tests.sandbox.rehearsal.kubernetes import NODES, slices


@pytest.fixture(scope="module")
def knowledge() -> Knowledge:
    operations = [slice_.operation for slice_ in slices().values()]
    index = OperationIndex()
    index.rebuild(operations)
    return Knowledge(index, operations, None)


def written(question: str, engine: RulesEngine, knowledge: Knowledge) -> Candidate:
    return engine.write(engine.plan(question, knowledge), slices(), ())


def rehearsed(candidate: Candidate) -> Rehearsal:
    return rehearse(candidate, slices(), InProcess(granted=tuple(slices().values())), seed=1)


def findings(rehearsal: Rehearsal) -> list[Finding]:
    return [*rehearsal.rehearsal.findings, *rehearsal.contract.findings]


def test_the_listing_s_paging_is_told_from_its_description() -> None:
    expected = CursorPagination(cursor_parameter="continue", next_path="metadata.continue", size_parameter="limit")
    assert slices()[NODES].operation.pagination == expected


@pytest.mark.parametrize("question", ["list nodes", "count nodes by status.phase", "nodes where metadata.name is green"])
def test_what_is_written_over_a_kubernetes_listing_passes(question: str, engine: RulesEngine, knowledge: Knowledge) -> None:
    assert findings(rehearsed(written(question, engine, knowledge))) == []


STOPS = {"if not cursor:": "if True:"}
SHRUGS = {
    "response.raise_for_status()": "response.status_code == 410 or response.raise_for_status()",
    'body["items"]': 'body.get("items", [])',
}
"""A Status has no items and no token either: to the tool it looks like the end."""


@pytest.mark.parametrize(
    ("edits", "code", "said"),
    [(STOPS, "R_PAGES", ("3 of 9 rows", "metadata.continue")), (SHRUGS, "C_PAGES", ("a token has expired (410)", "metadata.continue"))],
    ids=["first chunk only", "gone is the end"],
)
def test_a_tool_that_stops_short_is_caught(
    edits: dict[str, str], code: str, said: tuple[str, ...], engine: RulesEngine, knowledge: Knowledge
) -> None:
    candidate = written("list nodes", engine, knowledge)
    source = candidate.source
    for old, new in edits.items():
        assert old in source
        source = source.replace(old, new)
    found = findings(rehearsed(candidate.model_copy(update={"source": source})))
    assert any(finding.code == code and all(word in finding.message for word in said) for finding in found), found
