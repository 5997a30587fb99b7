"""How an operation hands out long lists, told from the names of its parameters and of what surrounds the rows in its response.

The tables hold names as many APIs use them, folded: lower case, letters and digits only, so `page[size]`, `page_size` and `pageSize`
are one. Which style is offered when several fit: a cursor is the server's own, a `Link` header spells out the whole URL, an offset
says more than a page number. Where none of these is declared, a list may go on after its last row or at a URL that stands in the body.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final, TypeGuard

from doc_sources.shapes import Shape, ShapeReader
from schemas.operation import (
    CursorPagination,
    LastRowPagination,
    LinkPagination,
    OffsetPagination,
    PagePagination,
    Pagination,
    Parameter,
    RowField,
)

# Cursor parameter: where the response may name the next one. The first name that the response has is taken.
_CURSORS: Final[Mapping[str, tuple[str, ...]]] = {
    "cursor": ("nextcursor", "cursornext", "endcursor", "cursor", "next"),
    "nextcursor": ("nextcursor",),
    "pagecursor": ("nextcursor", "pagecursor", "after", "cursor"),
    "pagetoken": ("nextpagetoken", "nexttoken", "pagetoken"),
    "nextpagetoken": ("nextpagetoken",),
    "nextpage": ("nextpage",),
    "page": ("nextpage",),
    "nexttoken": ("nexttoken",),
    "nextrecord": ("nextrecord",),
    "nextrecordid": ("nextrecordid",),
    "pagenextrecordid": ("nextrecordid",),
    "continue": ("continue",),
    "continuationtoken": ("nextcontinuationtoken", "continuationtoken"),
    "continuation": ("continuation",),
    "marker": ("nextmarker",),
    "after": ("endcursor", "after", "nextcursor"),
    "skiptoken": ("skiptoken", "nextskiptoken"),
    "scrollid": ("scrollid",),
}
# Where the last page names a place to go on from, too, and only a flag says that nothing follows.
_CURSORS_TO_THE_END: Final[Mapping[str, tuple[str, ...]]] = {"after": ("lastid",), "afterid": ("lastid",)}
# What takes the id of the last row. Not `since_id`, which asks for what is newer, nor `after`, which may be a time.
_AFTER_ROWS: Final = ("startingafter", "startafterid", "afterid", "lastid", "marker")
_ROW_ID: Final = "id"
_MORE: Final = ("hasmore", "hasnext", "hasnextpage", "more", "moreresults", "moreavailable", "istruncated")
# What a URL of the next page is called; a bare `next` must stand among links or say that it is a URL.
_NEXT_URLS: Final = ("nextlink", "nexturl", "nexturi", "nexthref", "nextpagelink", "nextpageurl", "nextpageuri")
_LINKED: Final = re.compile(r"(^|\.)_?links(\.pages)?\.next(\.href)?$")
_ID_FORMATS: Final = frozenset({"", "uuid", "int32", "int64"})
_URL_FORMATS: Final = frozenset({"uri", "url", "uri-reference"})
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
    """What surrounds a page's rows: the leaves of the body that are no collection by dotted path, and the response's header names.

    `fields` are those of a row.
    """

    leaves: Mapping[str, Shape]
    headers: Iterable[str]
    fields: tuple[RowField, ...] = ()


def detect(parameters: Iterable[Parameter], envelope: Envelope, shapes: ShapeReader) -> Pagination | None:
    """The style of a list operation, or None where nothing says that the list goes on elsewhere."""
    sent = {_folded(p.name): p for p in parameters if p.location in ("query", "body")}
    names = _Names(sent, envelope, shapes)
    return _cursor(names) or _link(names) or _offset(names) or _page(names) or _last_row(names) or _next_url(names)


def asks_for_part(name: str) -> bool:
    """Whether a member of a request's body is called like one that asks for a page, or for so many rows."""
    return _folded(name) in {*_CURSORS, *_AFTER_ROWS, *_PAGES, *_OFFSETS, *_SIZES}


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

    def plain(self, table: tuple[str, ...]) -> Parameter | None:
        """The first parameter of the table that takes a text or a number as it is: no time, and none of a few members."""
        return next((self.sent[name] for name in table if name in self.sent and self._is_plain(self.sent[name])), None)

    def _is_plain(self, parameter: Parameter) -> bool:
        shape = self._shapes.read(parameter.value_schema)
        return shape.type in ("string", "integer") and shape.enum is None and shape.format in _ID_FORMATS

    @property
    def size(self) -> Parameter | None:
        return self.integer(_SIZES)

    @property
    def size_name(self) -> str | None:
        return self.size.name if self.size else None

    @property
    def max_size(self) -> int | None:
        return _maximum(self.size.value_schema) if self.size else None

    @property
    def more_path(self) -> str | None:
        """Where the response tells whether there is more."""
        flags = {_folded(path.rpartition(".")[2]): path for path, leaf in self.envelope.leaves.items() if leaf.type == "boolean"}
        return next((flags[name] for name in _MORE if name in flags), None)

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
    more_path = names.more_path
    for name, next_names in (*_CURSORS.items(), *(_CURSORS_TO_THE_END.items() if more_path else ())):
        parameter = names.sent.get(name)
        if parameter is None or parameter.required or (name in _PAGES and names.integer((name,))):
            continue
        path = _next_path(names.envelope.leaves, next_names)
        if path is not None:
            return CursorPagination(
                cursor_parameter=parameter.name,
                next_path=path,
                more_path=more_path,
                size_parameter=names.size_name,
                max_size=names.max_size,
            )
    return None


def _last_row(names: _Names) -> LastRowPagination | None:
    """Only where a flag says whether there is more: without one, nothing tells such a parameter from a filter."""
    parameter, more_path = names.plain(_AFTER_ROWS), names.more_path
    if parameter is None or parameter.required or more_path is None or not any(map(_is_row_id, names.envelope.fields)):
        return None
    return LastRowPagination(
        cursor_parameter=parameter.name,
        row_path=_ROW_ID,
        more_path=more_path,
        size_parameter=names.size_name,
        max_size=names.max_size,
    )


def _next_path(leaves: Mapping[str, Shape], next_names: tuple[str, ...]) -> str | None:
    by_name: dict[str, str] = {}
    for path, leaf in leaves.items():
        # A whole URL is no cursor, and a flag only says that there is one.
        if leaf.type in ("string", "integer", "any") and leaf.format not in _URL_FORMATS:
            by_name.setdefault(_folded(path.rpartition(".")[2]), path)
            by_name.setdefault(_folded(path), path)
    return next((by_name[name] for name in next_names if name in by_name), None)


def _link(names: _Names) -> LinkPagination | None:
    if not any(header.lower() == "link" for header in names.envelope.headers):
        return None
    return _linked(names, None)


def _next_url(names: _Names) -> LinkPagination | None:
    """Of what is asked by a query: a search that is posted does not go on with a GET."""
    if not names.sent:
        return None
    path = next((path for path, leaf in names.envelope.leaves.items() if _is_next_url(path, leaf)), None)
    return _linked(names, path) if path else None


def _is_next_url(path: str, leaf: Shape) -> bool:
    name = _folded(path.rpartition(".")[2])
    is_called_one = name in _NEXT_URLS or (name == "next" and leaf.format in _URL_FORMATS) or _LINKED.search(path) is not None
    return is_called_one and leaf.type in ("string", "any")


def _is_row_id(field: RowField) -> bool:
    return field.path == _ROW_ID and field.type in ("string", "integer")


def _linked(names: _Names, next_path: str | None) -> LinkPagination:
    page = names.integer(_PAGES)
    return LinkPagination(
        next_path=next_path,
        page_parameter=page.name if page else None,
        size_parameter=names.size_name,
        max_size=names.max_size,
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
    default = page.value_schema.get("default") if isinstance(page.value_schema, dict) else None
    return PagePagination(
        page_parameter=page.name,
        first_page=default if isinstance(default, int) else 1,
        size_parameter=names.size_name,
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
