"""What the rules engine writes over rows that lie in lists of lists, and over listings that are asked for by POST."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from time import monotonic

import pytest

from agents.knowledge import Knowledge
from agents.rules.engine import RulesEngine
from doc_sources.effects import load_judge
from doc_sources.parsing import parse
from doc_sources.provider import Meaning, Provider
from doc_sources.slices import Cutter
from doc_sources.specification import Specification
from rag.index import OperationIndex
from sandbox.image.store import ImageStore
from sandbox.lint import format_both
from sandbox.rehearsal.rehearse import rehearse
from sandbox.supervisor import WorkerPool
from sandbox.typecheck import TypeChecker
from sandbox.verify import Verifier
from schemas.errors import QuestionDeclined
from schemas.operation import CursorPagination, Slice
from schemas.tool import Candidate
from schemas.verification import Finding
from tests.agents.conftest import NOW
from tests.sandbox.rehearsal.fleet import InProcess

CACHE = Path(__file__).parents[2] / ".cache"
GATEWAY = Path(__file__).parent / "data" / "gateway.yaml"
PAGED = Meaning(operations=("GET /listeners",), pagination=CursorPagination(cursor_parameter="cursor", next_path="next_cursor"))
ROWS = {"GET /routes": "data.zones[].routes", "GET /listeners": "sites[].racks[].listeners"}


@cache
def slices() -> Mapping[str, Slice]:
    """The gateway's operations by id, with the rows where a catalogue would say that they are."""
    known = Provider(title="Gateway", hosts=("gateway.corp.example",), rows=ROWS, meanings=(PAGED,))
    cutter = Cutter(Specification(parse(GATEWAY.read_bytes())), "gateway", load_judge(""))
    return {piece.operation.id: known.enriched(piece) for piece in cutter.cut()}


@pytest.fixture(scope="module")
def knowledge() -> Knowledge:
    operations = [piece.operation for piece in slices().values()]
    index = OperationIndex()
    index.rebuild(operations)
    return Knowledge(index, operations, None)


@pytest.fixture(scope="module")
def verifier() -> Iterator[Verifier]:
    image = ImageStore(CACHE / "images").ensure(lambda _stage, _fraction: None)
    with WorkerPool(image) as pool, TypeChecker(CACHE / "types") as types:
        yield Verifier(types, pool.run, monotonic=monotonic)


def written(question: str, knowledge: Knowledge) -> Candidate:
    engine = RulesEngine(format_both, lambda: NOW)
    return engine.write(engine.plan(question, knowledge), slices(), ())


def rehearsed(candidate: Candidate, seed: int = 1) -> list[Finding]:
    found = rehearse(candidate, slices(), InProcess(granted=tuple(slices().values())), seed=seed)
    return [*found.rehearsal.findings, *found.contract.findings]


QUESTIONS = [
    "list routes",
    "routes with weight above 5",
    "closed routes",
    "top 3 routes by weight",
    "count routes by state",
    "list listeners",
    "listeners where protocol is tcp",
    "list backends",
    "upstream backends with connections above 10",
    "list certificates",
    "list quotas",
    "quotas with used above 5",
]


@pytest.mark.parametrize("question", QUESTIONS)
def test_what_is_written_is_proven(question: str, knowledge: Knowledge, verifier: Verifier) -> None:
    verification = verifier.verify(written(question, knowledge), slices())
    blocking = [finding.message for finding in verification.findings if finding.severity == "block"]
    assert (blocking, verification.semantics) == ([], "proven")


@pytest.mark.parametrize(
    ("question", "lines"),
    [
        ("list routes", ['for zone in _get(client, "/routes").json()["data"]["zones"]:', 'yield from zone.get("routes") or []']),
        (
            "list listeners",
            ['for site in body["sites"]:', 'for site_rack in site.get("racks") or []:', 'yield from site_rack.get("listeners") or []'],
        ),
        (
            "list backends",
            ['yield from _post(client, "/backends/list", body={}).json()["backends"]', "client.post(url, params=params, json=body)"],
        ),
        (
            "list quotas",
            ['body = _post(client, path, {"page": page}).json()', "client.post(url, params=params)", 'f"POST {path} did not end'],
        ),
    ],
)
def test_it_reads_like_written_by_hand(question: str, lines: list[str], knowledge: Knowledge) -> None:
    source = written(question, knowledge).source
    assert [line for line in lines if line not in source] == []


@pytest.mark.parametrize("question", ["list hard quotas", "list downstream backends", "list non upstream backends"])
def test_words_that_do_not_hold_for_all_rows_by_the_title_are_not_passed_over(question: str, knowledge: Knowledge) -> None:
    with pytest.raises(QuestionDeclined):
        written(question, knowledge)


def test_operations_that_need_something_said_or_give_a_part_are_not_listed() -> None:
    listed = {piece.operation.name for piece in slices().values() if piece.operation.is_listable}
    assert listed == {"list_routes", "list_listeners", "list_backends", "list_certificates", "list_quotas"}


@pytest.mark.parametrize(
    ("question", "old", "new", "said"),
    [
        ("list routes", 'zone.get("routes") or []', 'zone["routes"] or []', "KeyError"),
        ("list routes", 'zone.get("routes") or []', 'zone.get("routes", [])', "NoneType"),
        ("list routes", '["data"]["zones"]:', '["data"]["zones"][:1]:', "is on page 1 of /routes"),
        ("list backends", "client.post(url, params=params, json=body)", "client.get(url, params=params)", "GET"),
        ("list certificates", "body={}", 'body={"name": "x"}', "name"),
        ("list certificates", ", body={}", "", "body"),
    ],
)
def test_a_tool_that_asks_or_reads_otherwise_is_caught(question: str, old: str, new: str, said: str, knowledge: Knowledge) -> None:
    candidate = written(question, knowledge)
    assert old in candidate.source
    found = rehearsed(candidate.model_copy(update={"source": candidate.source.replace(old, new)}))
    assert any(said in finding.message for finding in found), found
