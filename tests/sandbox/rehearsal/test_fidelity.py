"""What is planted is what the slice declares, or it is our own failure."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.rehearsal.fidelity import Fidelity
from sandbox.rehearsal.lenient import lenient
from sandbox.rehearsal.shapes import PlantingFailed
from tests.sandbox.rehearsal.fleet import slices

ROTA = {"id": "rota-1", "service": "svc-00ff00", "shift_ends_at": "2028-03-01T00:00:00Z"}


def page(**rota: Any) -> Any:
    return {"items": [{**ROTA, **rota}], "limit": 1, "offset": 0}


def test_a_body_that_fits_is_let_through_without_credentials() -> None:
    Fidelity(lenient(slices()["fleet:list_rotas"])).check(page(on_call_engineer=None))


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (page(service="svc-1"), "svc-1"),
        (page(shift_ends_at="yesterday"), "yesterday"),
        (page(on_call_engineer=3), "not valid"),
        ({"items": [], "limit": 0, "offset": 0}, "minimum"),
        ({"items": []}, "required"),
        ([], "not valid|not of type"),
    ],
)
def test_a_body_that_does_not_fit_is_our_failure_and_says_why(body: Any, reason: str) -> None:
    with pytest.raises(PlantingFailed, match=f"(?s)list_rotas does not fit its own schema.*({reason})"):
        Fidelity(lenient(slices()["fleet:list_rotas"])).check(body)


def test_a_lenient_slice_has_no_credentials_servers_or_exclusive_alternatives() -> None:
    slice_ = slices()["fleet:list_rotas"]
    strict = {
        **slice_.document,
        "components": {
            "schemas": {
                **slice_.document["components"]["schemas"],
                "Pet": {"oneOf": [{"type": "object"}, {}], "discriminator": {"propertyName": "kind"}},
                "Odd": {"properties": {"oneOf": {"type": "string"}, "discriminator": {"type": "string"}}},
            }
        },
    }
    strict["paths"] = {
        "/on-call-rotas": {"servers": [], "get": {**slice_.document["paths"]["/on-call-rotas"]["get"], "security": [{"bearer": []}]}}
    }
    document = lenient(slice_.model_copy(update={"document": strict})).document
    assert not {"security", "servers"} & document.keys()
    assert document["paths"]["/on-call-rotas"].keys() == {"get"}
    assert "security" not in document["paths"]["/on-call-rotas"]["get"]
    assert document["components"]["schemas"]["Pet"] == {"anyOf": [{"type": "object"}, {}]}
    assert document["components"]["schemas"]["Odd"] == strict["components"]["schemas"]["Odd"]
    assert strict["security"] == [{"bearer": []}]
