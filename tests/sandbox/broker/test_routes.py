"""Step 2's matching: the operation that OpenAPI says the server would run."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.broker.routes import Routes

_TEMPLATES = (
    ("get", "/hosts"),
    ("get", "/hosts/{id}"),
    ("get", "/hosts/export"),
    ("get", "/hosts/{id}.json"),
    ("get", "/hosts/{name}/disks/{disk-id}"),
    ("get", "/{room}/export"),
    ("get", "/compare/{base}...{head}"),
    ("get", "/users/{id}"),
    ("get", "/users/{login}"),
    ("get", "/"),
    ("post", "/hosts"),
    ("get", "/a%20b"),
)
_ROUTES = Routes(_TEMPLATES)


def _matched(method: str, path: str) -> list[tuple[str, dict[str, str]]]:
    return [(_TEMPLATES[match.index][1], match.values) for match in _ROUTES.match(method, path.removeprefix("/").split("/"))]


@pytest.mark.parametrize(
    ("path", "template", "values"),
    [
        ("/hosts", "/hosts", {}),
        ("/hosts/h-1", "/hosts/{id}", {"id": "h-1"}),
        ("/hosts/export", "/hosts/export", {}),
        ("/hosts/h-1.json", "/hosts/{id}.json", {"id": "h-1"}),
        ("/hosts/h-1/disks/sda", "/hosts/{name}/disks/{disk-id}", {"name": "h-1", "disk-id": "sda"}),
        ("/racks/export", "/{room}/export", {"room": "racks"}),
        ("/compare/v1...v2", "/compare/{base}...{head}", {"base": "v1", "head": "v2"}),
        ("/", "/", {}),
        ("/a b", "/a%20b", {}),
    ],
)
def test_the_most_literal_template_takes_a_path(path: str, template: str, values: dict[str, str]) -> None:
    assert _matched("GET", path) == [(template, values)]


def test_templates_that_differ_in_names_only_are_both_named() -> None:
    assert _matched("GET", "/users/7") == [("/users/{id}", {"id": "7"}), ("/users/{login}", {"login": "7"})]


@pytest.mark.parametrize(
    ("method", "path"),
    [("PUT", "/hosts"), ("get", "/hosts"), ("GET", "/hosts/"), ("GET", "/hosts/a/b"), ("GET", "/HOSTS"), ("GET", "/users/")],
)
def test_anything_else_takes_none(method: str, path: str) -> None:
    assert _matched(method, path) == []


def test_the_nearest_templates_share_words_and_letters() -> None:
    nearest = _ROUTES.nearest("GET", "/host/h-1/disk/sda", range(len(_TEMPLATES)))

    assert _TEMPLATES[nearest[0]][1] == "/hosts/{name}/disks/{disk-id}"
    assert len(nearest) == 3


@given(st.lists(st.text(alphabet="ab.{}-", min_size=1, max_size=6), min_size=1, max_size=4))
def test_a_literal_path_always_finds_itself(segments: list[str]) -> None:
    path = "/" + "/".join(segment.replace("{", "").replace("}", "") or "x" for segment in segments)

    assert [match.index for match in Routes([("GET", path)]).match("GET", path[1:].split("/"))] == [0]


_ACTIONS = Routes([("get", "/?Action=ListUsers&Version=1"), ("get", "/?Action=StopHost&Version=1"), ("get", "/{id}")])


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ([("Action", "ListUsers"), ("Version", "1")], [0]),
        ([("Limit", "5"), ("Version", "1"), ("Action", "StopHost")], [1]),
        ([("Action", "ListUsers")], []),
        ([("Action", "ListUsers"), ("Version", "2")], []),
        ([("action", "ListUsers"), ("Version", "1")], []),
        ([("Action", "ListUsers"), ("Action", "StopHost"), ("Version", "1")], []),
        ([("Action", "ListUsers"), ("Action", "ListUsers"), ("Version", "1")], []),
        ([], []),
    ],
)
def test_operations_at_one_path_are_told_apart_by_what_the_query_says_once(query: list[tuple[str, str]], found: list[int]) -> None:
    assert [match.index for match in _ACTIONS.match("GET", [""], query)] == found


def test_a_query_in_a_path_that_nobody_can_write_costs_its_route_only() -> None:
    routes = Routes([("GET", "/a?x=%zz"), ("GET", "/a?y=%ff"), ("GET", "/b")])
    assert routes.match("GET", ("a",)) == routes.match("GET", ("a",), [("x", "%zz")]) == ()
    assert [match.index for match in routes.match("GET", ("b",))] == [2]
