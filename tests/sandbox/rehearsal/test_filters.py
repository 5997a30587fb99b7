"""Declared parameters act as they are declared, with a server's own idea of equality; undeclared ones do nothing."""

from __future__ import annotations

import json
from collections.abc import Mapping
from random import Random
from typing import Any

import pytest

from sandbox.broker.wire import WireRequest, WireResponse
from sandbox.rehearsal.api import BASE_URL, RehearsalApi, listings
from sandbox.rehearsal.filters import in_body, kept, repeated
from sandbox.rehearsal.lenient import lenient
from sandbox.rehearsal.pages import BadRequest
from sandbox.rehearsal.rehearse import Rehearsal, rehearse
from sandbox.rehearsal.rows import RowMaker
from sandbox.rehearsal.stage import NOW
from sandbox.rehearsal.world import World
from schemas.base import Json
from schemas.operation import Echo, Filter, Slice
from schemas.verification import Finding
from tests.sandbox.rehearsal.fleet import InProcess, candidate, slices, tool

HOSTS, SERVICES, DEPLOYMENTS = "fleet:list_hosts", "fleet:list_services", "fleet:list_deployments"

ROWS: list[Json] = [
    {"hostname": "amber-1", "cpu_used_percent": 10, "state": "healthy", "booted_at": "2028-02-01T00:00:00Z", "services": ["svc-1"]},
    {"hostname": "Amber-2", "cpu_used_percent": 9.5, "state": "degraded", "booted_at": "2028-02-01T02:00:00+02:00", "services": []},
    {
        "hostname": "birch-1",
        "cpu_used_percent": 100,
        "state": "healthy",
        "booted_at": "2028-02-02T00:00:00Z",
        "services": ["svc-1", "svc-2"],
    },
    {"region": "eu-west-1"},
]


def declaring(name: str, *filters: Filter, echo: tuple[Echo, ...] = ()) -> Slice:
    slice_ = slices()[name]
    return slice_.model_copy(update={"operation": slice_.operation.model_copy(update={"filters": filters, "echo": echo})})


def maker(slice_: Slice) -> RowMaker:
    return RowMaker(lenient(slice_), Random(1), NOW)


def indices(filter_: Filter, value: str) -> tuple[int, ...] | None:
    slice_ = declaring(HOSTS, filter_)
    return kept(slice_.operation, maker(slice_), {filter_.parameter: value}, ROWS)


@pytest.mark.parametrize(
    ("comparison", "path", "value", "expected"),
    [
        ("eq", "hostname", "amber-1", (0,)),
        ("eq", "hostname", "AMBER-1", ()),
        ("ne", "hostname", "amber-1", (1, 2)),
        ("prefix", "hostname", "amber", (0,)),
        ("contains", "hostname", "-1", (0, 2)),
        ("in", "hostname", "birch-1,amber-1,other", (0, 2)),
        ("eq", "cpu_used_percent", "10.0", (0,)),
        ("gt", "cpu_used_percent", "9.5", (0, 2)),
        ("ge", "cpu_used_percent", "9.5", (0, 1, 2)),
        ("lt", "cpu_used_percent", "10", (1,)),
        ("le", "cpu_used_percent", "10", (0, 1)),
        ("in", "cpu_used_percent", "10,100", (0, 2)),
        ("eq", "state", "healthy", (0, 2)),
        ("in", "state", "healthy,degraded", (0, 1, 2)),
        ("ge", "booted_at", "2028-02-01T00:00:00Z", (0, 1, 2)),
        ("gt", "booted_at", "2028-02-01T01:00:00+01:00", (2,)),
        ("eq", "services", "svc-1", (0, 2)),
        ("in", "services", "svc-2,svc-9", (2,)),
    ],
)
def test_a_filter_keeps_what_compares_so_and_nothing_that_is_missing(
    comparison: Any, path: str, value: str, expected: tuple[int, ...]
) -> None:
    assert indices(Filter(parameter="role", path=path, comparison=comparison), value) == expected


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        ("cpu_used_percent", "high", "'high' is no number"),
        ("cpu_used_percent", "true", "'true' is no number"),
        ("state", "Healthy", "'Healthy' is none of healthy, degraded, unreachable"),
        ("state", "all", "'all' is none of"),
        ("booted_at", "yesterday", "'yesterday' is no date-time"),
    ],
)
def test_a_value_that_is_none_is_refused(path: str, value: str, said: str) -> None:
    with pytest.raises(BadRequest, match=said):
        indices(Filter(parameter="role", path=path), value)


def test_a_request_without_a_filter_keeps_everything() -> None:
    slice_ = declaring(HOSTS, Filter(parameter="role", path="state"))
    assert kept(slice_.operation, maker(slice_), {"page": "2", "region": "x"}, ROWS) is None


# --- as the API answers


TIER = Filter(parameter="tier", path="tier")
TIERS = ("critical", "high", "standard", "low")


def api(slice_: Slice, rows: list[Json], **more: Any) -> RehearsalApi:
    eased = lenient(slice_)
    name = eased.operation.id
    return RehearsalApi(listings([eased], {name: maker(slice_)}), World({name: tuple(rows)}, {}), seed=1, **more)


def services(count: int = 24) -> list[Json]:
    return [{"id": f"svc-{index:06x}", "name": f"s{index}", "tier": TIERS[index % 4], "language": "go"} for index in range(count)]


def get(server: RehearsalApi, path: str) -> WireResponse:
    return server.send(WireRequest("GET", BASE_URL + path))


def body(response: WireResponse) -> Any:
    assert response.status == 200, response.body
    return json.loads(response.body)


def test_pages_and_totals_are_those_of_the_rows_that_are_left() -> None:
    server = api(declaring(SERVICES, TIER), services())
    pages = [body(get(server, f"/services?tier=high&page={number}&per_page=50")) for number in (1, 2, 3, 4)]
    assert [row["tier"] for page in pages for row in page["items"]] == ["high"] * 6
    assert {page["total"] for page in pages} == {6}
    assert [list(served.page.indices) for served in server.served if served.page][:2] == [[1, 5], [9, 13]]


def test_what_is_not_declared_changes_nothing() -> None:
    plain, asked = (body(get(api(slices()[SERVICES], services()), f"/services?page=1{more}")) for more in ("", "&tier=high"))
    assert plain == asked


def test_a_refused_value_is_a_400_in_the_declared_form_and_on_record() -> None:
    server = api(declaring(SERVICES, TIER), services())
    response = get(server, "/services?tier=urgent")
    assert (response.status, json.loads(response.body)) == (400, {"detail": "tier 'urgent' is none of critical, high, standard, low"})
    assert (server.served[-1].page, server.served[-1].query) == (None, {"tier": "urgent"})


def test_repeated_values_are_a_list_too() -> None:
    server = api(declaring(SERVICES, Filter(parameter="tier", path="tier", comparison="in")), services(8))
    assert body(get(server, "/services?tier=high&tier=low"))["total"] == 4


def placed(slice_: Slice) -> Slice:
    """The hosts of a region, which stands in the path."""
    path = "/regions/{region-name}/hosts"
    (item,) = slice_.document["paths"].values()
    document = {**slice_.document, "paths": {path: item}}
    return slice_.model_copy(update={"document": document, "operation": slice_.operation.model_copy(update={"path": path})})


def test_a_parameter_of_the_path_filters_and_stays_in_links() -> None:
    rows: list[Json] = [{"hostname": f"h{index}", "region": ("eu west", "us")[index % 2]} for index in range(16)]
    server = api(placed(declaring(HOSTS, Filter(parameter="region-name", path="region"))), rows)
    response = get(server, "/regions/eu%20west/hosts?page_size=50")
    assert [row["hostname"] for row in body(response)] == ["h0", "h2"]
    assert dict(response.headers)["link"] == f'<{BASE_URL}/regions/eu%20west/hosts?page_size=50&page=2>; rel="next"'


def test_an_echo_in_the_body_is_typed_as_its_place_is() -> None:
    slice_ = declaring("fleet:list_jobs", echo=(Echo(parameter="continue", path="metadata.version"), Echo(parameter="absent", path="kind")))
    server = api(slice_, [{"name": "j", "spec": {"retries": 1}}])
    forms = server._has[0].envelope
    assert forms.schema("metadata.version")["type"] == "integer"
    told: Json = {"metadata": {}}
    in_body(slice_.operation, {"continue": "7"}, told, forms.schema)
    assert told == {"metadata": {"version": 7}}


UNIT = Echo(parameter="role", path="region", in_rows=True)


def test_an_echo_in_the_rows_is_in_each_and_in_the_planted_ones_only_once_all_requests_agree() -> None:
    slice_ = declaring(HOSTS, echo=(UNIT,))
    rows: list[Json] = [{"hostname": "a", "region": "us"}, {"hostname": "b"}]
    found = body(get(api(slice_, rows), "/hosts?role=eu&page_size=1"))
    assert found == [{"hostname": "a", "region": "eu"}]
    assert rows[0]["region"] == "us"
    agreed, differing, silent = (
        repeated(slice_.operation, maker(slice_), sent, rows) for sent in ([{"role": "eu"}] * 2, [{"role": "eu"}, {"role": "us"}], [])
    )
    assert [row.get("region") for row in agreed] == ["eu", "eu"]
    assert [row.get("region") for row in differing] == [row.get("region") for row in silent] == ["us", None]


# --- as a rehearsal judges


NAME = "failed_deployments"


def findings(rehearsal: Rehearsal) -> tuple[Finding, ...]:
    return (*rehearsal.rehearsal.findings, *rehearsal.contract.findings)


def rehearsed(name: str, source: str, found: Slice, parameter: Mapping[str, Json]) -> tuple[Finding, ...]:
    """The findings on a tool of a fleet one of whose operations takes one more parameter."""
    ((path, item),) = found.document["paths"].items()
    get = {**item["get"], "parameters": [*item["get"].get("parameters", ()), {"in": "query", **parameter}]}
    changed = found.model_copy(update={"document": {**found.document, "paths": {path: {"get": get}}}})
    known = {**slices(), found.operation.id: changed}
    made = candidate(name, source)
    run = InProcess(granted=[known[call.operation] for call in made.query.calls])
    return findings(rehearse(made, known, run, seed=1))


STATUS: Json = {"name": "status", "schema": {"type": "string", "enum": ["succeeded", "failed", "running", "rolled_back"]}}
SENDING = tool(NAME).replace('{**here, "limit": 100}', '{**here, "limit": 100, "status": "failed"}')
BY_STATUS = Filter(parameter="status", path="status")


def pushed() -> str:
    """The tool with its condition given to the server as well, with the constant that it was called with."""
    source = tool(NAME).replace("def _deployments(client: httpx.Client)", "def _deployments(client: httpx.Client, status: str)")
    source = source.replace('{**here, "limit": 100}', '{**here, "limit": 100, "status": status}')
    return source.replace("in _deployments(client)", "in _deployments(client, status)")


def test_a_condition_that_the_server_applies_too_is_right_where_that_is_declared() -> None:
    assert rehearsed(NAME, pushed(), declaring(DEPLOYMENTS, BY_STATUS), STATUS) == ()


def test_and_where_it_is_not_as_long_as_the_tool_judges_for_itself() -> None:
    assert rehearsed(NAME, pushed(), slices()[DEPLOYMENTS], STATUS) == ()


def test_a_filter_with_a_constant_baked_in_is_told_by_its_name_and_value() -> None:
    found = rehearsed(NAME, SENDING, declaring(DEPLOYMENTS, BY_STATUS), STATUS)
    assert any("status" in finding.message and "'failed'" in finding.message for finding in found), found
    assert {finding.code for finding in found} <= {"R_CONSTANT", "R_FILTER"}


def test_a_filter_that_the_query_does_not_ask_for_is_named() -> None:
    source = tool("slow_deployments").replace('{**here, "limit": 100}', '{**here, "limit": 100, "status": "failed"}')
    (first, *_) = rehearsed("slow_deployments", source, declaring(DEPLOYMENTS, BY_STATUS), STATUS)
    assert first.code == "R_FILTER"
    assert "status='failed' only" in first.message
    assert "leave the parameter out" in first.message


def test_a_tool_that_relies_on_what_is_not_declared_is_taught_to_judge_for_itself() -> None:
    source = tool("hosts_above_memory").replace('{"page_size": 50}', '{"page_size": 50, "role": "eu-west-1"}')
    source = source.replace('if _folded(host.get("region")) == _folded(region):', "if True:")
    rehearsal = rehearse(candidate("hosts_above_memory", source), slices(), InProcess("hosts_above_memory"), seed=1)
    first = rehearsal.rehearsal.findings[0]
    assert first.code == "R_CONDITION"
    assert "nothing declares that the server filters by `role`: judge the rows in the tool" in first.message
