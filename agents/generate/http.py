"""How a tool fetches a relation over HTTP: one GET, in the pagination style of its operation."""

from __future__ import annotations

from typing import Any

from agents.generate.expressions import literal, prose
from schemas.operation import CursorPagination, OffsetPagination, Operation, PagePagination, Pagination
from schemas.query import Call

PAGE_SIZE = 100
"""Rows asked for at once where the specification declares no smaller maximum."""


def relation(call: Call, operation: Operation) -> dict[str, Any]:
    """What the template says of one GET."""
    pagination = operation.pagination
    size_name = getattr(pagination, "size_parameter", None) or getattr(pagination, "limit_parameter", None)
    maximum = pagination.max_size if pagination else None
    return {
        "alias": call.alias,
        "path": literal(operation.path),
        "shown_path": prose(operation.path),
        "style": pagination.style if pagination else "",
        "position": literal(_position(pagination)),
        "first_page": getattr(pagination, "first_page", 1),
        "single": operation.row_is_single,
        "rows": _subscript(operation.rows_path or ""),
        "size": f"{literal(size_name)}: {min(maximum, PAGE_SIZE)}" if size_name and maximum else "",
        "total": _subscript(getattr(pagination, "total_path", None) or ""),
        "next": _next(getattr(pagination, "next_path", None) or ""),
    }


def _position(pagination: Pagination | None) -> str:
    """The parameter that says which page is wanted."""
    match pagination:
        case PagePagination():
            return pagination.page_parameter
        case OffsetPagination():
            return pagination.offset_parameter
        case CursorPagination():
            return pagination.cursor_parameter
        case _:
            return ""


def _subscript(path: str) -> str:
    return "".join(f"[{literal(step)}]" for step in path.split(".") if step)


def _next(path: str) -> str:
    """A last page may leave the cursor out, so it is looked up gently."""
    *steps, last = path.split(".")
    return "body" + "".join(f".get({literal(step)}, {{}})" for step in steps) + f".get({literal(last)})"
