"""Finds requests whose text is put together from values, where a value can turn into syntax (CWE-74): a path, a query, an expression."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from enum import IntEnum
from typing import get_args

from sandbox.review_rules.flow import Flow
from sandbox.review_rules.pieces import Role, pieces, text_of
from sandbox.review_rules.requests import SENT, Requests, address
from sandbox.review_rules.rule import Hit, Subject
from sandbox.review_rules.walk import shown


class Danger(IntEnum):
    """What an inserted value can do to the text around it."""

    NONE = 0
    ODD = 1  # a number: harmless, but it belongs beside the text
    SYNTAX = 2


FARTHEST = 50
"""Steps that a value is followed back. A tool's take ten; a text written to exhaust the reader's stack ends here."""

_NUMBERS = frozenset({"int", "float", "bool", "len", "round", "range"})
_SAME = frozenset({"str", "list", "tuple", "sorted", "reversed", "set", "enumerate", "zip", "httpx.URL", "dict"})
"""Calls that give what they are given."""

_SAME_METHODS = frozenset({"strip", "lstrip", "rstrip", "lower", "upper", "casefold", "encode", "removeprefix", "removesuffix", "title"})
_TIME_METHODS = frozenset({"isoformat", "strftime", "timestamp", "total_seconds"})
_PATH_QUOTES = frozenset({"urllib.parse.quote", "urllib.parse.quote_plus"})
_QUOTES = _PATH_QUOTES | {"urllib.parse.urlencode"}
_LITERALS = frozenset({"json.dumps", "re.escape"})
_ESCAPING = re.compile(r"escap|quot", re.IGNORECASE)
_IS_TIME_OR_NUMBER = re.compile(r"%[YmdHMSjyz]|[dfgex]$")
"""Formats that raise for anything else."""
_EXPRESSIONS = frozenset({"expression", "filterexpression", "filterpattern", "keyconditionexpression", "query", "querystring", "statement"})
"""AWS parameters in a language of their own, without case."""


def built_requests(subject: Subject) -> Iterator[Hit]:
    """Addresses, expressions and bodies that are put together from text and a value that may be anything."""
    yield from _hits(subject, Danger.SYNTAX)


def numbers_in_requests(subject: Subject) -> Iterator[Hit]:
    """The same where the values are numbers, steps of a path excepted."""
    yield from _hits(subject, Danger.ODD)


def _hits(subject: Subject, danger: Danger) -> Iterator[Hit]:
    flow = Flow(subject)
    readings: dict[Role, _Reading] = {role: _Reading(subject, flow, role) for role in get_args(Role)}
    for role, text in _sent(subject, flow):
        reading = readings[role]
        yield from (Hit(built.lineno, shown(built)) for built, steps in reading.built(text) if reading.danger(built, steps=steps) == danger)


def _sent(subject: Subject, flow: Flow) -> Iterator[tuple[Role, ast.expr]]:
    """What of a tool reaches the server, and as what."""
    if subject.protocol == "aws":
        yield from (("value", value) for value in _expressions(subject))
        return
    for call, method in Requests(subject, flow).sent():
        if where := address(call, method):
            yield "address", where
        yield from (("value", keyword.value) for keyword in call.keywords if keyword.arg in SENT)


def _expressions(subject: Subject) -> Iterator[ast.expr]:
    """What is given to keywords and keys that take an expression."""
    for node in subject.nodes:
        match node:
            case ast.keyword(arg=str(name), value=value) if name.lower() in _EXPRESSIONS:
                yield value
            case ast.Dict(keys=keys, values=values):
                named = ((key.value, value) for key, value in zip(keys, values, strict=True) if isinstance(key, ast.Constant))
                yield from (value for name, value in named if str(name).lower() in _EXPRESSIONS)


class _Reading:
    """What is sent in one role, read back to where it is put together. Each place is told once."""

    def __init__(self, subject: Subject, flow: Flow, role: Role) -> None:
        self._subject, self._flow, self._role = subject, flow, role
        self._seen: set[int] = set()
        self._judged: dict[tuple[int, bool], Danger] = {}

    def built(self, value: ast.expr, steps: int = 0) -> Iterator[tuple[ast.expr, int]]:
        """The expressions that put a text together, and how many steps back they are."""
        if id(value) in self._seen:
            return
        self._seen.add(id(value))
        if pieces(self._subject, self._role, value) or steps == FARTHEST:
            yield value, steps
            return
        for part in self._parts(value):
            yield from self.built(part, steps + 1)

    def danger(self, value: ast.expr, before: str = "", steps: int = 0) -> Danger:
        """The worst that a value can do in a text after `before`; what comes from too far away may do anything."""
        if steps == FARTHEST:
            return Danger.SYNTAX
        key = (id(value), self._is_path(before))
        if key not in self._judged:
            self._judged[key] = Danger.NONE  # a value that is made of itself adds nothing
            self._judged[key] = self._danger(value, before, steps)
        return self._judged[key]

    def _danger(self, value: ast.expr, before: str, steps: int) -> Danger:
        if inserted := pieces(self._subject, self._role, value):
            return max(self.danger(piece.value, before + piece.before, steps + 1) for piece in inserted)
        match value:
            case ast.Constant() | ast.List(elts=[]) | ast.Dict(keys=[]):
                return Danger.NONE
            case ast.FormattedValue(format_spec=ast.JoinedStr() as spec) if _IS_TIME_OR_NUMBER.search(text_of(spec)):
                return Danger.NONE if "%" in text_of(spec) else self._number(before)
            case ast.Call():
                return self._danger_of_call(value, before, steps)
            case ast.Name() if self._flow.is_time(value):
                return Danger.NONE
            case ast.Name() if self._flow.is_number(value):
                return self._number(before)
            case ast.BinOp(op=ast.Sub() | ast.Mult() | ast.FloorDiv() | ast.Pow()):
                return self._number(before)
        return self._worst_part(value, before, steps)

    def _worst_part(self, value: ast.expr, before: str, steps: int) -> Danger:
        return max((self.danger(part, before, steps + 1) for part in self._parts(value)), default=Danger.SYNTAX)

    def _danger_of_call(self, call: ast.Call, before: str, steps: int) -> Danger:
        name = self._subject.dotted(call.func)
        if name in _NUMBERS:
            return self._number(before)
        if self._escapes(call, name, before) or (isinstance(call.func, ast.Attribute) and call.func.attr in _TIME_METHODS):
            return Danger.NONE
        return self._worst_part(call, before, steps)

    def _number(self, before: str) -> Danger:
        return Danger.NONE if self._is_path(before) else Danger.ODD

    def _is_path(self, before: str) -> bool:
        return self._role == "address" and "?" not in before

    def _escapes(self, call: ast.Call, name: str, before: str) -> bool:
        """Whether a call makes a value harmless where it is put. `quote` leaves the slash, which ends a path's step, unless told not to."""
        if name in _QUOTES:
            return not self._is_path(before) or name == "urllib.parse.quote_plus" or (name in _PATH_QUOTES and _leaves_no_slash(call))
        if self._role == "address":
            return False
        function = self._flow.called(call)
        return name in _LITERALS or (function is not None and bool(_ESCAPING.search(function.name)) and _changes_text(function))

    def _parts(self, value: ast.expr) -> Iterator[ast.expr]:
        """What a value is, holds or gives on, one step back."""
        match value:
            case ast.Name():
                yield from self._flow.values(value)
            case ast.Dict(keys=keys, values=values):
                yield from (part for part in (*keys, *values) if part)
            case ast.List(elts=elements) | ast.Tuple(elts=elements) | ast.Set(elts=elements) | ast.BoolOp(values=elements):
                yield from elements
            case ast.IfExp(body=body, orelse=other) | ast.BinOp(left=body, right=other) | ast.DictComp(key=body, value=other):
                yield from (body, other)
            case ast.Starred(value=inner) | ast.NamedExpr(value=inner) | ast.FormattedValue(value=inner):
                yield inner
            case ast.ListComp(elt=inner) | ast.SetComp(elt=inner) | ast.GeneratorExp(elt=inner):
                yield inner
            case ast.JoinedStr(values=[ast.FormattedValue(value=inner)]):
                yield inner
            case ast.Subscript(value=ast.Name(id=name) as table) if name in self._subject.constants:
                yield table
            case ast.Call():
                yield from self._parts_of_call(value)

    def _parts_of_call(self, call: ast.Call) -> Iterator[ast.expr]:
        name = self._subject.dotted(call.func)
        if name in _SAME or name in _LITERALS:
            yield from (*call.args, *(keyword.value for keyword in call.keywords))
            return
        yield from self._flow.returned(call)
        match call.func:
            case ast.Attribute(value=owner, attr=method) if method in _SAME_METHODS | {"join", "copy"}:
                yield from (owner, *call.args)
            case ast.Attribute(value=ast.Name(id=table) as owner, attr="get" | "items" | "values" | "keys"):
                if table in self._subject.constants:
                    yield from (owner, *call.args[1:])


def _leaves_no_slash(call: ast.Call) -> bool:
    safe = call.args[1] if len(call.args) > 1 else next((keyword.value for keyword in call.keywords if keyword.arg == "safe"), None)
    return isinstance(safe, ast.Constant) and safe.value == ""


def _changes_text(function: ast.FunctionDef) -> bool:
    """Whether a function that says it escapes does anything."""
    called = {ast.unparse(node.func).rpartition(".")[2] for node in ast.walk(function) if isinstance(node, ast.Call)}
    return bool(called & {"replace", "translate", "sub", "dumps", "escape", "quote", "quote_plus"})
