"""What the rules engine writes over rows that lie in lists of lists, and over listings that are asked for by POST."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

import pytest

from doc_sources.effects import load_judge
from doc_sources.parsing import parse
from doc_sources.provider import Meaning, Provider
from doc_sources.slices import Cutter
from doc_sources.specification import Specification
from sandbox.verify import Verifier
from schemas.errors import QuestionDeclined
from schemas.operation import CursorPagination, Slice
from tests.agents.authors import Author, author_over

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
def author() -> Author:
    return author_over(slices())


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
def test_what_is_written_is_proven(question: str, author: Author, verifier: Verifier) -> None:
    verification = verifier.verify(author.written(question), slices())
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
def test_it_reads_like_written_by_hand(question: str, lines: list[str], author: Author) -> None:
    source = author.written(question).source
    assert [line for line in lines if line not in source] == []


@pytest.mark.parametrize("question", ["list hard quotas", "list downstream backends", "list non upstream backends"])
def test_words_that_do_not_hold_for_all_rows_by_the_title_are_not_passed_over(question: str, author: Author) -> None:
    with pytest.raises(QuestionDeclined):
        author.written(question)


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
def test_a_tool_that_asks_or_reads_otherwise_is_caught(question: str, old: str, new: str, said: str, author: Author) -> None:
    candidate = author.written(question)
    assert old in candidate.source
    found = author.rehearsed(candidate.model_copy(update={"source": candidate.source.replace(old, new)}))
    assert any(said in finding.message for finding in found), found
