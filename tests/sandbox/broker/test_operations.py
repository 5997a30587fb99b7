"""Steps 2, 3 and 4: no request is another operation than the one that was judged, and only granted reads leave."""

from __future__ import annotations

import pytest

from sandbox.broker.broker import Broker
from sandbox.broker.denials import NotARead, NotGranted, UnknownOperation
from sandbox.broker.grant import Grant
from schemas.errors import Denied
from schemas.operation import Effect, Protocol, Slice
from tests.sandbox.broker.estate import ALL, GET_HOST, LIST_ALERTS, LIST_HOSTS, SOURCE, Wire, broker, get, piece


@pytest.mark.parametrize("header", ["X-HTTP-Method-Override", "x-http-method", "X-Method-Override", "X-Original-URL", "x-rewrite-url"])
def test_a_header_that_asks_for_another_operation_is_denied(header: str) -> None:
    wire = Wire()

    with pytest.raises(UnknownOperation, match="asks the server for another operation"):
        broker(wire).exchange(get("/hosts", {header: "DELETE"}))

    assert wire.sent == []


def test_an_unknown_path_is_told_the_three_nearest_reads() -> None:
    with pytest.raises(UnknownOperation) as denied:
        broker(Wire()).exchange(get("/host"))

    assert str(denied.value).startswith("estate has no operation 'GET' '/host'. The nearest are GET /hosts (list_hosts), ")
    assert denied.value.hint.count("(") == 3
    assert "reboot" not in denied.value.hint


@pytest.mark.parametrize(
    ("method", "path", "words"),
    [
        ("GET", "/hosts/h-1/reboot", "reboot_host (GET /hosts/{host_id}/reboot) counts as write"),
        ("DELETE", "/hosts/h-1", "delete_host (DELETE /hosts/{host_id}) counts as write"),
        ("GET", "/hosts/export", "export_hosts (GET /hosts/export) counts as reveal"),
    ],
)
def test_what_does_more_than_read_is_denied_even_where_it_was_granted(method: str, path: str, words: str) -> None:
    wire = Wire()

    with pytest.raises(NotARead) as denied:
        broker(wire, ALL).exchange(get(path, method=method))

    assert words in str(denied.value)
    assert wire.sent == []


def test_a_literal_write_is_not_reached_through_a_granted_template() -> None:
    with pytest.raises(NotARead):
        broker(Wire(), [GET_HOST]).exchange(get("/hosts/export"))


def test_a_read_that_was_not_granted_is_denied_and_the_granted_are_named() -> None:
    with pytest.raises(NotGranted) as denied:
        broker(Wire(), [LIST_HOSTS, LIST_ALERTS]).exchange(get("/hosts/h-1"))

    assert str(denied.value) == (
        "get_host (GET /hosts/{host_id}) is not among the operations of this tool. "
        "It may call GET /hosts (list_hosts), GET /alerts (list_alerts)."
    )


def test_a_grant_of_nothing_lets_nothing_pass() -> None:
    with pytest.raises(NotGranted, match="It may call none"):
        broker(Wire(), []).exchange(get("/hosts"))


def test_a_slice_of_another_version_of_the_operation_is_no_grant() -> None:
    changed = piece("GET", "/hosts", "list_hosts", parameters=[])

    with pytest.raises(NotGranted, match="has changed since this tool was verified"):
        broker(Wire(), [changed]).exchange(get("/hosts"))


@pytest.mark.parametrize(
    ("effects", "passes"), [((Effect.READ, Effect.READ), True), ((Effect.READ, Effect.WRITE), False), ((Effect.WRITE, Effect.READ), False)]
)
def test_where_two_operations_fit_alike_both_must_read(effects: tuple[Effect, Effect], passes: bool) -> None:
    wire = Wire()
    twins: list[Slice] = [
        piece("GET", f"/users/{{{name}}}", f"get_{name}", effect) for name, effect in zip(("id", "login"), effects, strict=True)
    ]
    either = Broker(Grant(SOURCE, tuple(twins), tuple(twin.operation for twin in twins)), wire, monotonic=lambda: 0.0)

    if passes:
        either.exchange(get("/users/7"))
    else:
        with pytest.raises(Denied):
            either.exchange(get("/users/7"))
    assert len(wire.sent) == passes


@pytest.mark.parametrize("protocol", ["graphql", "grpc", "text"])
def test_what_can_only_be_read_about_is_no_operation_even_where_it_was_granted(protocol: Protocol) -> None:
    wire = Wire()
    described = piece("GET", "/pages/list-hosts", "read_hosts")
    known = described.model_copy(update={"operation": described.operation.model_copy(update={"protocol": protocol})})
    granted = Grant(SOURCE, (known,), (known.operation,))

    with pytest.raises(UnknownOperation, match="has no operation 'GET' '/pages/list-hosts'"):
        Broker(granted, wire, monotonic=lambda: 0.0).exchange(get("/pages/list-hosts"))

    assert wire.sent == []


def test_the_path_of_a_text_does_not_shadow_the_operation_that_has_it_too() -> None:
    wire = Wire()
    text = LIST_HOSTS.operation.model_copy(update={"id": "estate:page", "protocol": "text", "effect": Effect.WRITE})
    both = Grant(SOURCE, (LIST_HOSTS,), (text, LIST_HOSTS.operation))

    Broker(both, wire, monotonic=lambda: 0.0).exchange(get("/hosts"))

    assert len(wire.sent) == 1
