"""How a tool fetches a relation over HTTP: one request by the operation's method, in its pagination style."""

from __future__ import annotations

from typing import Any, assert_never
from urllib.parse import parse_qsl

from agents.generate.expressions import holders, literal, prose
from schemas.operation import (
    CursorPagination,
    LastRowPagination,
    LinkPagination,
    OffsetPagination,
    Operation,
    PagePagination,
    Pagination,
)
from schemas.query import Call

PAGE_SIZE = 100
"""Rows asked for at once where the specification declares no smaller maximum."""

_OWN_NAMES = frozenset({"client", "path", "page", "seen", "body", "rows", "row", "cursor", "here", "following", "httpx"})
"""What the template's own lines call, which no holder of rows may shadow."""


def relation(call: Call, operation: Operation) -> dict[str, Any]:
    """What the template says of one request. Where lists lie in lists, `rows` is the outermost, and `loops` lead to `inner`."""
    # httpx puts `params` in the place of a query that the URL has: what the path says in one goes with them.
    path, _, query = operation.path.partition("?")
    fixed = [f"{literal(name)}: {literal(value)}" for name, value in parse_qsl(query)]
    paging = _paging(operation.pagination)
    outermost, *ways = (operation.rows_path or "").split("[].")
    names = holders([outermost, *ways[:-1]], _OWN_NAMES) if ways else []
    within = [f"{name}.{_got(way)} or []" for name, way in zip(names, ways, strict=True)]
    rows = _subscript(outermost)
    loops = "".join(f" for {name} in {lists}" for name, lists in zip(names, [f"body{rows}", *within], strict=False))
    return {
        "alias": call.alias,
        "path": literal(path),
        "shown_path": prose(operation.path),
        "style": operation.pagination.style if operation.pagination else "",
        "single": operation.row_is_single,
        "rows": rows,
        "collected": f"[row{loops} for row in {within[-1]}]" if within else f"body{rows}",
        "loops": list(zip(names, ["", *within], strict=False)),
        "inner": within[-1] if within else "",
        "verb": operation.method.lower(),
        "sends_body": operation.has_body,
        **paging,
        "always": ", ".join([*fixed, *paging.get("size", ())]),
    }


def _paging(pagination: Pagination | None) -> dict[str, Any]:
    """What the template says of a style: the parameters that ask for a page, and where a body says how to go on."""
    match pagination:
        case None:
            return {}
        case PagePagination(page_parameter=name, size_parameter=size, total_path=total):
            return _asked(name, size, pagination.max_size) | {"first_page": pagination.first_page, "total": _subscript(total or "")}
        case OffsetPagination(offset_parameter=name, limit_parameter=size, total_path=total):
            return _asked(name, size, pagination.max_size) | {"total": _subscript(total or "")}
        case CursorPagination(cursor_parameter=name, size_parameter=size, next_path=path, more_path=more):
            return _asked(name, size, pagination.max_size) | {"next": _gently(path), "more": _gently(more) if more else ""}
        case LastRowPagination(cursor_parameter=name, size_parameter=size, row_path=path, more_path=more):
            return _asked(name, size, pagination.max_size) | {"key": _subscript(path), "more": _gently(more)}
        case LinkPagination(size_parameter=size, next_path=path):
            return _asked("", size, pagination.max_size) | {"next": _gently(path) if path else ""}
        case other:
            assert_never(other)


def _asked(position: str, size: str | None, most: int | None) -> dict[str, Any]:
    return {"position": literal(position), "size": [f"{literal(size)}: {min(most, PAGE_SIZE)}"] if size and most else []}


def _subscript(path: str) -> str:
    return "".join(f"[{literal(step)}]" for step in path.split(".") if step)


def _gently(path: str) -> str:
    """A last page may leave out what leads to the next, so that it is looked up without raising."""
    return f"body.{_got(path)}"


def _got(path: str) -> str:
    *steps, last = path.split(".")
    return "".join(f"get({literal(step)}, {{}})." for step in steps) + f"get({literal(last)})"
