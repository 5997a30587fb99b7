from __future__ import annotations

from collections.abc import Mapping

import orjson
import pytest

from doc_sources import group_index
from schemas.base import Json
from schemas.errors import SpecUnusable
from tests.doc_sources.documents import get, openapi

CORE = openapi({"/api/v1/pods": get()}, {"Meta": {"type": "object"}, "Pod": {"type": "object"}}, version="3.0.0")
APPS = openapi({"/apis/apps/v1/deployments": get()}, {"Meta": {"type": "object"}, "Deployment": {"type": "object"}}, version="3.0.0")


def index(**targets: str) -> bytes:
    return orjson.dumps({"paths": {name: {"serverRelativeURL": target} for name, target in targets.items()}})


def read(content: bytes, served: Mapping[str, Json], max_bytes: int = 100_000) -> tuple[dict[str, Json], list[str]]:
    warnings: list[str] = []

    def fetch(target: str) -> bytes:
        if target not in served:
            raise LookupError(f"{target} answered 503")
        return orjson.dumps(served[target])

    return group_index.read(content, fetch, warnings.append, max_bytes=max_bytes), warnings


def test_all_groups_are_one_document() -> None:
    found, warnings = read(index(core="/v3/core?hash=1", apps="/v3/apps?hash=2"), {"/v3/core?hash=1": CORE, "/v3/apps?hash=2": APPS})
    assert set(found["paths"]) == {"/api/v1/pods", "/apis/apps/v1/deployments"}
    assert set(found["components"]["schemas"]) == {"Meta", "Pod", "Deployment"}
    assert (found["info"]["title"], warnings) == ("Registry", [])


def test_a_group_that_is_away_is_left_out_with_a_warning() -> None:
    found, warnings = read(index(core="/core", metrics="/gone"), {"/core": CORE})
    assert set(found["paths"]) == {"/api/v1/pods"}
    assert warnings == ["The group 'metrics' is left out: /gone answered 503"]


@pytest.mark.parametrize("target", ["http://169.254.169.254/latest", "//other.example/x", "/\\other.example/x", "core", "", "/a\nb"])
def test_a_group_elsewhere_is_not_fetched(target: str) -> None:
    _, warnings = read(index(core="/core", evil=target), {"/core": CORE, target: APPS})
    assert ["is no path of this server" in warning for warning in warnings] == [True]


def test_without_one_usable_group_there_is_no_description() -> None:
    with pytest.raises(SpecUnusable, match="none of them has a usable document"):
        read(index(core="/gone"), {})


def test_groups_are_counted_and_weighed_up_to_the_bound() -> None:
    size = len(orjson.dumps(CORE))
    read(index(core="/core"), {"/core": CORE}, max_bytes=size)
    with pytest.raises(SpecUnusable, match="too large together"):
        read(index(core="/core"), {"/core": CORE}, max_bytes=size - 1)
    targets = {f"g{number}": "/core" for number in range(group_index.MAX_GROUPS)}
    read(index(**targets), {"/core": CORE}, max_bytes=size * len(targets))
    with pytest.raises(SpecUnusable, match="more than 500 groups"):
        read(index(**targets, more="/core"), {"/core": CORE})


def test_an_index_is_told_from_a_description() -> None:
    assert group_index.recognises(index(core="/core"))
    assert not group_index.recognises(orjson.dumps(CORE))
