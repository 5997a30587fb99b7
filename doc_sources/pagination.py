"""How an operation hands out long lists, told from the names of its parameters and of what surrounds the rows in its response.

The tables hold names as many APIs use them, folded: lower case, letters and digits only, so `page[size]`, `page_size` and `pageSize`
are one. Which style is offered when several fit: a cursor is the server's own, a `Link` header spells out the whole URL, an offset
says more than a page number.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final, TypeGuard

from doc_sources.shapes import Shape, ShapeReader
from schemas.operation import CursorPagination, LinkPagination, OffsetPagination, PagePagination, Pagination, Parameter

# Cursor parameter: where the response may name the next one. The first name that the response has is taken.
_CURSORS: Final[Mapping[str, tuple[str, ...]]] = {
    "cursor": ("nextcursor", "cursornext", "endcursor", "cursor", "next"),
    "nextcursor": ("nextcursor",),
    "pagecursor": ("nextcursor", "pagecursor", "after", "cursor"),
    "pagetoken": ("nextpagetoken", "nexttoken", "pagetoken"),
    "nextpagetoken": ("nextpagetoken",),
    "nextpage": ("nextpage",),
    "nexttoken": ("nexttoken",),
    "nextrecord": ("nextrecord",),
    "continue": ("continue",),
    "continuationtoken": ("nextcontinuationtoken", "continuationtoken"),
    "continuation": ("continuation",),
    "marker": ("nextmarker",),
    "after": ("endcursor", "after", "nextcursor"),
    "skiptoken": ("skiptoken", "nextskiptoken"),
    "scrollid": ("scrollid",),
}
_PAGES: Final = ("page", "pagenumber", "pagenum", "pageno", "pageindex", "p")
_OFFSETS: Final = ("offset", "pageoffset", "skip", "startat", "startindex", "start")
_SIZES: Final = (
    "perpage",
    "pagesize",
    "pagelimit",
    "limit",
    "size",
    "maxresults",
    "maxitems",
    "maxkeys",
    "count",
    "first",
    "top",
    "take",
    "rows",
)
_TOTALS: Final = (
    *("total", "totalcount", "totalitems", "totalresults", "totalrecords", "totalelements", "totalentries", "totalsize", "totalhits"),
    *("totalmatching", "totalfilteredcount"),
)
# With these beside it, `start` is the beginning of a time window.
_WINDOW_ENDS: Final = frozenset({"end", "stop", "to", "until", "endtime"})
# `count` is the size of this page, unless it stands beside these (Django REST framework).
_COUNT_NEIGHBOURS: Final = frozenset({"next", "previous"})
_FOLDED_OUT: Final = re.compile(r"[^a-z0-9]")


@dataclass(frozen=True)
class Envelope:
    """What surrounds a page's rows: the leaves of the body that are no collection by dotted path, and the response's header names."""

    leaves: Mapping[str, Shape]
    headers: Iterable[str]


def detect(parameters: Iterable[Parameter], envelope: Envelope, shapes: ShapeReader) -> Pagination | None:
    """The style of a list operation, or None where nothing says that the list goes on elsewhere."""
    sent = {_folded(p.name): p for p in parameters if p.location in ("query", "body")}
    names = _Names(sent, envelope, shapes)
    return _cursor(names) or _link(names) or _offset(names) or _page(names)


class _Names:
    """Looks the tables' names up in one operation."""

    def __init__(self, sent: Mapping[str, Parameter], envelope: Envelope, shapes: ShapeReader) -> None:
        self.sent = sent
        self.envelope = envelope
        self._shapes = shapes

    def integer(self, table: tuple[str, ...]) -> Parameter | None:
        """The first parameter of the table that takes a whole number (or does not say what it takes)."""
        found = (self.sent[name] for name in table if name in self.sent)
        return next((p for p in found if self._shapes.read(p.value_schema).type in ("integer", "number", "any")), None)

    @property
    def size(self) -> Parameter | None:
        return self.integer(_SIZES)

    @property
    def max_size(self) -> int | None:
        return _maximum(self.size.value_schema) if self.size else None

    @property
    def total_path(self) -> str | None:
        """Where the response tells the length of the whole list."""
        numbers = {
            path: _folded(path.rpartition(".")[2]) for path, leaf in self.envelope.leaves.items() if leaf.type in ("integer", "number")
        }
        siblings = {_folded(path) for path in self.envelope.leaves}
        totals = (*_TOTALS, "count") if siblings >= _COUNT_NEIGHBOURS else _TOTALS
        return next((path for path, name in numbers.items() if name in totals), None)


def _cursor(names: _Names) -> CursorPagination | None:
    for name, next_names in _CURSORS.items():
        parameter = names.sent.get(name)
        if parameter is None or parameter.required:
            continue
        path = _next_path(names.envelope.leaves, next_names)
        if path is not None:
            size = names.size.name if names.size else None
            return CursorPagination(cursor_parameter=parameter.name, next_path=path, size_parameter=size, max_size=names.max_size)
    return None


def _next_path(leaves: Mapping[str, Shape], next_names: tuple[str, ...]) -> str | None:
    by_name: dict[str, str] = {}
    for path, leaf in leaves.items():
        # A whole URL is no cursor, and a flag only says that there is one.
        if leaf.type in ("string", "integer", "any") and leaf.format not in ("uri", "url"):
            by_name.setdefault(_folded(path.rpartition(".")[2]), path)
            by_name.setdefault(_folded(path), path)
    return next((by_name[name] for name in next_names if name in by_name), None)


def _link(names: _Names) -> LinkPagination | None:
    if not any(header.lower() == "link" for header in names.envelope.headers):
        return None
    page = names.integer(_PAGES)
    return LinkPagination(
        page_parameter=page.name if page else None, size_parameter=names.size.name if names.size else None, max_size=names.max_size
    )


def _offset(names: _Names) -> OffsetPagination | None:
    offset, limit = names.integer(_OFFSETS), names.size
    if offset is None or limit is None or (_folded(offset.name) == "start" and _WINDOW_ENDS & names.sent.keys()):
        return None
    return OffsetPagination(offset_parameter=offset.name, limit_parameter=limit.name, max_size=names.max_size, total_path=names.total_path)


def _page(names: _Names) -> PagePagination | None:
    page = names.integer(_PAGES)
    if page is None:
        return None
    size = names.size.name if names.size else None
    default = page.value_schema.get("default") if isinstance(page.value_schema, dict) else None
    return PagePagination(
        page_parameter=page.name,
        first_page=default if isinstance(default, int) else 1,
        size_parameter=size,
        max_size=names.max_size,
        total_path=names.total_path,
    )


def _maximum(schema: object) -> int | None:
    """The largest page that may be asked for; of alternatives, the largest of all."""
    if not isinstance(schema, dict):
        return None
    bounds = [schema.get("maximum"), *(_maximum(part) for key in ("anyOf", "oneOf", "allOf") for part in schema.get(key) or ())]
    if _is_number(schema.get("exclusiveMaximum")):
        bounds.append(schema["exclusiveMaximum"] - 1)
    return max((int(bound) for bound in bounds if _is_number(bound)), default=None)


def _is_number(value: object) -> TypeGuard[int | float]:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _folded(name: str) -> str:
    return _FOLDED_OUT.sub("", name.lower())
