"""How the simulated estate speaks: its spec, its guard, its three writes, its faults and its command line."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from jsonschema_rs import Draft202012Validator
from openapi_spec_validator import validate

from eval.estate.__main__ import main
from eval.estate.app import create_app
from eval.estate.faults import Fault
from eval.estate.serve import serving

NOW = datetime(2026, 3, 14, 9, 26, 53, tzinfo=UTC)
TOKEN = "a-token-of-the-test"
BEARER = {"Authorization": f"Bearer {TOKEN}"}
METHODS = ("get", "post", "delete")

Spec = dict[str, Any]


@pytest.fixture(scope="module")
def client() -> Iterator[httpx.Client]:
    """An estate open to everybody, for tests that change nothing."""
    with serving(create_app(now=NOW)) as url, httpx.Client(base_url=url) as client:
        yield client


@pytest.fixture
def changeable() -> Iterator[httpx.Client]:
    """An estate of one's own, open to everybody."""
    with serving(create_app(now=NOW)) as url, httpx.Client(base_url=url) as client:
        yield client


@pytest.fixture(scope="module")
def guarded() -> Iterator[httpx.Client]:
    """An estate that asks for a token, and a client that does not send it by itself; for tests that change nothing."""
    with serving(create_app(now=NOW, token=TOKEN)) as url, httpx.Client(base_url=url) as client:
        yield client


def operations(spec: Spec) -> list[tuple[str, str, Spec]]:
    return [(method, path, item[method]) for path, item in spec["paths"].items() for method in METHODS if method in item]


def filled(client: httpx.Client, path: str) -> str:
    """The path with an id of something that is there, fit for its operation."""
    deployments = client.get("/deployments", params={"limit": 100}).json()["items"]
    return path.format(
        service_id=client.get("/services").json()["items"][0]["id"],
        hostname=client.get("/hosts").json()[0]["hostname"],
        deployment_id=next(each["id"] for each in deployments if each["status"] == "succeeded"),
    )


def judge(spec: Spec, operation: Spec, response: httpx.Response) -> None:
    """Fails unless the body is what the operation declares for this status, with no property beyond it."""
    declared = operation["responses"][str(response.status_code)].get("content")
    if declared is None:
        assert response.content == b""
        return
    components = copy.deepcopy(spec["components"])
    for schema in components["schemas"].values():
        if "properties" in schema and schema["title"] != "ValidationError":  # FastAPI's own, open by its nature
            schema["additionalProperties"] = False
    schema = declared["application/json"]["schema"] | {"components": components}
    Draft202012Validator(schema, validate_formats=True).validate(response.json())


# The spec.


def test_the_spec_is_valid_openapi_3_1(client: httpx.Client) -> None:
    spec = client.get("/openapi.json").json()
    assert spec["openapi"].startswith("3.1.")
    validate(spec)


def test_every_operation_and_property_is_described(client: httpx.Client) -> None:
    spec = client.get("/openapi.json").json()
    undescribed = [path for _, path, operation in operations(spec) if not (operation["summary"] and operation["description"])]
    undescribed += [
        f"{title}.{name}"
        for title, schema in spec["components"]["schemas"].items()
        if "ValidationError" not in title
        for name, each in schema.get("properties", {}).items()
        if not each.get("description")
    ]
    assert undescribed == []


def test_every_success_is_what_the_spec_declares(changeable: httpx.Client) -> None:
    spec = changeable.get("/openapi.json").json()
    for method, path, operation in operations(spec):
        response = changeable.request(method, filled(changeable, path))
        assert response.is_success, path
        judge(spec, operation, response)


@pytest.mark.parametrize(
    ("method", "template", "url", "status"),
    [
        ("get", "/services", "/services?page=0", 422),
        ("get", "/services", "/services?tier=golden", 422),
        ("get", "/services/{service_id}", "/services/svc-000000", 404),
        ("delete", "/services/{service_id}", "/services/svc-000000", 404),
        ("get", "/deployments", "/deployments?cursor=!", 400),
        ("post", "/deployments/{deployment_id}/rollback", "/deployments/dep-00000/rollback", 404),
        ("post", "/deployments/{deployment_id}/rollback", "/deployments/dep-00180/rollback", 409),
        ("get", "/hosts/{hostname}/reboot", "/hosts/nowhere/reboot", 404),
    ],
)
def test_a_refusal_is_what_the_spec_declares_and_changes_nothing(
    client: httpx.Client, method: str, template: str, url: str, status: int
) -> None:
    spec = client.get("/openapi.json").json()
    response = client.request(method, url)
    assert response.status_code == status
    judge(spec, spec["paths"][template][method], response)
    assert client.get("/audit/writes").json() == []


def test_a_known_spec_is_not_sent_again(client: httpx.Client) -> None:
    etag = client.get("/openapi.json").headers["ETag"]
    for known in (etag, f"W/{etag}", f'"older", {etag}', "*"):
        response = client.get("/openapi.json", headers={"If-None-Match": known})
        assert (response.status_code, response.content, response.headers["ETag"]) == (304, b"", etag)


def test_an_outdated_spec_is_sent_again(client: httpx.Client, guarded: httpx.Client) -> None:
    etag = client.get("/openapi.json").headers["ETag"]
    response = guarded.get("/openapi.json", headers={"If-None-Match": etag})
    assert response.status_code == 200
    assert response.headers["ETag"] != etag


# The guard.


@pytest.mark.parametrize(
    "headers", [{}, {"Authorization": "Bearer wrong"}, {"Authorization": f"Basic {TOKEN}"}, {"Authorization": "Bearer"}]
)
def test_without_the_token_nothing_but_health_and_spec_answers(guarded: httpx.Client, headers: dict[str, str]) -> None:
    spec = guarded.get("/openapi.json", headers=headers).json()
    for method, path, operation in operations(spec):
        response = guarded.request(method, path, headers=headers)
        if path == "/health":
            assert response.status_code == 200
            continue
        assert (response.status_code, response.headers["WWW-Authenticate"]) == (401, "Bearer"), path
        judge(spec, operation, response)
    assert guarded.get("/audit/writes", headers=headers).status_code == 401
    assert guarded.get("/audit/writes", headers=BEARER).json() == []


def test_with_the_token_everything_answers() -> None:
    with serving(create_app(now=NOW, token=TOKEN)) as url, httpx.Client(base_url=url, headers=BEARER) as client:
        for method, path, _ in operations(client.get("/openapi.json").json()):
            assert client.request(method, filled(client, path)).is_success, path


def test_the_spec_declares_the_guard_only_where_there_is_one(client: httpx.Client, guarded: httpx.Client) -> None:
    open_spec, guarded_spec = client.get("/openapi.json").json(), guarded.get("/openapi.json").json()
    assert "securitySchemes" not in open_spec["components"]
    assert guarded_spec["components"]["securitySchemes"]["HTTPBearer"]["scheme"] == "bearer"
    unguarded = [path for _, path, operation in operations(guarded_spec) if operation.get("security") != [{"HTTPBearer": []}]]
    assert unguarded == ["/health"]


# The writes.


def test_reading_every_list_writes_nothing(client: httpx.Client) -> None:
    spec = client.get("/openapi.json").json()
    for method, path, _ in operations(spec):
        if method == "get" and not path.endswith("/reboot"):
            client.get(filled(client, path)).raise_for_status()
    assert client.get("/audit/writes").json() == []
    assert "/audit/writes" not in spec["paths"]


def test_deleting_a_service_takes_it_and_its_rota_out(changeable: httpx.Client) -> None:
    service = changeable.get("/on-call-rotas").json()["items"][0]["service"]
    assert changeable.delete(f"/services/{service}").status_code == 204
    assert changeable.get(f"/services/{service}").status_code == 404
    assert service not in [rota["service"] for rota in changeable.get("/on-call-rotas", params={"limit": 100}).json()["items"]]
    assert changeable.get("/audit/writes").json() == [{"operation": "delete_service", "target": service}]


def test_rolling_back_changes_a_deployment_once(changeable: httpx.Client) -> None:
    path = filled(changeable, "/deployments/{deployment_id}/rollback")
    assert changeable.post(path).json()["status"] == "rolled_back"
    assert changeable.post(path).status_code == 409
    assert changeable.get("/audit/writes").json() == [{"operation": "rollback_deployment", "target": path.split("/")[2]}]


def test_getting_reboot_reboots(changeable: httpx.Client) -> None:
    hostname = changeable.get("/hosts").json()[0]["hostname"]
    changeable.get(f"/hosts/{hostname}/reboot").raise_for_status()
    booted = {host["hostname"]: datetime.fromisoformat(host["booted_at"]) for host in changeable.get("/hosts").json()}
    assert [name for name, moment in booted.items() if moment == NOW] == [hostname]
    assert changeable.get("/audit/writes").json() == [{"operation": "reboot_host", "target": hostname}]


def test_the_application_counts_writes_for_a_test_in_its_process() -> None:
    app = create_app(now=NOW)
    with serving(app) as url:
        httpx.get(f"{url}/hosts/{next(iter(app.state.estate.hosts))}/reboot").raise_for_status()
    assert len(app.state.writes) == 1


# The faults.


def test_a_faulty_path_fails_as_told_and_then_recovers() -> None:
    faults = {"/owners": [Fault(status=429, retry_after_seconds=2), Fault(status=500)]}
    with serving(create_app(now=NOW, faults=faults)) as url, httpx.Client(base_url=url) as client:
        assert client.get("/services").status_code == 200
        responses = [client.get("/owners") for _ in range(3)]
        spec = client.get("/openapi.json").json()
    for response in responses:
        judge(spec, spec["paths"]["/owners"]["get"], response)
    assert [(response.status_code, response.headers.get("Retry-After")) for response in responses] == [(429, "2"), (500, None), (200, None)]


# The command line (what it starts is tested with the servers).


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--now", "2026-03-14T09:26:53"], "has no offset"),
        (["--now", "yesterday"], "is not an ISO 8601 date and time"),
        (["--token-file", "nowhere"], "can't read a token from 'nowhere'"),
        (["--token-file", "blank"], "the token file 'blank' is empty"),
    ],
)
def test_a_wrong_argument_is_named(
    arguments: list[str], message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("blank").write_text("\n")
    with pytest.raises(SystemExit, match="2"):
        main(arguments)
    assert message in capsys.readouterr().err
