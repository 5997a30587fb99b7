from __future__ import annotations

import pytest

from schemas.base import Json
from schemas.operation import Operation, RowField
from tests.doc_sources.documents import get, only_operation, openapi

THING = {"type": "object", "title": "Thing", "required": ["id"], "properties": {"id": {"type": "string"}}}
THINGS = {"type": "array", "items": THING}


def read(schema: Json, path: str = "/things", schemas: Json = None) -> Operation:
    return only_operation(openapi({path: get(schema)}, schemas))


def body(**properties: Json) -> dict[str, Json]:
    return {"type": "object", "properties": properties}


def fields_of(**properties: Json) -> tuple[RowField, ...]:
    return read({"type": "array", "items": {"type": "object", "required": ["a"], "properties": properties}}).fields


NUMBER = {"type": "integer"}
TEXT = {"type": "string"}


@pytest.mark.parametrize(
    ("schema", "path", "rows_path"),
    [
        (THINGS, "/things", ""),
        (body(things=THINGS, total=NUMBER), "/things", "things"),
        (body(hosts=THINGS, total_count=NUMBER, next_page_token=TEXT, hasMore={"type": "boolean"}), "/things", "hosts"),
        (body(hosts=THINGS, apiVersion=TEXT, kind=TEXT, metadata=body(resourceVersion=TEXT)), "/things", "hosts"),
        (body(data=THINGS, included=THINGS, meta=body(page=NUMBER)), "/things", "data"),
        (body(items=THINGS, anything=TEXT), "/things/{id}", "items"),
        (body(things=THINGS, anything=TEXT), "/a/{id}/things", "things"),
        (body(hosts=THINGS, warnings={"type": "array", "items": TEXT}), "/things", "hosts"),
        (body(status=TEXT, data=body(alerts=THINGS)), "/things", "data.alerts"),
        (body(ResponseMetadata=body(RequestId=TEXT), Result=body(TotalCount=TEXT, Volumes=THINGS)), "/", "Result.Volumes"),
        ({"allOf": [body(total=NUMBER), body(items=THINGS)]}, "/things", "items"),
        ({"anyOf": [THINGS, {"type": "null"}]}, "/things", ""),
        (body(items={"type": ["array", "null"], "items": THING}), "/things", "items"),
    ],
)
def test_a_collection_is_found(schema: Json, path: str, rows_path: str) -> None:
    operation = read(schema, path)
    assert (operation.rows_path, operation.row_is_single, operation.row_title) == (rows_path, False, "Thing")
    assert [field.path for field in operation.fields] == ["id"]


@pytest.mark.parametrize(
    ("schema", "path"),
    [
        (THING, "/things/{id}"),
        (body(name=TEXT, disks=THINGS), "/things/{id}"),
        (body(status=TEXT, type=TEXT, disks=THINGS), "/things/{id}"),
        (body(name=TEXT, disks=THINGS), "/things"),
        (body(名称=TEXT, disks=THINGS), "/things"),
        (body(up=THINGS, down=THINGS), "/things"),
        (body(name=TEXT, data=body(alerts=THINGS)), "/things"),
        (body(items={"type": "array", "items": TEXT}), "/things"),
    ],
)
def test_a_thing_with_a_list_in_it_is_one_row(schema: Json, path: str) -> None:
    operation = read(schema, path)
    assert (operation.rows_path, operation.row_is_single) == ("", True)


@pytest.mark.parametrize("schema", [None, {}, TEXT, {"type": "array", "items": TEXT}, {"type": "array"}, {"type": "object"}])
def test_what_has_no_fields_has_no_rows(schema: Json) -> None:
    operation = read(schema)
    assert (operation.rows_path, operation.row_is_single, operation.fields) == (None, False, ())


@pytest.mark.parametrize(
    ("responses", "rows_path"),
    [
        ({"404": "x", "201": "b", "200": "a"}, "a"),
        ({"404": "x", "201": "b"}, "b"),
        ({"2XX": "b", "default": "x"}, "b"),
        ({"404": "x", "default": "b"}, "b"),
        ({"204": None, "202": "b"}, "b"),
        ({"404": "x"}, None),
    ],
)
def test_the_success_is_the_lowest_then_the_range_then_the_default(responses: dict[str, str | None], rows_path: str | None) -> None:
    made = {
        code: {"description": ""} | ({"content": {"application/json": {"schema": body(**{f"{name}": THINGS})}}} if name else {})
        for code, name in responses.items()
    }
    assert only_operation(openapi({"/things": {"get": {"responses": made}}})).rows_path == rows_path


@pytest.mark.parametrize(
    ("kind", "is_read"),
    [
        ("application/json", True),
        ("application/json; charset=utf-8", True),
        ("application/vnd.github+json", True),
        ("*/*", True),
        ("text/csv", False),
        ("application/x-ndjson", False),
    ],
)
def test_only_json_has_rows(kind: str, is_read: bool) -> None:
    raw = {"responses": {"200": {"description": "", "content": {"text/html": {}, kind: {"schema": THINGS}}}}}
    assert (only_operation(openapi({"/things": {"get": raw}})).rows_path == "") is is_read


def test_leaves_have_dotted_paths_and_what_the_schema_says_of_them() -> None:
    fields = fields_of(
        a={"type": "string", "format": "date-time", "description": "When."},
        b={"type": ["string", "null"], "enum": ["x", "y", None]},
        c=body(d={"type": "number"}, e={"type": "array", "items": THING}),
        f={"enum": [1, True]},
    )
    assert fields == (
        RowField(path="a", type="string", format="date-time", required=True, description="When."),
        RowField(path="b", type="string", enum=("x", "y"), nullable=True),
        RowField(path="c.d", type="number"),
        RowField(path="c.e", type="array"),
        RowField(path="f", type="any", enum=("1", "true")),
    )


def test_a_leaf_is_always_there_only_where_all_on_the_way_to_it_is() -> None:
    inner = {"type": "object", "required": ["x"], "properties": {"x": TEXT, "y": TEXT}}
    fields = fields_of(a=inner, b=inner)
    assert {field.path: field.required for field in fields} == {"a.x": True, "a.y": False, "b.x": False, "b.y": False}


def test_a_leaf_may_be_null_where_an_object_on_the_way_to_it_may() -> None:
    fields = fields_of(a={"anyOf": [body(x=TEXT), {"type": "null"}]}, b=body(x=TEXT))
    assert {field.path: field.nullable for field in fields} == {"a.x": True, "b.x": False}


def test_paths_are_three_steps_long_at_most() -> None:
    fields = fields_of(a=body(b=body(c=body(d=TEXT), e=TEXT)))
    assert [(field.path, field.type) for field in fields] == [("a.b.c", "object"), ("a.b.e", "string")]


def test_rows_that_contain_themselves_end() -> None:
    tree = {"type": "object", "properties": {"id": TEXT, "parent": {"$ref": "#/components/schemas/Tree"}}}
    operation = read({"type": "array", "items": {"$ref": "#/components/schemas/Tree"}}, schemas={"Tree": tree})
    assert [field.path for field in operation.fields] == ["id", "parent.id", "parent.parent.id", "parent.parent.parent"]


def test_a_name_with_a_dot_is_left_out_because_no_path_can_mean_it() -> None:
    assert [field.path for field in fields_of(a=TEXT, **{"b.c": TEXT, "": TEXT})] == ["a"]


@pytest.mark.parametrize(
    ("schema", "title"),
    [
        ({"$ref": "#/components/schemas/io.k8s.api.core.v1.Pod"}, "Pod"),
        ({"$ref": "#/components/schemas/Titled"}, "Big Thing"),
        (body(x=TEXT), ""),
    ],
)
def test_a_row_is_called_by_its_title_or_by_the_name_of_its_schema(schema: Json, title: str) -> None:
    schemas = {"io.k8s.api.core.v1.Pod": body(x=TEXT), "Titled": body(x=TEXT) | {"title": "Big Thing"}}
    assert read({"type": "array", "items": schema}, schemas=schemas).row_title == title
