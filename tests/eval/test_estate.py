"""What the simulated estate lists: every row once by every kind of pagination, and the rows that its questions need."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from eval.estate.app import create_app
from eval.estate.models import DeploymentStatus
from eval.estate.seed import seed_estate
from eval.estate.serve import serving
from eval.estate.store import Estate

NOW = datetime(2026, 3, 14, 9, 26, 53, tzinfo=UTC)
DAY = timedelta(days=1)
LISTS = ("/services", "/owners", "/on-call-rotas", "/deployments", "/hosts", "/incidents")

Row = dict[str, Any]


@pytest.fixture(scope="module")
def app() -> FastAPI:
    return create_app(now=NOW)


@pytest.fixture(scope="module")
def client(app: FastAPI) -> Iterator[httpx.Client]:
    with serving(app) as url, httpx.Client(base_url=url) as client:
        yield client


# Each kind of pagination, followed as its documentation says.


def rows_by_page(client: httpx.Client, size: int, path: str = "/services", **filters: str) -> Iterator[Row]:
    page, total = 1, 1
    while (page - 1) * size < total:
        body = client.get(path, params={"page": page, "per_page": size, **filters}).raise_for_status().json()
        yield from body["items"]
        page, total = page + 1, body["total"]


def rows_by_offset(client: httpx.Client, size: int, path: str) -> Iterator[Row]:
    offset, total = 0, 1
    while offset < total:
        body = client.get(path, params={"offset": offset, "limit": size}).raise_for_status().json()
        yield from body["items"]
        offset, total = offset + size, body["total"]


def rows_by_cursor(client: httpx.Client, size: int) -> Iterator[Row]:
    cursor: dict[str, str] = {}
    while True:
        body = client.get("/deployments", params={"limit": size, **cursor}).raise_for_status().json()
        assert body["items"], "a cursor must lead to something"
        yield from body["items"]
        if body["next_cursor"] is None:
            return
        cursor = {"cursor": body["next_cursor"]}


def rows_by_link(client: httpx.Client, size: int) -> Iterator[Row]:
    response = client.get("/hosts", params={"page_size": size}).raise_for_status()
    yield from response.json()
    while "next" in response.links:
        response = client.get(response.links["next"]["url"]).raise_for_status()
        assert response.json(), "a link must lead to something"
        yield from response.json()


# 9, 19, 60 and 16 divide the number of rows: the last page is full, and nothing may follow it.
@pytest.mark.parametrize("size", [7, 9, 50])
def test_pages_yield_every_service_once(client: httpx.Client, app: FastAPI, size: int) -> None:
    assert [row["id"] for row in rows_by_page(client, size)] == list(app.state.estate.services)


@pytest.mark.parametrize("size", [7, 19, 100])
def test_offsets_yield_every_rota_once(client: httpx.Client, app: FastAPI, size: int) -> None:
    assert [row["id"] for row in rows_by_offset(client, size, "/on-call-rotas")] == [rota.id for rota in app.state.estate.rotas]


@pytest.mark.parametrize("size", [7, 13, 100])
def test_offsets_yield_every_incident_once(client: httpx.Client, app: FastAPI, size: int) -> None:
    assert [row["id"] for row in rows_by_offset(client, size, "/incidents")] == [incident.id for incident in app.state.estate.incidents]


@pytest.mark.parametrize("size", [7, 60, 100])
def test_cursors_yield_every_deployment_once(client: httpx.Client, app: FastAPI, size: int) -> None:
    assert [row["id"] for row in rows_by_cursor(client, size)] == list(app.state.estate.deployments)


@pytest.mark.parametrize("size", [7, 16, 50])
def test_links_yield_every_host_once(client: httpx.Client, app: FastAPI, size: int) -> None:
    assert [row["hostname"] for row in rows_by_link(client, size)] == list(app.state.estate.hosts)


def test_a_single_page_has_no_link(client: httpx.Client) -> None:
    assert "Link" not in client.get("/hosts", params={"page_size": 50}).headers


@pytest.mark.parametrize(
    ("path", "name", "most"),
    [
        ("/services", "per_page", 50),
        ("/on-call-rotas", "limit", 100),
        ("/deployments", "limit", 100),
        ("/hosts", "page_size", 50),
        ("/incidents", "limit", 100),
    ],
)
def test_a_page_has_from_one_row_to_the_declared_most(client: httpx.Client, path: str, name: str, most: int) -> None:
    statuses = [client.get(path, params={name: size}).status_code for size in (0, 1, most, most + 1)]
    assert statuses == [422, 200, 200, 422]


@pytest.mark.parametrize("cursor", ["!", "ZGVwLTAwMDAw", "_w"], ids=["not base64", "unknown id", "not text"])
def test_a_foreign_cursor_is_refused(client: httpx.Client, cursor: str) -> None:
    assert client.get("/deployments", params={"cursor": cursor}).status_code == 400


def test_filters_choose_among_all_services(client: httpx.Client) -> None:
    services = list(rows_by_page(client, 50))
    for name, value in (("tier", "critical"), ("owner", "team-identity")):
        assert list(rows_by_page(client, 3, **{name: value})) == [row for row in services if row[name] == value]


# What the estate holds.


def test_the_estate_has_its_announced_size(app: FastAPI) -> None:
    estate: Estate = app.state.estate
    sizes = [len(things) for things in (estate.services, estate.owners, estate.rotas, estate.deployments, estate.hosts, estate.incidents)]
    assert sizes == [63, 10, 57, 180, 48, 26]


def test_every_reference_leads_to_something(app: FastAPI) -> None:
    estate: Estate = app.state.estate
    owners = {owner.id for owner in estate.owners}
    assert {service.owner for service in estate.services.values()} <= owners
    referred = {rota.service for rota in estate.rotas} | {incident.service for incident in estate.incidents}
    referred |= {deployment.service for deployment in estate.deployments.values()}
    referred |= {service for host in estate.hosts.values() for service in host.services}
    assert referred <= set(estate.services)


def test_some_services_have_no_rota_and_some_no_engineer(client: httpx.Client) -> None:
    rotas = list(rows_by_offset(client, 100, "/on-call-rotas"))
    critical = {row["id"] for row in rows_by_page(client, 50, tier="critical")}
    unstaffed = {row["service"] for row in rotas if row["on_call_engineer"] is None}
    assert len({row["service"] for row in rotas}) == len(rotas) == 57
    assert len(critical - {row["service"] for row in rotas}) == 2
    assert (len(unstaffed), len(unstaffed & critical)) == (8, 2)


@pytest.mark.parametrize("seed", range(5))
def test_failures_of_the_last_day_stand_clear_of_its_edge(seed: int) -> None:
    failed = [each for each in seed_estate(NOW, seed).deployments.values() if each.status is DeploymentStatus.FAILED]
    for moments in ([each.started_at for each in failed], [each.finished_at for each in failed if each.finished_at]):
        ages = [NOW - moment for moment in moments]
        assert sum(age < DAY for age in ages) == 6
        assert sum(DAY <= age < DAY + timedelta(hours=2) for age in ages) == 2
        assert not [age for age in ages if abs(age - DAY) < timedelta(minutes=30)]


def test_only_a_running_deployment_has_no_end(client: httpx.Client) -> None:
    rows = list(rows_by_cursor(client, 100))
    running = [row["id"] for row in rows if row["status"] == "running"]
    assert (
        running
        == [row["id"] for row in rows if row["finished_at"] is None]
        == [row["id"] for row in rows if row["duration_seconds"] is None]
    )


def test_unreachable_hosts_report_null_memory_or_none(client: httpx.Client) -> None:
    hosts = list(rows_by_link(client, 50))
    absent = [host["state"] for host in hosts if "memory_used_percent" not in host]
    null = [host["state"] for host in hosts if host.get("memory_used_percent", 0) is None]
    assert absent == null == ["unreachable"] * 2


@pytest.mark.parametrize("field", ["cpu_used_percent", "memory_used_percent"])
def test_some_hosts_stand_at_a_threshold(client: httpx.Client, field: str) -> None:
    values = {host.get(field) for host in rows_by_link(client, 50)}
    assert {79.9, 80.0, 80.1} <= values


# Determinism.


def everything(app: FastAPI) -> dict[str, object]:
    with serving(app) as url, httpx.Client(base_url=url) as client:
        return {path: client.get(path).json() for path in LISTS}


def test_the_same_seed_and_instant_give_the_same_answers() -> None:
    assert everything(create_app(now=NOW, seed=3)) == everything(create_app(now=NOW, seed=3))


def test_another_seed_gives_another_estate() -> None:
    first, second = everything(create_app(now=NOW, seed=3)), everything(create_app(now=NOW, seed=4))
    assert [path for path in LISTS if first[path] == second[path]] == ["/owners"]


def test_times_move_with_the_clock(client: httpx.Client) -> None:
    with serving(create_app(now=NOW + DAY)) as url, httpx.Client(base_url=url) as later:
        pairs = zip(rows_by_cursor(client, 100), rows_by_cursor(later, 100), strict=True)
        moves = {datetime.fromisoformat(after["started_at"]) - datetime.fromisoformat(before["started_at"]) for before, after in pairs}
    assert moves == {DAY}
