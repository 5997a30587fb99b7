from __future__ import annotations

import gzip

import pytest

from doc_sources.parsing import described, parse
from schemas.base import Json
from schemas.errors import SpecUnusable


@pytest.mark.parametrize(
    "content",
    [b'{"a": [1]}', b"a: [1]", b'\xef\xbb\xbf{"a": [1]}', b"\n  a:\n  - 1\n"],
)
def test_json_and_yaml_give_the_same_value(content: bytes) -> None:
    assert parse(content) == {"a": [1]}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "It is empty"),
        (b'{"a": 1,}', "not valid JSON: .*line 1"),
        (b"<!DOCTYPE html><html><title>\n Sign in to Corp </title>", "HTML page titled 'Sign in to Corp'. The server asks for a sign-in"),
        (b"<!-- x --><HTML><title>Docs</title>", "HTML page titled 'Docs'. Give the address of the JSON or YAML that the page loads"),
        (b"<html></html>", "It is an HTML page."),
        (gzip.compress(b"{}"), "binary data"),
        (b"PK\x03\x04zip", "binary data"),
    ],
)
def test_what_is_no_document_is_named(content: bytes, message: str) -> None:
    with pytest.raises(SpecUnusable, match=message):
        parse(content)


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ({"message": "no", "code": 1}, "an object with the keys 'message', 'code'"),
        (dict.fromkeys("abcdefg"), "an object with the keys 'a', 'b', 'c', 'd', 'e' and 2 more"),
        ({}, "an empty object"),
        ([1, 2], "a list of 2"),
        ("Hello there", "text that begins 'Hello there'"),
        (None, "the value 'None'"),
    ],
)
def test_a_value_is_described_in_a_few_words(value: Json, words: str) -> None:
    assert described(value) == words
