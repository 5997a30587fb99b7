from __future__ import annotations

import pytest

from doc_sources.specification import Specification
from schemas.base import Json
from schemas.errors import SpecUnusable
from tests.doc_sources.documents import get, openapi, slices

OK: dict[str, Json] = {"responses": {}}


@pytest.mark.parametrize("version", ["3.0.3", "3.1.0", "3.2.0", "3", 3.0])
def test_openapi_3_is_read_whichever_it_is(version: Json) -> None:
    assert not Specification(openapi(get(), version=version) | {"paths": {"/": get()}}).is_swagger


@pytest.mark.parametrize("version", ["2.0", 2.0, 2])
def test_swagger_2_is_read_even_where_yaml_made_its_version_a_number(version: Json) -> None:
    assert Specification({"swagger": version, "paths": {"/": get()}}).is_swagger


@pytest.mark.parametrize(
    ("document", "found"),
    [
        ({"message": "Not here", "code": 5}, "not an OpenAPI description: it is an object with the keys 'message', 'code'"),
        (["a"], "it is a list of 1"),
        ("Hello", "it is text that begins 'Hello'"),
        (None, "it is the value 'None'"),
        ({"swagger": "1.2", "apis": []}, "says swagger '1.2'"),
        ({"openapi": "4.0.0"}, "says openapi '4.0.0'"),
        ({"openapi": "30.0"}, "says openapi '30.0'"),
        ({"openapi": "3.1.0", "paths": {}}, "describes no operations: its `paths` are an empty object"),
        ({"openapi": "3.1.0", "webhooks": {}}, "describes no operations: its `paths` are the value 'None'"),
    ],
)
def test_a_document_of_another_kind_is_refused_saying_what_it_is(document: Json, found: str) -> None:
    with pytest.raises(SpecUnusable, match=found):
        Specification(document)


def test_a_missing_operation_id_is_made_from_method_and_path() -> None:
    found, _ = slices(openapi({"/admin/realms/{realm}/users": {"get": OK, "post": {"operationId": " ", **OK}}}))
    assert [s.operation.name for s in found] == ["get_admin_realms_realm_users", "post_admin_realms_realm_users"]


def test_of_two_operations_with_one_id_the_first_keeps_it() -> None:
    found, _ = slices(openapi({"/a": {"get": {"operationId": "x", **OK}}, "/b": {"get": {"operationId": "x", **OK}}}))
    assert [s.operation.name for s in found] == ["x", "get_b"]


def test_made_names_avoid_each_other_and_the_declared_ones() -> None:
    paths = {"/a-b": {"get": OK}, "/a_b": {"get": OK}, "/a/b": {"get": OK}, "/c": {"get": {"operationId": "get_a_b", **OK}}}
    found, _ = slices(openapi(paths))
    assert [s.operation.name for s in found] == ["get_a_b_2", "get_a_b_3", "get_a_b_4", "get_a_b"]


def test_every_method_of_a_path_is_an_operation_and_nothing_else_is() -> None:
    methods = ["get", "put", "post", "delete", "options", "head", "patch", "trace"]
    item = dict.fromkeys(methods, OK) | {"parameters": [], "summary": "Words", "query": OK, "x-internal": OK, "servers": []}
    found, warnings = slices(openapi({"/": item, "x-paths": {"get": OK}}))
    assert sorted(s.operation.method for s in found) == sorted(method.upper() for method in methods)
    assert warnings == ()


def test_a_path_without_a_slash_is_left_out_with_a_warning() -> None:
    found, warnings = slices(openapi({"users": get(), "/things": get()}))
    assert [s.operation.path for s in found] == ["/things"]
    assert warnings == ("The path 'users' is left out: a path starts with a slash.",)


@pytest.mark.parametrize("path", ["/things/{}", "/things/{}/parts", "/things/v{}", "/{}/{id}"])
def test_a_path_with_a_nameless_parameter_is_left_out_with_a_warning(path: str) -> None:
    found, warnings = slices(openapi({path: get(), "/things/{id}": get()}))
    assert [s.operation.path for s in found] == ["/things/{id}"]
    assert warnings == (f"The path '{path}' is left out: a parameter in it has no name.",)


def test_a_path_item_may_be_a_reference() -> None:
    document = openapi({"/a": {"$ref": "#/components/pathItems/Shared"}}, components={"pathItems": {"Shared": get()}})
    found, _ = slices(document)
    assert [s.operation.path for s in found] == ["/a"]


def test_values_of_the_wrong_kind_do_no_harm() -> None:
    raw = {"operationId": 5, "summary": ["x"], "tags": "x", "parameters": {"a": 1}, "responses": [], "requestBody": 3, "deprecated": "no"}
    found, _ = slices(openapi({"/a": {"get": raw, "parameters": "x"}, "/b": [], "/c": None, "/d": {"get": "x"}}) | {"info": "x"})
    assert [(s.operation.name, s.operation.summary, s.operation.tags) for s in found] == [("get_a", "", ())]
