"""Finds handlers after which nobody knows that something went wrong."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from sandbox.review_rules.rule import Hit, Subject
from sandbox.review_rules.walk import GATHERING, inside, is_empty, names, shown

_BROAD = frozenset({"", "Exception", "BaseException"})
_LIBRARIES = ("httpx.", "boto3.", "botocore.")
_BACKEND = frozenset({"OSError", "IOError", "ConnectionError", "TimeoutError"})


def swallowed_errors(subject: Subject) -> Iterator[Hit]:
    """Handlers that neither raise nor keep the error: broad and empty ones, those that put [] for rows, and any for the backend's."""
    for node in subject.nodes:
        if isinstance(node, ast.ExceptHandler) and _swallows(subject, node):
            yield Hit(node.lineno, shown("except", node.type) if node.type else "`except:`")
        elif isinstance(node, ast.Call) and subject.dotted(node.func) == "contextlib.suppress":
            yield Hit(node.lineno, "`contextlib.suppress`")


def _swallows(subject: Subject, handler: ast.ExceptHandler) -> bool:
    if any(isinstance(node, ast.Raise) for node in inside(handler)):
        return False
    types = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    caught = {subject.dotted(name) for name in types}
    if caught & _BROAD or all(isinstance(statement, ast.Pass | ast.Continue) for statement in handler.body):
        return True
    if any(_is_emptied(statement) for statement in handler.body):
        return True
    is_backend = any(name in _BACKEND or name.startswith(_LIBRARIES) or ".exceptions." in name for name in caught)
    return is_backend and not (_keeps(handler) or subject.is_in_main(handler))


def _is_emptied(statement: ast.stmt) -> bool:
    """Whether no rows are returned, or bound to a name, in place of those that the error cost."""
    return isinstance(statement, ast.Return | ast.Assign | ast.AnnAssign) and is_empty(statement.value)


def _keeps(handler: ast.ExceptHandler) -> bool:
    """Whether the error is put somewhere, as a loop of attempts does that raises the last one; to log it is not enough."""
    return any(handler.name in names(node) for node in inside(handler) if _puts(node))


def _puts(node: ast.AST) -> bool:
    match node:
        case ast.Assign(targets=targets):
            return any(names(target) != {"_"} for target in targets)
        case ast.Return():
            return True
        case ast.Call(func=ast.Attribute(attr=method)):
            return method in GATHERING
        case _:
            return False
