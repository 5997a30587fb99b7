"""Documents made to hang or crash their reader."""

from __future__ import annotations

import orjson
import pytest

from doc_sources.facts import Facts
from doc_sources.parsing import is_html, parse
from doc_sources.slices import Cutter
from doc_sources.specification import Specification
from schemas.base import Json
from schemas.errors import SpecUnusable
from tests.doc_sources.documents import JUDGE, SOURCE, get, openapi, schemas_of, slices


def named(number: int) -> dict[str, Json]:
    return {"$ref": f"#/components/schemas/S{number}"}


@pytest.mark.parametrize("combination", ["allOf", "anyOf", "oneOf"])
@pytest.mark.parametrize("last", [{"type": "string"}, named(0)], ids=["ending", "circular"])
def test_alternatives_that_double_with_every_step_are_given_up(combination: str, last: Json) -> None:
    schemas = {f"S{number}": {combination: [named(number + 1), named(number + 1)]} for number in range(60)} | {"S60": last}
    found, warnings = slices(openapi({"/a": get(named(0))}, schemas))
    assert len(schemas_of(found[0])) == 61
    assert warnings == ()


def test_a_chain_of_references_longer_than_the_stack_costs_one_operation() -> None:
    schemas = {f"S{number}": {"allOf": [named(number + 1)]} for number in range(1_500)} | {"S1500": {}}
    found, warnings = slices(openapi({"/long": get(named(0)), "/a": get()}, schemas))
    assert [piece.operation.path for piece in found] == ["/a"]
    assert "'list_things' is left out" in warnings[0]


def test_rows_as_wide_as_they_are_deep_are_cut_off() -> None:
    schemas = {f"S{number}": {"properties": {f"p{i}": named(number + 1) for i in range(200)}} for number in range(4)} | {"S4": {}}
    found, _ = slices(openapi({"/a": get(named(0))}, schemas))
    assert len(found[0].operation.fields) == 5_000


def test_operations_are_counted_up_to_the_bound() -> None:
    document = Specification(openapi({f"/{number}": {"get": {}} for number in range(3)}))
    assert len(list(document.operations(max_operations=3))) == 3
    with pytest.raises(SpecUnusable, match="more than 2 operations"):
        list(document.operations(max_operations=2))


def test_slices_are_weighed_up_to_the_bound() -> None:
    document = Specification(openapi({"/a": get(named(0)), "/b": get(named(0))}, {"S0": {"title": "x" * 88}}))
    assert len(list(Cutter(document, SOURCE, JUDGE, max_total_bytes=200).cut())) == 2
    with pytest.raises(SpecUnusable, match="more schemas than can be kept"):
        list(Cutter(document, SOURCE, JUDGE, max_total_bytes=199).cut())


WIDE = {"S0": {"properties": {f"p{number}": {"type": "string"} for number in range(50)}}}
FIELDS = get(named(0))
PARAMETER = get(parameters=[{"name": "p", "in": "query", "schema": named(0)}])


@pytest.mark.parametrize(("item", "size_bytes"), [(FIELDS, 50 * 120), (PARAMETER, 120 + len(orjson.dumps(WIDE["S0"])))])
def test_what_operations_share_is_weighed_for_each_of_them_up_to_the_bound(item: Json, size_bytes: int) -> None:
    document = Specification(openapi({"/a": item, "/b": item}, WIDE))
    assert len(list(Cutter(document, SOURCE, JUDGE, max_operation_bytes=2 * size_bytes).cut())) == 2
    with pytest.raises(SpecUnusable, match="more parameters and fields together"):
        list(Cutter(document, SOURCE, JUDGE, max_operation_bytes=2 * size_bytes - 1).cut())


@pytest.mark.parametrize("text", ["\n" * 200_000, ". " * 200_000, " " * 200_000, "also " * 100_000, "and then " * 50_000, "A" * 200_000])
def test_documentation_of_any_length_is_read_in_one_go(text: str) -> None:
    JUDGE.judge(Facts("GET", "/a", "x", text, text))


@pytest.mark.parametrize("text", [b"<title>" * 50_000, b"<title" * 50_000, b"<title>" + b" " * 100_000, b"<!--" * 50_000])
def test_a_page_of_any_length_is_named_at_once(text: bytes) -> None:
    with pytest.raises(SpecUnusable, match="HTML page"):
        parse(b"<html>" + text)


@pytest.mark.parametrize("text", [b"<!--" + b" --> <!--" * 450, b" " * 4_000 + b"<!-- x -->" * 400, b"<?xml " + b"?> " * 1_300])
def test_what_begins_like_a_page_for_long_is_told_at_once(text: bytes) -> None:
    assert not is_html(text)
