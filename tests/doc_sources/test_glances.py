"""The catalogue's words on Glances, compared with a live one."""

from __future__ import annotations

import importlib
from collections.abc import Iterator, Mapping

import httpx
import pytest
from openapi_core import Config, OpenAPI
from openapi_core.testing import MockRequest, MockResponse

from doc_sources.catalogue import load_catalogue
from doc_sources.download import Downloader
from doc_sources.fetcher import OpenApiFetcher
from schemas.base import lookup
from schemas.operation import Effect, Slice, rows_of
from schemas.source import FetchedSpec, Source

pytest.importorskip("glances", reason="needs the extra `demo`")

from eval.servers import glances

OVERLAY = load_catalogue().providers["glances"].overlay
assert OVERLAY is not None
DESCRIBED = {operation["operationId"]: path for path, item in OVERLAY.paths.items() for operation in item.values()}
UNCHECKED = Config(spec_validator_cls=None)
# There only after a second refresh.
DIFFERENCES = ("_rate_per_sec", "_gauge")
# Off in the server that the tests start, or empty on most machines.
MAY_BE_AWAY = {"list_containers", "list_sensors", "list_alerts", "list_disk_io", "list_filesystems"}
# Fields that not every machine has, by operation.
NOT_EVERYWHERE = {
    "list_network_interfaces": {"is_up", "alias"},
    "get_system": {"linux_distro"},
    "list_processes": {"memory_info.shared"},
}


class NoSecrets:
    def resolve(self, reference: str) -> str:
        raise AssertionError("nothing here is secret")


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with glances(tmp_path_factory.mktemp("glances")) as server:
        yield server.url


@pytest.fixture(scope="module")
def spec(url: str) -> FetchedSpec:
    found = OpenApiFetcher(Downloader(NoSecrets()), load_catalogue()).fetch(
        Source(name="host", spec_url=f"{url}/openapi.json", base_url="")
    )
    assert found is not None
    return found


@pytest.fixture(scope="module")
def operations(spec: FetchedSpec) -> Mapping[str, Slice]:
    return {s.operation.name: s for s in spec.slices}


def test_the_live_specification_is_recognised(spec: FetchedSpec, url: str) -> None:
    assert (spec.title, spec.base_url, spec.warnings) == ("Glances", url, ())


def test_every_operation_of_the_catalogue_is_covered_by_the_live_specification(operations: Mapping[str, Slice]) -> None:
    found = {name: operations[name].operation for name in DESCRIBED}
    assert {operation.effect for operation in found.values()} == {Effect.READ}
    assert all(operation.is_listable for operation in found.values())


@pytest.mark.parametrize("name", DESCRIBED)
def test_the_live_answer_is_what_the_catalogue_describes(operations: Mapping[str, Slice], url: str, name: str) -> None:
    piece = operations[name]
    answer = httpx.get(url + piece.operation.path, trust_env=False)
    if answer.status_code == 400 and "Unknown plugin" in answer.text:
        pytest.skip("this server has the plugin off")
    request = MockRequest(url, "get", piece.operation.path)
    OpenAPI.from_dict(piece.document, config=UNCHECKED).validate_response(request, MockResponse(answer.content))
    rows = rows_of(piece.operation, answer.json())
    if not rows and name in MAY_BE_AWAY:
        pytest.skip("there is nothing of the kind on this machine")
    seen = {field.path for field in piece.operation.fields for row in rows if lookup(row, field.path) is not None}
    missing = {field.path for field in piece.operation.fields} - seen - NOT_EVERYWHERE.get(name, set())
    assert not {path for path in missing if not path.endswith(DIFFERENCES)}, "described, but in no row"


@pytest.mark.parametrize("name", DESCRIBED)
def test_every_field_of_the_catalogue_is_one_that_glances_documents(operations: Mapping[str, Slice], name: str) -> None:
    plugin = importlib.import_module(f"glances.plugins.{DESCRIBED[name].rpartition('/')[2]}")
    known = {*plugin.fields_description}
    known |= {key + suffix for key, words in plugin.fields_description.items() if words.get("rate") for suffix in DIFFERENCES}
    assert {field.path.partition(".")[0] for field in operations[name].operation.fields} <= known


def test_what_shows_passwords_is_kept_back_and_what_clears_events_is_a_write(operations: Mapping[str, Slice]) -> None:
    by_path = {(s.operation.method, s.operation.path): s.operation.effect for s in operations.values()}
    assert by_path["GET", "/api/4/config"] is Effect.REVEAL
    assert by_path["GET", "/api/4/args"] is Effect.REVEAL
    assert by_path["POST", "/api/4/events/clear/all"] is Effect.WRITE
