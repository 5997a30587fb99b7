"""Parameters as texts describe them."""

from __future__ import annotations

import pytest

from doc_sources.formats.arguments import listed
from schemas.base import Json


@pytest.mark.parametrize(
    ("text", "name", "schema", "is_required"),
    [
        ("query: The query to perform.", "query", {}, False),
        ("query=<string>: The query.", "query", {"type": "string"}, False),
        ("limit (integer, optional): how many. Defaults to 100.", "limit", {"type": "integer", "default": 100}, False),
        ("Ids (list) – The ids. Default: Describes all of them.", "Ids", {"type": "array"}, False),
        ("Bucket (string) – [REQUIRED] Where.", "Bucket", {"type": "string"}, True),
        ("state – one of: `open`, `closed` or `all`.", "state", {"enum": ["open", "closed", "all"]}, False),
        ("step: Resolution. It is required when end is given.", "step", {}, False),
        ("since (date-time): From when.", "since", {"type": "string", "format": "date-time"}, False),
        ("dry_run (boolean): default: false", "dry_run", {"type": "boolean", "default": False}, False),
        ("name（字符串，必填）：主机的名称。默认为 web", "name", {"type": "string", "default": "web"}, True),
    ],
)
def test_an_item_of_a_list_says_name_type_choices_and_default(text: str, name: str, schema: Json, is_required: bool) -> None:
    found = listed(text)
    assert found is not None
    assert (found.name, found.schema, found.is_required) == (name, schema, is_required)


@pytest.mark.parametrize(
    "text", ["A sentence about nothing in particular", "", ": value", "x" * 100 + ": too long for a name", "名称：不是参数名"]
)
def test_a_sentence_is_no_parameter(text: str) -> None:
    assert listed(text) is None
