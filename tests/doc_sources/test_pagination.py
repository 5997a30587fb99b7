from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
import yaml
from pydantic import TypeAdapter

from doc_sources.catalogue import load_catalogue
from doc_sources.download import Downloader
from doc_sources.fetcher import OpenApiFetcher
from schemas.base import Json
from schemas.operation import Pagination
from schemas.source import Source
from tests.doc_sources.documents import get, only_operation, openapi
from tests.doc_sources.specs import published

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


class NoSecrets:
    """Resolves nothing; a file needs none."""

    def resolve(self, reference: str) -> str:
        raise AssertionError(f"nobody needs {reference}")


@pytest.mark.parametrize(
    ("name", "styles"),
    [
        ("azure/compute.2019-03-01.json", {"link": 19, "none": 11}),
        ("digitalocean.specification.tar.gz", {"cursor": 1, "link": 6, "none": 119, "page": 83}),
        ("stripe.spec3.2023-09-12.yaml", {"cursor": 7, "last_row": 100, "none": 2}),
    ],
)
def test_as_many_listings_of_published_descriptions_go_on_as_were_looked_at(name: str, styles: dict[str, int]) -> None:
    """Whatever they do to the world."""
    source = Source(name="x", spec_url=str(published(name)), base_url="https://x.test")
    fetched = OpenApiFetcher(Downloader(NoSecrets()), load_catalogue()).fetch(source)
    assert fetched is not None
    operations = (piece.operation for piece in fetched.slices)
    listings = [operation for operation in operations if operation.rows_path is not None and not operation.row_is_single]
    assert Counter(operation.pagination.style if operation.pagination else "none" for operation in listings) == styles
