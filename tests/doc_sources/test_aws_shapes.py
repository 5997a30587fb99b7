"""botocore's shapes as JSON Schema, and cut out."""

from __future__ import annotations

import pytest

from doc_sources.aws_shapes import Shapes, plain
from schemas.base import Json

MODEL: dict[str, Json] = {
    "Text": {"type": "string", "min": 1, "max": 9, "pattern": "[\\u0020-\\uD7FF]*", "documentation": "<p>Words.</p>"},
    "State": {"type": "string", "enum": ["on", "off"]},
    "Number": {"type": "long", "min": 0, "max": 100},
    "When": {"type": "timestamp"},
    "Bytes": {"type": "blob"},
    "Tree": {
        "type": "structure",
        "required": ["Name", "Token"],
        "documentation": "<p>A tree.</p>",
        "members": {
            "Name": {"shape": "Text", "documentation": "<p>The <b>name</b>.</p>", "deprecatedMessage": "old"},
            "Token": {"shape": "Text", "idempotencyToken": True},
            "Branches": {"shape": "Trees"},
            "ByName": {"shape": "TreeMap"},
            "Header": {"shape": "Text", "jsonvalue": True},
            "Any": {"shape": "Document"},
            "documentation": {"shape": "Text", "documentation": "A member of that name."},
        },
    },
    "Trees": {"type": "list", "member": {"shape": "Tree", "documentation": "<p>One.</p>"}, "max": 5},
    "TreeMap": {"type": "map", "key": {"shape": "Text"}, "value": {"shape": "Tree"}},
    "Document": {"type": "structure", "members": {}, "document": True},
    "Content": {"type": "structure", "members": {"Body": {"shape": "Bytes", "streaming": True}}},
    "Events": {"type": "structure", "members": {"Stream": {"shape": "Stream"}}},
    "Stream": {"type": "structure", "members": {}, "eventstream": True},
}
SHAPES = Shapes(MODEL)
REFERENCE = {"$ref": "#/components/schemas/Tree"}


@pytest.mark.parametrize(
    ("shape", "schema"),
    [
        ("Text", {"type": "string", "minLength": 1}),
        ("State", {"type": "string", "enum": ["on", "off"]}),
        ("Number", {"type": "integer", "format": "int64", "minimum": 0, "maximum": 100}),
        ("When", {"type": "string", "format": "date-time"}),
        ("Bytes", {"type": "string", "contentEncoding": "base64"}),
        ("Tree", REFERENCE),
        ("Trees", {"type": "array", "items": REFERENCE, "maxItems": 5}),
        ("TreeMap", {"type": "object", "additionalProperties": REFERENCE}),
        ("Document", {}),
    ],
)
def test_a_shape_is_written_as_json_schema(shape: str, schema: Json) -> None:
    assert SHAPES.schema(shape) == schema


def test_a_structure_is_a_component_whose_own_uses_are_references() -> None:
    tree = SHAPES.components["Tree"]
    assert tree["properties"]["Name"] == {"type": "string", "minLength": 1, "description": "The name."}
    assert tree["properties"]["Branches"]["items"] == REFERENCE
    assert (tree["properties"]["Header"], tree["properties"]["Any"]) == ({}, {})


def test_a_token_that_botocore_fills_in_is_not_required() -> None:
    assert SHAPES.components["Tree"]["required"] == ["Name"]


def test_a_schema_that_stands_alone_ends_although_the_shape_does_not() -> None:
    inlined = SHAPES.inlined("Trees")
    inner = inlined["items"]["properties"]["Branches"]["items"]
    assert inner["properties"]["Branches"]["items"] == {"type": "object"}
    assert "$ref" not in str(inlined)
    assert "description" not in inner["properties"]["Name"]


def test_a_cut_is_closed_and_without_documentation() -> None:
    cut = SHAPES.cut(["TreeMap"])
    assert set(cut) == {"TreeMap", "Tree", "Trees", "Text", "Document"}
    assert cut["Tree"]["members"]["Name"] == {"shape": "Text"}
    assert cut["Trees"]["member"] == {"shape": "Tree"}
    assert cut["Text"]["pattern"] == MODEL["Text"]["pattern"]
    # A member may have the name of what is left out.
    assert cut["Tree"]["members"]["documentation"] == {"shape": "Text"}


def test_content_and_events_are_streamed() -> None:
    assert [SHAPES.is_streamed(name) for name in ("Content", "Events", "Tree")] == [True, True, False]


def test_the_texts_below_a_shape_are_named() -> None:
    assert SHAPES.texts("Trees") == {"Name", "Token", "Header", "documentation"}
    assert SHAPES.texts("Content") == {"Body"}


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>One &amp; <code>two</code>.</p><p>Three</p>", "One & two. Three"),
        ("&lt;b&gt;", "<b>"),
        ("if 1 < 2", "if 1 < 2"),
        ("cut" + " " * 240 + "<a href='https://docs.example/'>here</a>", "cut"),
        ("word " * 4, "word word word …"),
    ],
)
def test_documentation_becomes_text(html: str, text: str) -> None:
    assert plain(html, 17) == text
