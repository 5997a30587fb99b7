"""Step 5, bodies: every name is declared, and what leaves is what was judged."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.broker.denials import UndeclaredShape
from sandbox.broker.wire import WireRequest
from tests.sandbox.broker.estate import Wire, broker, get, post

_FORM = "application/x-www-form-urlencoded"


def _sent(request: WireRequest) -> WireRequest:
    wire = Wire()
    broker(wire).exchange(request)
    return wire.sent[0]


def _refusal(request: WireRequest) -> str:
    wire = Wire()
    with pytest.raises(UndeclaredShape) as denied:
        broker(wire).exchange(request)
    assert wire.sent == []
    return str(denied.value)


@pytest.mark.parametrize(
    "value",
    [
        {},
        {"size": 500, "after": "x"},
        {"filter": {"field": "zone", "equals": "a"}},
        {"filter": {"field": "zone", "all_of": [{"field": "rack"}, {"field": "x", "all_of": [{"field": "y"}]}]}},
        {"labels": {"anything": "goes", "deep": {"too": 1}}},
        {"units": {"cpu": 3}},
    ],
)
def test_a_body_of_declared_names_leaves_as_json(value: Any) -> None:
    sent = _sent(post("/hosts/search", value))

    assert json.loads(sent.body or b"") == value
    assert ("content-type", "application/json") in sent.headers


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ({"sise": 5}, "body name 'sise' is not declared, the nearest is 'size'"),
        ({"script": "rm"}, "body name 'script' is not declared, declared are"),
        ({"filter": {"field": "a", "equal": 1}}, "body name 'equal' is not declared, the nearest is 'equals' (at 'filter')"),
        ({"filter": {"field": "a", "all_of": [{"field": "b", "x": 1}]}}, "(at 'filter/all_of/0')"),
        ({"size": 501}, "the body 'size' is wrong: it is greater than the maximum of 500"),
        ({"filter": {}}, "the body 'filter' is wrong: \"field\" is a required property"),
        ({"units": {"cpu": "x"}}, "the body 'units/cpu' is wrong: it is not of type \"integer\""),
        ([], "the body is wrong: it is not of type"),
        (b"{", "the body is not JSON"),
        (b'{"size": NaN}', "the body is not JSON"),
        (b"\xff", "the body is not JSON"),
    ],
)
def test_a_body_that_the_slice_does_not_describe_is_denied_with_the_place(value: Any, words: str) -> None:
    assert words in _refusal(post("/hosts/search", value))


def test_a_wrong_value_is_not_drowned_in_names_that_are_declared() -> None:
    words = _refusal(post("/hosts/search", {"size": "x", "filter": {"field": "a"}}))

    assert words.count("not declared") == 0


def test_a_name_given_twice_leaves_once_as_it_was_judged() -> None:
    assert _sent(post("/hosts/search", b'{"size": 501, "size": 5}')).body == b'{"size":5}'


@pytest.mark.parametrize(("levels", "leaves"), [(252, True), (253, False), (1000, False), (5000, False)])
def test_a_body_leaves_as_deeply_nested_as_it_can_be_written_anew(levels: int, leaves: bool) -> None:
    request = post("/hosts/search", b'{"labels":{"a":' + b"[" * levels + b"]" * levels + b"}}")

    if leaves:
        assert _sent(request).body == request.body
    else:
        assert "the body " in _refusal(request)


@pytest.mark.parametrize(("size", "words"), [(32_768, "body name 'sise' is not declared"), (32_769, "not of 32769")])
def test_what_is_wrong_with_a_body_is_only_told_of_one_of_bounded_length(size: int, words: str) -> None:
    assert words in _refusal(post("/hosts/search", b'{"sise":"' + b"x" * (size - 11) + b'"}'))


def test_a_long_body_as_declared_leaves() -> None:
    value = {"after": "x" * 100_000}

    assert json.loads(_sent(post("/hosts/search", value)).body or b"") == value


def test_a_missing_body_is_denied_where_one_is_required() -> None:
    assert "requires a body" in _refusal(get("/hosts/search", method="POST"))


def test_a_body_is_denied_where_none_is_declared() -> None:
    assert "the operation takes no body" in _refusal(get("/hosts", content=b"x"))


@pytest.mark.parametrize(
    "media_type",
    ["text/plain", "application/xml", "multipart/form-data; boundary=x", "application/octet-stream", "", _FORM, "application/*"],
)
def test_a_body_of_another_media_type_is_denied(media_type: str) -> None:
    assert "can't be sent, it takes 'application/json'" in _refusal(post("/hosts/search", {}, media_type))


def test_parameters_of_the_media_type_do_not_leave() -> None:
    assert ("content-type", "application/json") in _sent(post("/hosts/search", {}, "Application/JSON; charset=utf-16")).headers


def test_a_form_of_declared_fields_leaves() -> None:
    sent = _sent(post("/logs/query", b"query=level%3Derror+x&limit=10&levels=a&levels=b", _FORM))

    assert sent.body == b"query=level%3Derror%20x&limit=10&levels=a&levels=b"


@pytest.mark.parametrize(
    ("form", "words"),
    [
        (b"limit=10", "form field 'query' is required and missing"),
        (b"query=x&limit=1001", "form field 'limit' is '1001': it is greater than the maximum of 1000"),
        (b"query=x&limits=1", "form field 'limits' is not declared, the nearest is 'limit'"),
        (b"query=x&query=y", "form field 'query' is given more than once"),
        (b"query=%zz", "the form is malformed"),
        (b"query=\xff", "the form is malformed"),
    ],
)
def test_a_form_that_the_slice_does_not_describe_is_denied(form: bytes, words: str) -> None:
    assert words in _refusal(post("/logs/query", form, _FORM))


@pytest.mark.parametrize(("many", "words"), [(10_000, "form field 'quer' is not declared"), (10_001, "more than 10000 names")])
def test_a_form_has_so_many_names_and_no_more(many: int, words: str) -> None:
    assert words in _refusal(post("/logs/query", b"&".join([b"quer=1"] * many), _FORM))


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["size", "after", "filter", "field", "equals", "all_of", "x"]), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(_JSON)
def test_no_undeclared_name_leaves_in_any_body(value: Any) -> None:
    try:
        sent = _sent(post("/hosts/search", value))
    except UndeclaredShape:
        return
    assert b'"x"' not in (sent.body or b"").replace(b':"x"', b"")
