"""How an expression puts a text together, and the values that it inserts."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from functools import reduce
from string import Formatter
from typing import Literal

from sandbox.review_rules.rule import Subject

Role = Literal["address", "value"]
"""Where a text goes: the address itself, or a value which httpx writes into the request without it becoming more than one value."""


@dataclass(frozen=True)
class Piece:
    """A value inserted into a text, and the fixed text before it."""

    value: ast.expr
    before: str = ""


_LIST_SEPARATOR = re.compile(r"[,;|]?\s*")


def pieces(subject: Subject, role: Role, value: ast.expr) -> list[Piece]:
    """The values that an expression puts into a text; none where it puts none together."""
    match value:
        case ast.JoinedStr(values=parts) if len(parts) > 1:
            return _in_order(parts)
        case ast.BinOp(op=ast.Add()) if role == "address" or any(map(_is_text, _terms(value))):
            return _in_order(_terms(value))
        case ast.BinOp(left=left, op=ast.Mod(), right=right) if role == "address" or _is_text(left):
            inserted = right.elts if isinstance(right, ast.Tuple) else right.values if isinstance(right, ast.Dict) else [right]
            return [Piece(part, text_of(left).partition("%")[0]) for part in inserted]
        case ast.BinOp(left=left, op=ast.Div(), right=right) if role == "address":
            return [Piece(left), Piece(right)]
        case ast.Call(args=parts) if subject.dotted(value.func) == "urllib.parse.urljoin":
            return _in_order(parts)
        case ast.Call(func=ast.Attribute(value=owner, attr=method)):
            return _pieces_of_call(role, value, owner, method)
        case _:
            return []


def _pieces_of_call(role: Role, call: ast.Call, owner: ast.expr, method: str) -> list[Piece]:
    given = [*call.args, *(keyword.value for keyword in call.keywords)]
    if method in ("format", "format_map", "substitute", "safe_substitute"):
        return [Piece(part, _before_first_field(text_of(owner))) for part in given]
    if method == "join" and _joins_more_than_a_list(role, owner):
        return [Piece(part) for part in given]
    if method == "replace" and len(given) > 1 and not isinstance(given[1], ast.Constant):
        return [Piece(owner), Piece(given[1])]
    return []


def _joins_more_than_a_list(role: Role, separator: ast.expr) -> bool:
    """`ids=1,2,3` is one value of a list; anything in a path, and words in between, are more."""
    if not isinstance(separator, ast.Constant) or not isinstance(separator.value, str):
        return False
    return role == "address" or not _LIST_SEPARATOR.fullmatch(separator.value) or separator.value == ""


def _terms(value: ast.expr) -> list[ast.expr]:
    """`a + b + c` as its terms."""
    if isinstance(value, ast.BinOp) and isinstance(value.op, ast.Add):
        return [*_terms(value.left), *_terms(value.right)]
    return [value]


def _in_order(parts: list[ast.expr]) -> list[Piece]:
    pieces, before = [], ""
    for part in parts:
        if isinstance(part, ast.Constant):
            before += str(part.value)
        else:
            pieces.append(Piece(part, before))
            before += text_of(part)
    return pieces


def _is_text(value: ast.expr) -> bool:
    match value:
        case ast.Constant(value=str()) | ast.JoinedStr() | ast.Call(func=ast.Name(id="str") | ast.Attribute(attr="join" | "format")):
            return True
        case _:
            return False


def text_of(value: ast.expr) -> str:
    """The fixed text of an expression."""
    return reduce(str.__add__, (str(node.value) for node in ast.walk(value) if isinstance(node, ast.Constant)), "")


def _before_first_field(template: str) -> str:
    try:
        return next((text for text, *_ in Formatter().parse(template)), "")
    except ValueError:
        return template
