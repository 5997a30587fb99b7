"""Cutting a relation into pages, in each style that a listing may have, and naming the next one.

The page is smaller than what was asked for, as servers may: a tool that trusts its own page size loses rows.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final, assert_never

from schemas.base import Json
from schemas.operation import CursorPagination, LastRowPagination, LinkPagination, OffsetPagination, Operation, PagePagination

Words = Mapping[str, str]
"""The query of a request, each name once."""


FIRST_NUMBER: Final = 500_000
"""What a numeric token counts from."""


HOLLOW_AFTER: Final = 2
"""Pages after which there is one without rows: AWS and Azure may give such, and a tool that stops there loses the rest."""


class BadRequest(Exception):
    """The request names no page of this listing."""


class UnknownToken(BadRequest):
    """The token was never given, or is of another listing."""


@dataclass(frozen=True)
class Page:
    """Rows `start` to `stop` of `total`. `next` holds the query parameters of the page that follows, None on the last.

    A hollow page has no rows and is not the last: the rows from `start` on are on the one that follows. `among` are the indices of
    the rows that the request's filters keep, which the page counts through; None where it sent no filter.
    """

    start: int
    stop: int
    total: int
    size: int
    next: Words | None = None
    is_hollow: bool = False
    among: tuple[int, ...] | None = None

    @property
    def indices(self) -> Sequence[int]:
        """Of its rows, in the whole relation."""
        return range(self.start, self.stop) if self.among is None else self.among[self.start : self.stop]

    @property
    def number(self) -> int:
        """From 1."""
        return self.start // self.size + 1

    @property
    def count(self) -> int:
        """Pages in all; an empty listing has one."""
        return max(1, -(-self.total // self.size))


def cut(operation: Operation, query: Words, total: int, cap: int, seed: int, keys: Sequence[Json] = ()) -> Page:
    """The page that the request asks for, of at most `cap` rows. Raises BadRequest for a page that was never offered.

    `keys` are what a listing that goes on after a row calls its rows, in order.
    """
    style = operation.pagination
    match style:
        case None:
            return _page(0, total, max(1, total), {})
        case PagePagination(page_parameter=name):
            size, first = _size(query, style.size_parameter, cap), first_page(operation)
            number = _integer(query, name, first)
            return _page((number - first) * size, total, size, {name: str(number + 1)})
        case OffsetPagination(offset_parameter=name):
            start, size = _integer(query, name, 0), _size(query, style.limit_parameter, cap)
            return _page(start, total, size, {name: str(start + size)})
        case CursorPagination(cursor_parameter=name):
            return _by_token(operation, name, query, total, _size(query, style.size_parameter, cap), seed)
        case LastRowPagination(cursor_parameter=name):
            return _after(query, name, list(map(str, keys)), total, _size(query, style.size_parameter, cap))
        case LinkPagination():
            return _linked(operation, style, query, total, _size(query, style.size_parameter, cap), seed)
        case other:
            assert_never(other)


def walk(operation: Operation, total: int, cap: int, seed: int, keys: Sequence[Json] = ()) -> Iterator[Page]:
    """Every page of the listing, as a reader finds them who asks for no size."""
    query: Words | None = {}
    while query is not None:
        page = cut(operation, query, total, cap, seed, keys)
        yield page
        query = page.next


def first_page(operation: Operation) -> int:
    """The number of the first page; 1 for a listing without page numbers."""
    style = operation.pagination
    return style.first_page if isinstance(style, PagePagination) else 1


def _after(query: Words, name: str, keys: Sequence[str], total: int, size: int) -> Page:
    token = query.get(name)
    if token and token not in keys:
        raise UnknownToken(f"{name} {token!r} is the id of no row")
    start = keys.index(token) + 1 if token else 0
    # An endless listing claims more rows than it has.
    return _page(start, total, size, {name: keys[min(start + size, len(keys)) - 1]} if keys else {})


def _linked(operation: Operation, style: LinkPagination, query: Words, total: int, size: int, seed: int) -> Page:
    name = style.page_parameter or _link_parameter(operation, style)
    if name is None:
        return _page(0, total, max(1, total), {})
    if style.page_parameter is None or "integer" not in _types(operation, name):
        return _by_token(operation, name, query, total, size, seed)
    number = _integer(query, name, 1)
    return _page((number - 1) * size, total, size, {name: str(number + 1)})


def _link_parameter(operation: Operation, style: LinkPagination) -> str | None:
    """Some declared parameter to tell pages by, for a listing that does not say which its links use: `since`, `after`, …

    None where nothing is declared that could: no other page of such a listing can be asked for, whatever its links say.
    """
    optional = [p for p in operation.parameters if p.location == "query" and not p.required and p.name != style.size_parameter]
    free = [p for p in optional if _is_free(p.value_schema)]
    known = [p.name for p in free if re.search(r"page|cursor|since|after|token|marker|start|offset|continue", p.name.lower())]
    return next(iter(known or [p.name for p in free]), None)


def _is_free(schema: Json) -> bool:
    """Whether any text, or any whole number, will do."""
    bounds = {"enum", "const", "format", "pattern", "maximum", "maxLength"}
    return isinstance(schema, dict) and schema.get("type") in ("string", "integer") and not bounds & schema.keys()


def _by_token(operation: Operation, name: str, query: Words, total: int, size: int, seed: int) -> Page:
    """Pages named by tokens that say nothing to their reader and have characters that a URL must escape."""
    mint = partial(_token, f"{seed}/{operation.id}", is_number="integer" in _types(operation, name))
    place = _start(query[name], mint) if query.get(name) else 0
    if not _has_hollow(operation):
        return _page(place, total, size, {name: mint(place + size)})
    start, is_hollow = divmod(place, 2)
    if is_hollow:
        return Page(start, start, total, size, {name: mint(2 * start)}, is_hollow=True)
    following = start + size
    return _page(start, total, size, {name: mint(2 * following + (following == HOLLOW_AFTER * size))})


def _has_hollow(operation: Operation) -> bool:
    style = operation.pagination
    return operation.protocol == "aws" or (isinstance(style, LinkPagination) and style.next_path is not None)


def _token(listing: str, start: int, *, is_number: bool) -> str:
    if is_number:
        return str(FIRST_NUMBER + start)
    check = hashlib.sha256(f"{listing}/{start}".encode()).digest()[:6]
    return base64.b64encode(b"\xfb\xff" + check + start.to_bytes(4)).decode()


def _start(token: str, mint: Callable[[int], str]) -> int:
    try:
        start = int(token) - FIRST_NUMBER if token.isdigit() else int.from_bytes(base64.b64decode(token)[-4:])
    except binascii.Error:
        start = -1
    if start < 0 or mint(start) != token:
        raise UnknownToken(f"{token!r} is no token of this listing; send it back exactly as it was given")
    return start


def _types(operation: Operation, name: str) -> list[str]:
    declared = next((parameter.value_schema for parameter in operation.parameters if parameter.name == name), None)
    branches: list[Json] = [declared, *(declared.get("anyOf", ()) if isinstance(declared, dict) else ())]
    types = [branch.get("type", ()) for branch in branches if isinstance(branch, dict)]
    return [name for found in types for name in ([found] if isinstance(found, str) else found)]


def _page(start: int, total: int, size: int, following: Words) -> Page:
    if start < 0:
        raise BadRequest("there is no page before the first")
    return Page(start, max(start, min(start + size, total)), total, size, following if start + size < total else None)


def _size(query: Words, name: str | None, cap: int) -> int:
    asked = _integer(query, name, cap) if name else cap
    if asked < 1:
        raise BadRequest(f"{name} {asked} is not a number of rows")
    return min(asked, cap)


def _integer(query: Words, name: str, default: int) -> int:
    text = query.get(name)
    if text is None:
        return default
    if not text.isdigit():
        raise BadRequest(f"{name} {text!r} is not a number")
    return int(text)
