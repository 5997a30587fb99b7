"""Finds loops whose end is up to the server: a cursor that repeats would keep them busy until a budget of ours is used up."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from sandbox.review_rules.rule import Hit, Subject
from sandbox.review_rules.walk import Loop, assigned, comparisons, counted, head, inside, names

_ENDLESS = frozenset({"itertools.count", "itertools.cycle", "itertools.repeat"})
_CONSUMING = frozenset({"pop", "popleft", "popitem"})


def endless_loops(subject: Subject) -> Iterator[Hit]:
    """Loops in which no way out compares what they count, or empties what they consume."""
    for node in subject.nodes:
        match node:
            case ast.While(test=test) if not names(test) & _consumed(node) and not _is_counted(node):
                yield Hit(node.lineno, head(node))
            case ast.For(iter=iterable) if _is_endless(subject, iterable) and not _is_counted(node):
                yield Hit(node.lineno, head(node))


def _is_endless(subject: Subject, iterable: ast.expr) -> bool:
    if not isinstance(iterable, ast.Call):
        return False
    name, arguments = subject.dotted(iterable.func), len(iterable.args) + len(iterable.keywords)
    if name == "itertools.repeat":
        return arguments == 1
    return name in _ENDLESS or (name == "iter" and arguments == 2)


def _is_counted(loop: Loop) -> bool:
    counters = counted(loop)
    ways_out = [node.test for node in inside(loop) if isinstance(node, ast.If) and _leaves(node)]
    ways_out += [loop.test] if isinstance(loop, ast.While) else []
    return any(names(comparison) & counters for test in ways_out for comparison in comparisons(test))


def _leaves(node: ast.If) -> bool:
    return any(isinstance(statement, ast.Break | ast.Return | ast.Raise) for statement in node.body)


def _consumed(loop: Loop) -> set[str]:
    """Containers that each round takes something from."""
    found: set[str] = set()
    for node in inside(loop):
        match node:
            case ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr=taking)) if taking in _CONSUMING:
                found.add(name)
            case ast.Assign(value=ast.Subscript(value=ast.Name(id=name), slice=ast.Slice())):
                found |= {name} & assigned(node)
    return found
