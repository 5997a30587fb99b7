"""Our own descriptions of servers that have none, compared with real ones: each reading operation is called through the broker."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

import orjson
import pytest
from jsonschema_rs import Draft202012Validator
from openapi_spec_validator import OpenAPIV31SpecValidator

from doc_sources.catalogue import load_catalogue
from doc_sources.catalogue_fetcher import DESCRIPTORS, CatalogueFetcher
from doc_sources.download import Downloader
from doc_sources.fetcher import OpenApiFetcher
from doc_sources.parsing import parse
from sandbox.broker.broker import Broker
from sandbox.broker.grant import Grant
from sandbox.broker.live import LiveTransport
from sandbox.broker.wire import WireRequest
from schemas.base import Json, lookup
from schemas.operation import Effect, Slice, rows_of
from schemas.source import FetchedSpec, Source
from tests.doc_sources.backends import BACKENDS, backend

CATALOGUE = load_catalogue()
SHIPPED = {name: provider for name, provider in CATALOGUE.providers.items() if provider.descriptor}
NOW = int(time.time())
# What an operation must be asked with.
QUERIES: dict[str, dict[str, Json]] = {
    "query": {"query": "up"},
    # Wide: NOW is when tests are collected, and these may run a quarter of an hour later.
    "query_range": {"query": "up", "start": str(NOW - 60), "end": str(NOW + 7200), "step": "60s"},
    "query_exemplars": {"query": "up", "start": str(NOW - 60), "end": str(NOW + 7200)},
    "list_series": {"match[]": "up"},
}
BODIES: dict[str, Json] = {"query_keys": {"key": "AA==", "range_end": "AA=="}}
# A single thing of a listing, whose id is filled in.
OF_ONE = {"get_silence": ("list_silences", "silenceID", "id"), "list_label_values": ("", "name", "job")}
# Empty in the servers that the tests start, or rows of names that differ from server to server.
NO_ROWS = {
    "query_exemplars",
    "list_targets@victoriametrics",
    "list_target_metadata",
    "get_top_queries@victoriametrics",
    "list_alertmanagers",
}
# Fields that not every version has, or that need what these servers do not have.
MAY_BE_AWAY = {
    "list_alerts": {"keepFiringSince", "labels.job", "labels.instance", "annotations.description", "generatorURL", "status.mutedBy"},
    "list_alert_groups": set[str](),
    "list_silences": {"annotations"},
    "get_silence": {"annotations"},
    "query_keys": {"lease"},
    "list_members": {"isLearner"},
    "list_targets": {"lastError"},
}


class NoSecrets:
    def resolve(self, reference: str) -> str:
        raise AssertionError("nothing here is secret")


@dataclass(frozen=True)
class Described:
    """A running server, and what the catalogue says of it."""

    source: Source
    spec: FetchedSpec

    def ask(self, name: str) -> Json:
        """The answer to one operation through the broker."""
        piece = self.piece(name)
        path = piece.operation.path
        if name in OF_ONE:
            listing, parameter, field = OF_ONE[name]
            path = path.replace(f"{{{parameter}}}", lookup(self.ask(listing)[0], field) if listing else field)
        query = f"?{urlencode(QUERIES[name])}" if name in QUERIES else ""
        body = orjson.dumps(BODIES[name]) if name in BODIES else None
        headers = (("content-type", "application/json"),) if body else ()
        request = WireRequest(piece.operation.method, f"{self.source.base_url}{path}{query}", headers, body)
        with LiveTransport(self.source) as transport:
            grant = Grant(self.source, (piece,), tuple(s.operation for s in self.spec.slices))
            response = Broker(grant, transport).exchange(request)
        assert response.status == 200, response.body
        return orjson.loads(response.body)

    def piece(self, name: str) -> Slice:
        return next(s for s in self.spec.slices if s.operation.name == name)


@pytest.fixture(scope="module", params=sorted(BACKENDS))
def described(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Described]:
    with backend(request.param, tmp_path_factory.mktemp(request.param)) as base_url:
        path = str(DESCRIPTORS / f"{request.param}.yaml")
        source = Source(name=request.param, spec_url=path, base_url=base_url)
        spec = OpenApiFetcher(Downloader(NoSecrets()), CATALOGUE).fetch(source)
        assert spec is not None
        yield Described(source, spec)


@pytest.mark.parametrize("name", sorted(SHIPPED))
def test_a_descriptor_is_valid_recognised_and_without_warnings(name: str) -> None:
    provider = SHIPPED[name]
    path = DESCRIPTORS / str(provider.descriptor)
    document = parse(path.read_bytes())
    OpenAPIV31SpecValidator(document).validate()
    assert CATALOGUE.recognise(document["paths"]) == name
    source = Source(name=name, spec_url=str(path), base_url=f"http://127.0.0.1:9{provider.base_path}")
    spec = OpenApiFetcher(Downloader(NoSecrets()), CATALOGUE).fetch(source)
    assert spec is not None
    assert (spec.title, spec.warnings) == (provider.title, ())
    assert all(piece.operation.effect is not Effect.WRITE for piece in spec.slices), "only what reads is described"


def test_every_descriptor_belongs_to_a_provider() -> None:
    assert {path.name for path in DESCRIPTORS.iterdir()} == {provider.descriptor for provider in SHIPPED.values()}


def test_every_answer_is_what_the_descriptor_says_and_nothing_more(described: Described) -> None:
    for piece in described.spec.slices:
        if piece.operation.effect is Effect.READ:
            answer = described.ask(piece.operation.name)
            errors = [f"{error.instance_path}: {error.message}" for error in Draft202012Validator(_strict(piece)).iter_errors(answer)]
            assert not errors, f"{piece.operation.label}: {errors[:3]} in {answer}"


def test_every_listing_has_rows_and_every_field_is_in_one(described: Described) -> None:
    for piece in described.spec.slices:
        operation = piece.operation
        is_empty = {operation.name, f"{operation.name}@{described.source.name}"} & NO_ROWS
        if operation.effect is not Effect.READ or operation.row_is_single or is_empty:
            continue
        rows = rows_of(operation, described.ask(operation.name))
        assert rows, f"{operation.label} lists nothing"
        seen = {field.path for field in operation.fields for row in rows if lookup(row, field.path) is not None}
        assert {field.path for field in operation.fields} - seen <= MAY_BE_AWAY.get(operation.name, set()), operation.label


def test_a_server_that_describes_nothing_is_described_by_the_catalogue_with_a_reason(described: Described, tmp_path: Path) -> None:
    name = described.source.name
    if not CATALOGUE.providers[name].live:
        pytest.skip("no version of this server describes itself")
    source = described.source.model_copy(update={"spec_url": f"catalogue:{name}"})
    spec = CatalogueFetcher(CATALOGUE, OpenApiFetcher(Downloader(NoSecrets()), CATALOGUE)).fetch(source)
    assert spec is not None
    assert "the catalogue's own" in spec.warnings[0]
    assert "(it answered 404)" in spec.warnings[0]


def test_the_filters_of_the_catalogue_keep_what_they_say(described: Described) -> None:
    if described.source.name != "prometheus":
        pytest.skip("no other server that starts here has plain filters")
    operation = described.piece("list_targets").operation
    (kept,) = operation.filters
    QUERIES["list_targets"] = {kept.parameter: "nobody"}
    try:
        rows = rows_of(operation, described.ask("list_targets"))
    finally:
        del QUERIES["list_targets"]
    assert [lookup(row, kept.path) for row in rows] == ["nobody"]
    assert len(rows_of(operation, described.ask("list_targets"))) == 2


def _strict(piece: Slice) -> Json:
    """The schema of the answer, in which an object has no other fields than those that are named, unless it says so."""
    operation = piece.document["paths"][piece.operation.path][piece.operation.method.lower()]
    schema = operation["responses"]["200"]["content"]["application/json"]["schema"]
    return _closed({**schema, "components": piece.document.get("components", {})})


def _closed(schema: Json) -> Json:
    if isinstance(schema, list):
        return [_closed(member) for member in schema]
    if not isinstance(schema, dict):
        return schema
    closed = {key: _closed(value) for key, value in schema.items()}
    if schema.get("type") == "object" and "properties" in schema and "additionalProperties" not in schema:
        closed["additionalProperties"] = False
    return closed
