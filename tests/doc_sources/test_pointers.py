from __future__ import annotations

import pytest

from doc_sources import pointers

DOCUMENT = {"paths": {"/users/{id}": {"get": 1}}, "a~b": 2, "list": [{"x": 3}], "": 4, "~1": 5, "é ü": 6}


@pytest.mark.parametrize(
    ("reference", "value"),
    [
        ("#/paths/~1users~1{id}/get", 1),
        ("#/paths/~1users~1%7Bid%7D/get", 1),
        ("#/a~0b", 2),
        ("#/list/0/x", 3),
        ("#/", 4),
        ("#/~01", 5),
        ("#/%C3%A9%20%C3%BC", 6),
        ("#", DOCUMENT),
    ],
)
def test_a_pointer_is_unescaped_and_followed(reference: str, value: object) -> None:
    assert pointers.follow(DOCUMENT, pointers.steps(reference)) == value


@pytest.mark.parametrize(
    ("reference", "reason"),
    [
        ("other.yaml#/a", "out of the document"),
        ("https://example.com/a", "out of the document"),
        ("#anchor", "not a JSON pointer"),
        ("#/nowhere", "there is no 'nowhere'"),
        ("#/list/1", "there is no '1'"),
        ("#/list/-1", "there is no '-1'"),
        ("#/list/²", "there is no"),
        ("#/a~0b/deeper", "there is no 'deeper'"),
    ],
)
def test_a_pointer_that_leads_nowhere_says_why(reference: str, reason: str) -> None:
    with pytest.raises(LookupError, match=reason):
        pointers.follow(DOCUMENT, pointers.steps(reference))
