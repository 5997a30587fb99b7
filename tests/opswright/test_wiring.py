"""What the wired product does that no part of it does alone."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import func, select

from agents.nodes import gather
from opswright.settings import Settings
from opswright.wiring import Runtime
from rag.hashing import HashingEmbedder
from rag.tables import vectors
from sandbox.broker.budget import Budget
from sandbox.broker.wire import TransportFailure, WireRequest
from sandbox.jobs import MIB, Limits
from schemas.errors import Denied
from schemas.query import Call, Column, Query
from schemas.source import AwsAccess, Source
from tests.rag.operations import TEN
from tests.sandbox.broker.loopback import dripping, serving


def _source(name: str, base_url: str = "http://127.0.0.1:1") -> Source:
    return Source(name=name, spec_url=base_url, base_url=base_url)


def test_the_limits_of_a_live_run_are_the_settings(settings: Settings) -> None:
    changed = {
        "tool_cpu_seconds": 3.0,
        "tool_wall_seconds": 4.0,
        "tool_memory_mib": 65,
        "tool_output_mib": 5,
        "tool_requests": 6,
        "tool_request_mib": 7,
        "tool_response_mib": 9,
    }
    with Runtime(settings.model_copy(update=changed)) as runtime:
        live = runtime.deps.live
    assert live._limits == Limits(cpu_seconds=3.0, wall_seconds=4.0, memory_bytes=65 * MIB, output_bytes=5 * MIB)
    assert live._budget == Budget(requests=6, request_bytes=7 * MIB, response_bytes=9 * MIB, seconds=4.0)


def test_a_query_on_what_can_only_be_read_is_denied_before_anything_is_written(runtime: Runtime, tmp_path: Path) -> None:
    file = tmp_path / "pager.graphql"
    file.write_text("type Query { pages: [Page!]! }  type Page { id: ID! }")
    runtime.add_source(str(file), name="pager", approve=True)
    (operation,) = runtime.documents.operations("pager")
    query = Query(call=Call(alias="pages", operation=operation.id), select=(Column(name="id", path="pages.id"),))
    with pytest.raises(Denied, match=r"'pager:query.pages' can't be called from here: it is known as graphql"):
        gather({"source": "pager", "query": query.model_dump(mode="json")}, runtime.deps)


def test_two_sources_at_one_place_have_transports_of_their_own(runtime: Runtime) -> None:
    one, other = runtime.transports.of(_source("one")), runtime.transports.of(_source("other"))
    assert one is runtime.transports.of(_source("one"))
    assert one is not other
    assert one is not runtime.transports.of(_source("one", "http://127.0.0.1:2"))
    with pytest.raises(TransportFailure, match="other at"):
        other.send(WireRequest("GET", "http://127.0.0.1:1/", ()))


def test_aws_is_one_identity_for_all_regions_until_its_access_changes(runtime: Runtime) -> None:
    access = AwsAccess(regions=("us-east-1", "eu-west-1"), profile="ops")
    source = Source(name="aws", spec_url="botocore:ec2", base_url="aws://", aws=access)
    transport = runtime.transports.of(source.at("us-east-1"))
    assert transport is runtime.transports.of(source.at("eu-west-1"))
    assert transport is not runtime.transports.of(source.model_copy(update={"aws": access.model_copy(update={"profile": "other"})}))
    assert getattr(runtime.transports.authenticator_of(source), "__self__", None) is transport


def test_a_server_that_drips_for_ever_ends_with_the_run_s_time(settings: Settings) -> None:
    brief = settings.model_copy(update={"tool_wall_seconds": 0.2})
    with serving(dripping(b"HTTP/1.1 200 OK\r\n")) as server, Runtime(brief) as runtime:
        base_url = f"http://127.0.0.1:{server.port}"
        with pytest.raises(TransportFailure) as failure:
            runtime.transports.of(_source("slow", base_url)).send(WireRequest("GET", f"{base_url}/", ()))
    assert failure.value.kind == "timeout"


def test_vectors_are_kept_in_the_database_and_the_folder_of_an_earlier_release_is_removed(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    (settings.home / "vectors").mkdir(parents=True)
    (settings.home / "vectors" / "data_level0.bin").write_bytes(b"a token that was in memory")
    monkeypatch.setattr(Runtime, "embedder", HashingEmbedder())
    with Runtime(settings) as runtime:
        runtime.index.rebuild(TEN)
        assert runtime.index.warm().result()
        assert runtime.index.has_meaning
        assert runtime.index.search("list certificates")[0].operation.name == "listCertificates"
        with runtime.database.connect() as connection:
            assert (connection.scalar(select(func.count()).select_from(vectors)) or 0) >= len(runtime.index.families("list", limit=20))
    assert {entry.name.partition("-")[0] for entry in settings.home.iterdir()} == {"opswright.db"}
