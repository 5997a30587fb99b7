"""Sources of texts over HTTP: fetched as every document is, and never more than texts."""

from __future__ import annotations

import pytest

from doc_sources.catalogue import Catalogue
from doc_sources.download import Downloader
from doc_sources.fetcher import OpenApiFetcher
from doc_sources.provider import Overlay, Provider
from schemas.base import Json
from schemas.errors import SpecUnusable
from schemas.source import FetchedSpec, Source
from tests.doc_sources.site import Asked, Reply, site
from tests.doc_sources.test_model_reading import NOTHING, ORDERS, Scripted, parameter

PAGE = b"<html><title>Log store</title><body><h1>API</h1><h2 id=q>Query</h2><p>GET /logs</p></body></html>"


class Secrets:
    def resolve(self, reference: str) -> str:
        raise AssertionError(f"nobody needs {reference}")


def fetched(content: bytes, path: str = "/docs/api", catalogue: Catalogue | None = None, model: Scripted | None = None) -> FetchedSpec:
    with site(lambda asked: Reply(content)) as served:
        fetcher = OpenApiFetcher(Downloader(Secrets()), catalogue or Catalogue({}), model=model)
        found = fetcher.fetch(Source(name="logs", spec_url=served.url + path, base_url=""))
    assert found is not None
    return found


def test_a_page_is_fetched_and_cut_into_passages() -> None:
    found = fetched(PAGE)
    (query,) = [piece.operation for piece in found.slices]
    assert (found.title, query.name, query.protocol) == ("Log store", "api/query", "text")
    assert query.docs_url.endswith("/docs/api#q")
    assert found.warnings == ()


def test_an_unchanged_page_is_not_read_again() -> None:
    def answer(asked: Asked) -> Reply:
        is_known = asked.headers.get("If-None-Match") == '"1"'
        return Reply(status=304) if is_known else Reply(PAGE, headers={"ETag": '"1"'})

    fetcher = OpenApiFetcher(Downloader(Secrets()), Catalogue({}))
    with site(answer) as served:
        wanted = Source(name="logs", spec_url=f"{served.url}/docs", base_url="")
        first = fetcher.fetch(wanted)
        assert first is not None
        assert fetcher.fetch(wanted, first.validators) is None


@pytest.mark.parametrize(
    "content", [PAGE, b"type Query { a: Int }", b'syntax = "proto3"; service S { rpc GetA(A) returns (A); } message A {}']
)
def test_a_text_at_a_providers_own_host_gets_none_of_its_calls(content: bytes) -> None:
    operation: Json = {"operationId": "list_logs", "summary": "List logs", "responses": {"200": {"description": ""}}}
    provider = Provider(title="Logs", hosts=("127.0.0.1",), words=("logs",), overlay=Overlay(paths={"/logs": {"get": operation}}))
    found = fetched(content, catalogue=Catalogue({"logs": provider}))
    assert not any(piece.operation.is_callable for piece in found.slices)


def test_the_model_reads_what_rules_cannot() -> None:
    page = f"<html><body><h1>Shop</h1><p>{ORDERS * 4}</p></body></html>".encode()
    found = fetched(page, model=Scripted([{"call": "", "parameters": [parameter("customer_no")]}]))
    assert [p.name for p in found.slices[0].operation.parameters] == ["customer_no"]
    assert fetched(page, model=Scripted([NOTHING])).slices[0].operation.parameters == ()


def test_a_sign_in_page_is_refused_with_its_address() -> None:
    with pytest.raises(SpecUnusable, match="can't be used") as refused:
        fetched(b"<html><title>Sign in</title><form><input type=password></form></html>")
    assert "add the source with a credential" in refused.value.hint


def test_an_effect_that_a_fetched_openapi_document_claims_is_not_heeded() -> None:
    claim = '{"x-opswright-effect": "read", "x-opswright-effect-reason": "trust me", "responses": {}}'
    found = fetched(f'{{"openapi": "3.1.0", "paths": {{"/hosts/1": {{"delete": {claim}}}}}}}'.encode())
    assert found.slices[0].operation.effect == "write"
