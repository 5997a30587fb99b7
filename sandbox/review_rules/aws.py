"""Finds what a tool must not do with the session that it is handed: choose another place, and ask row by row."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Final

from sandbox.review_rules.flow import Flow
from sandbox.review_rules.requests import askers
from sandbox.review_rules.rounds import COMPREHENSION, repeated, row_variables
from sandbox.review_rules.rule import Hit, Subject
from sandbox.review_rules.walk import assigned, shown

MAKERS: Final = frozenset({"client", "resource"})
"""Methods of a session that make something to call with."""

_NO_CALLS: Final = frozenset({"can_paginate", "get_paginator", "get_waiter", "close", "exceptions", "meta"})
"""What a client has beside operations."""


def other_places(subject: Subject) -> Iterator[Hit]:
    """Clients that are made with more than the service's name: a region, an endpoint, keys, retries."""
    for node in subject.nodes:
        if _makes_client(subject, node) and isinstance(node, ast.Call) and (len(node.args) > 1 or node.keywords):
            yield Hit(node.lineno, shown(node))


def clients_in_loops(subject: Subject) -> Iterator[Hit]:
    """Clients that are made anew in every round."""
    for loop in subject.nodes:
        if isinstance(loop, ast.For | ast.While | COMPREHENSION):
            yield from (Hit(call.lineno, shown(call)) for call in repeated(loop) if _makes_client(subject, call))


def calls_per_row(subject: Subject) -> Iterator[Hit]:
    """Calls whose arguments come of the one row that a loop is at; batches and pages are no rows."""
    if subject.protocol != "aws":
        return
    callers = askers(Flow(subject), lambda call: _calls(subject, call, set()))
    for loop in subject.nodes:
        if variables := row_variables(loop):
            calls = (call for call in repeated(loop) if _calls(subject, call, callers))
            yield from (Hit(call.lineno, shown(call)) for call in calls if any(_is_of(part, variables) for part in _arguments(call)))


def first_pages(subject: Subject) -> Iterator[Hit]:
    """Paginators that are told to stop."""
    for node in subject.nodes:
        if isinstance(node, ast.Dict) and any(isinstance(key, ast.Constant) and key.value == "MaxItems" for key in node.keys):
            yield Hit(node.lineno, shown(node))


def _makes_client(subject: Subject, node: ast.AST) -> bool:
    """`session.client("ec2")`, under whatever name the session goes. The command line makes its own."""
    if subject.protocol != "aws" or not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
        return False
    return node.func.attr in MAKERS and not subject.is_in_main(node)


def _arguments(call: ast.Call) -> list[ast.expr]:
    return [*call.args, *(keyword.value for keyword in call.keywords)]


def _is_of(argument: ast.AST, variables: set[str], *, is_whole: bool = True) -> bool:
    """Whether an argument is made of the variable itself. A batch is handed on whole, or gone through once more."""
    if isinstance(argument, ast.Name):
        return argument.id in variables and not is_whole
    if isinstance(argument, ast.comprehension):
        return not isinstance(argument.iter, ast.Name) and _is_of(argument.iter, variables, is_whole=False)
    return any(_is_of(part, variables, is_whole=False) for part in ast.iter_child_nodes(argument))


def _calls(subject: Subject, call: ast.Call, callers: set[str]) -> bool:
    """Whether a call asks AWS something: an operation, the pages of one, or a function that does either."""
    match call.func:
        case ast.Name(id=name):
            return name in callers
        case ast.Attribute(attr="paginate"):
            return True
        case ast.Attribute(value=ast.Name(id=name), attr=method):
            return name in _clients(subject) and method not in _NO_CALLS
        case ast.Attribute(value=ast.Call() as made, attr=method):
            return _makes_client(subject, made) and method not in _NO_CALLS
        case _:
            return False


def _clients(subject: Subject) -> set[str]:
    """Names that clients go by."""
    return {
        name for node in subject.nodes if isinstance(node, ast.Assign) and _makes_client(subject, node.value) for name in assigned(node)
    }
