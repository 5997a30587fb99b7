"""Ways through a syntax tree that several rules share."""

from __future__ import annotations

import ast
from collections.abc import Iterator

Loop = ast.While | ast.For

LONGEST_SHOWN = 80

_GATHERING = frozenset({"append", "extend", "add", "update", "insert"})


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
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _GATHERING:
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
