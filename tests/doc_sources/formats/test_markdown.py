"""Markdown is read as it is shown."""

from __future__ import annotations

import pytest

from doc_sources.formats import markdown
from schemas.errors import SpecUnusable
from tests.doc_sources.formats.texts import operations_of, slices_of

README = """---
layout: page
---
# shop

Sells things.

## Usage

| Parameter | Type | Description |
|---|---|---|
| `page` | integer | Which page. |

```sh
$ curl http://shop.example/orders
```

<details><summary>More</summary>Hidden words</details>
"""


def test_sections_tables_and_fenced_code_are_read() -> None:
    found = slices_of(README, "https://docs.example/README.md")
    usage = found["readme/usage"]
    assert list(found) == ["readme/shop", "readme/usage"]
    assert [(p.name, p.value_schema) for p in usage.operation.parameters] == [("page", {"type": "integer"})]
    assert usage.document["paths"]["/readme/usage"]["get"]["x-codeSamples"] == [{"source": "$ curl http://shop.example/orders"}]
    assert "Hidden words" in usage.operation.description
    assert "layout" not in found["readme/shop"].operation.description


def test_text_that_says_nothing_is_refused() -> None:
    with pytest.raises(SpecUnusable, match="says nothing"):
        operations_of("\n\n", "https://docs.example/README.md")


def test_text_may_be_long_and_no_longer() -> None:
    assert markdown.sections_of("x" * markdown.MOST_CHARACTERS)
    with pytest.raises(SpecUnusable, match="longer than 1 million"):
        markdown.sections_of("x" * (markdown.MOST_CHARACTERS + 1))


def test_quotes_within_quotes_without_end_are_cut_off() -> None:
    assert markdown.sections_of("> " * 10_000 + "x") == []
