from __future__ import annotations

from pathlib import Path

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from doc_sources.catalogue import Catalogue, load_catalogue, merged
from doc_sources.provider import Provider
from schemas.base import Json
from schemas.errors import Misconfigured
from schemas.operation import Slice
from tests.doc_sources.documents import get, openapi, slices

ROWS = {"type": "array", "items": {"type": "object", "properties": {"id": {"type": "string"}}}}
GOOD = """\
title: Acme
recognise:
  - /api/status
words: [acme]
overlay:
  paths:
    /api/fs:
      get:
        operationId: list_filesystems
        summary: List filesystems
        responses: {}
"""


def operation(name: str, schema: Json = None, method: str = "get") -> dict[str, Json]:
    return {method: {**get(schema)["get"], "operationId": name}}


def cut(paths: Json) -> tuple[Slice, ...]:
    return slices(openapi(paths))[0]


def listing(found: tuple[Slice, ...]) -> list[tuple[str, str]]:
    return [(s.operation.name, s.operation.path) for s in found]


def test_every_file_that_we_ship_is_valid_and_so_are_the_overlays_in_it() -> None:
    for provider in load_catalogue().providers.values():
        if provider.overlay is not None:
            OpenAPIV31SpecValidator(provider.overlay.document(provider.title)).validate()


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("title: Acme\n", "", "line 1: title: Field required"),
        ("words: [acme]", "wrods: [acme]", "line 4: wrods: Extra inputs are not permitted"),
        ("words: [acme]", "words: [[acme]]", "line 4: words.0: Input should be a valid string"),
        ("  - /api/status", "  - api/status", "line 3: recognise.0: String should match pattern"),
        ("recognise:\n  - /api/status\n", "", "line 1: the whole file: say how it is recognised"),
        ("words: [acme]", "hosts: [https://acme]", "line 4: hosts.0: String should match pattern"),
        ("words: [acme]", "published: http://acme/openapi.json", "line 4: published: String should match pattern"),
        ("words: [acme]", "meanings: [{operations: [PUT /x]}]", "line 4: meanings.0.operations.0: String should match pattern"),
        ("    /api/fs:", "    api/fs:", r"line 7: overlay.paths.api/fs: String should match pattern"),
        ("        summary: List filesystems\n", "", "line 5: overlay: get /api/fs is no operation with operationId, summary"),
        ("      get:", "      fetch:", "line 5: overlay: fetch /api/fs is no operation"),
        ("title: Acme", "title: [Acme", "not valid YAML: .*line 2"),
    ],
)
def test_a_mistake_is_reported_with_file_and_line(tmp_path: Path, old: str, new: str, problem: str) -> None:
    assert old in GOOD
    (tmp_path / "acme.yaml").write_text(GOOD.replace(old, new))
    with pytest.raises(Misconfigured, match=f"acme.yaml(, |: It is ){problem}"):
        load_catalogue(tmp_path)


def test_several_mistakes_are_counted(tmp_path: Path) -> None:
    (tmp_path / "acme.yaml").write_text("words: 1\n")
    with pytest.raises(Misconfigured, match=r"\(1 more\)"):
        load_catalogue(tmp_path)


def test_a_file_that_can_not_be_read_is_named(tmp_path: Path) -> None:
    (tmp_path / "acme.yaml").mkdir()
    with pytest.raises(Misconfigured, match=r"acme\.yaml can't be read: Is a directory"):
        load_catalogue(tmp_path)


def test_a_provider_is_recognised_by_all_of_its_paths_and_the_most_telling_wins() -> None:
    small = Provider(title="Small", recognise=("/status",))
    large = Provider(title="Large", recognise=("/status", "/api/{plugin}"))
    catalogue = Catalogue({"small": small, "large": large})
    assert catalogue.recognise({"/status", "/x"}) == "small"
    assert catalogue.recognise({"/status", "/api/{plugin}"}) == "large"
    assert catalogue.recognise({"/api/{plugin}"}) is None


def test_where_calls_go_tells_more_than_paths_do() -> None:
    imitated = Provider(title="Imitated", recognise=("/things",))
    hosted = Provider(title="Hosted", hosts=("api.hosted.test",))
    catalogue = Catalogue({"imitated": imitated, "hosted": hosted})
    assert catalogue.recognise({"/things"}, "https://api.hosted.test/v1") == "hosted"
    assert catalogue.recognise({"/things"}, "https://elsewhere.test") == "imitated"
    assert catalogue.recognise({"/others"}, "https://elsewhere.test") is None


LIVE = {"/api/{plugin}": operation("any_plugin"), "/api/{plugin}/{item}": operation("any_item"), "/api/typed": operation("typed", ROWS)}


@pytest.mark.parametrize("path", ["/api/fs", "/api/fs/{item}", "/api/fs/size"])
def test_an_operation_that_a_live_path_covers_is_added(path: str) -> None:
    found = merged(cut(LIVE), cut({path: operation("ours", ROWS)}))
    assert listing(found) == [
        ("any_plugin", "/api/{plugin}"),
        ("any_item", "/api/{plugin}/{item}"),
        ("typed", "/api/typed"),
        ("ours", path),
    ]


@pytest.mark.parametrize("path", ["/fs", "/api", "/api/", "/api/fs/size/unit", "/other/fs", "/api/fs/"])
def test_an_operation_that_no_live_path_covers_is_not(path: str) -> None:
    assert merged(cut(LIVE), cut({path: operation("ours", ROWS)})) == cut(LIVE)


def test_a_word_of_the_live_path_covers_no_parameter() -> None:
    assert merged(cut({"/api/fs": operation("fs")}), cut({"/api/{plugin}": operation("ours", ROWS)})) == cut({"/api/fs": operation("fs")})


def test_another_method_is_not_covered() -> None:
    assert merged(cut(LIVE), cut({"/api/fs": operation("ours", method="post")})) == cut(LIVE)


def test_the_same_operation_is_replaced_where_the_live_one_is_untyped() -> None:
    ours = cut({"/api/{plugin}": operation("ours", ROWS)})
    assert merged(cut(LIVE), ours) == (*ours, *cut(LIVE)[1:])


def test_the_same_operation_stays_where_the_live_one_says_what_it_returns() -> None:
    assert merged(cut(LIVE), cut({"/api/typed": operation("ours", ROWS)})) == cut(LIVE)


def test_a_name_that_the_live_document_uses_is_not_taken() -> None:
    assert merged(cut(LIVE), cut({"/api/fs": operation("any_item", ROWS)})) == cut(LIVE)
