from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from pydantic import TypeAdapter

from schemas.base import Json
from schemas.operation import Pagination
from tests.doc_sources.documents import get, only_operation, openapi

CASES = yaml.safe_load(Path(__file__).with_name("data").joinpath("pagination.yaml").read_text())
ROWS = {"type": "array", "items": {"type": "object", "properties": {"id": {"type": "string"}}}}


def document(case: Json, body: Json) -> Json:
    named = [{"name": p, "schema": {"type": "integer"}} if isinstance(p, str) else p for p in case["parameters"]]
    headers = {name: {"schema": {"type": "string"}} for name in case.get("headers", ())}
    response = {"description": "", "headers": headers, "content": {"application/json": {"schema": body}}}
    return openapi({"/things": get(parameters=[{"in": "query", **p} for p in named], responses={"200": response})})


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_the_style_is_told_from_names(case: Json) -> None:
    body = {"type": "object", "properties": {"items": ROWS, **case["body"]}} if "body" in case else ROWS
    found = only_operation(document(case, body)).pagination
    assert found == TypeAdapter(Pagination | None).validate_python(case["expected"])


@pytest.mark.parametrize("body", [None, {"type": "object", "properties": {"id": {"type": "string"}}}])
def test_what_is_no_list_has_no_pages(body: Json) -> None:
    assert only_operation(document({"parameters": ["page"]}, body)).pagination is None
