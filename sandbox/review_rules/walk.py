"""Ways through a syntax tree that several rules share."""

from __future__ import annotations

import ast
from collections.abc import Iterator

Loop = ast.While | ast.For

LONGEST_SHOWN = 80

GATHERING = frozenset({"append", "extend", "add", "update", "insert"})


def inside(node: ast.AST) -> Iterator[ast.AST]:
    """A node's descendants, but not those of functions defined in it."""
    for child in ast.iter_child_nodes(node):
        if not isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            yield child
            yield from inside(child)


def bodies(tree: ast.AST) -> Iterator[list[ast.stmt]]:
    """Every list of statements, so that each statement is seen with the one after it."""
    for node in ast.walk(tree):
        for field in ("body", "orelse", "finalbody"):
            statements = getattr(node, field, None)
            if isinstance(statements, list):
                yield statements


def names(node: ast.AST) -> set[str]:
    """The names that occur in a node."""
    return {found.id for found in ast.walk(node) if isinstance(found, ast.Name)}


def is_empty(value: ast.expr | None) -> bool:
    """Whether an expression is a collection with nothing in it."""
    match value:
        case ast.List(elts=[]) | ast.Tuple(elts=[]) | ast.Dict(keys=[]):
            return True
        case ast.Call(func=ast.Name(id="list" | "dict" | "set" | "tuple" | "frozenset"), args=[], keywords=[]):
            return True
        case _:
            return False


def folded(value: ast.expr) -> str:
    """The text that an expression of fixed parts makes: `"a" + "b"`, `"".join(["a", "b"])`, `f"a{'b'}"`; empty for anything else."""
    match value:
        case ast.Constant(value=str(text)):
            return text
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            return _all_or_none("", [left, right])
        case ast.JoinedStr(values=parts):
            return _all_or_none("", parts)
        case ast.FormattedValue(value=inner):
            return folded(inner)
        case ast.Call(
            func=ast.Attribute(value=ast.Constant(value=str(separator)), attr="join"), args=[ast.List(elts=parts) | ast.Tuple(elts=parts)]
        ):
            return _all_or_none(separator, parts)
        case _:
            return ""


def _all_or_none(separator: str, parts: list[ast.expr]) -> str:
    texts = [folded(part) for part in parts]
    return separator.join(texts) if all(texts) else ""


def assigned(statement: ast.AST) -> set[str]:
    """The names that an assignment binds; none for anything else."""
    match statement:
        case ast.Assign(targets=targets):
            return {name for target in targets for name in names(target)}
        case ast.AnnAssign(target=target) | ast.AugAssign(target=target):
            return names(target)
        case _:
            return set()


def comparisons(test: ast.AST) -> Iterator[ast.Compare]:
    """The comparisons in a condition."""
    return (node for node in ast.walk(test) if isinstance(node, ast.Compare))


def counted(loop: Loop) -> set[str]:
    """Names that each round of a loop moves on by arithmetic."""
    found = names(loop.target) if isinstance(loop, ast.For) else set()
    for node in inside(loop):
        if isinstance(node, ast.AugAssign):
            found |= assigned(node)
        elif isinstance(node, ast.Assign) and isinstance(node.value, ast.BinOp):
            found |= assigned(node) & names(node.value)
    return found


def gathers(loop: Loop) -> bool:
    """Whether a loop collects or yields something, as one over pages does and one over attempts doesn't."""
    for node in inside(loop):
        if isinstance(node, ast.Yield | ast.YieldFrom):
            return True
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in GATHERING:
            return True
    return False


def head(loop: Loop) -> str:
    """A loop's first line, for a message."""
    if isinstance(loop, ast.While):
        return shown("while", loop.test)
    return shown("for", loop.target, "in", loop.iter)


def shown(*parts: ast.AST | str) -> str:
    """Code for a message: one line between backticks, cut where it is long."""
    text = " ".join(part if isinstance(part, str) else ast.unparse(part) for part in parts).partition("\n")[0]
    return f"`{text if len(text) <= LONGEST_SHOWN else text[: LONGEST_SHOWN - 1] + '…'}`"
