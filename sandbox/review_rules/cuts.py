"""Finds results that are cut at a number which the caller never chose, and look complete."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from itertools import zip_longest

from sandbox.review_rules.rule import Hit, Subject, functions
from sandbox.review_rules.walk import assigned, bodies, comparisons, counted, gathers, head, inside, names, shown

_LIST_MAKERS = frozenset({"sorted", "list", "reversed"})
_STOP_ARGUMENT = {"itertools.islice": -1, "heapq.nlargest": 0, "heapq.nsmallest": 0, "random.sample": 1}
"""Where the number stands in the calls that take a few."""

_LISTS = ("list[", "Sequence[", "tuple[")
"""How the annotations of what holds rows begin."""


def silent_cuts(subject: Subject) -> Iterator[Hit]:
    """Slices, first-few calls, loops left when full, and budgets that run out without a word."""
    for function in functions(subject.tree):
        yield from _slices(subject, function)
    for node in subject.nodes:
        if isinstance(node, ast.Call) and _takes_first_few(subject, node):
            yield Hit(node.lineno, shown(node))
        elif isinstance(node, ast.For | ast.While) and gathers(node):
            yield from (Hit(way.lineno, shown("if", way.test)) for way in _left_when_full(subject, node))
    yield from _silent_budgets(subject)


def _slices(subject: Subject, function: ast.FunctionDef) -> Iterator[Hit]:
    lists, rows = _lists(function), {id(value) for value in _gone_through(function)}
    for node in ast.walk(function):
        match node:
            case ast.Subscript(value=value, slice=ast.Slice() as cut) if _is_fixed(subject, cut):
                if _makes_list(value) or ast.unparse(value) in lists or id(node) in rows:
                    yield Hit(node.lineno, shown(node))


def _is_fixed(subject: Subject, cut: ast.Slice) -> bool:
    """`[:100]` and `[-100:]`; `[1:]` leaves out a heading."""
    return subject.is_constant(cut.upper) or (isinstance(cut.lower, ast.UnaryOp) and subject.is_constant(cut.lower))


def _lists(function: ast.FunctionDef) -> set[str]:
    """Local names that hold lists, as far as the text tells: to slice text (`at[:10]`) is no cut."""
    found: set[str] = set()
    for node in ast.walk(function):
        match node:
            case ast.Assign(value=value) if _makes_list(value):
                found |= assigned(node)
            case ast.AnnAssign(annotation=annotation) if ast.unparse(annotation).startswith(_LISTS):
                found |= assigned(node)
            case ast.arg(arg=name, annotation=ast.expr() as annotation) if ast.unparse(annotation).startswith(_LISTS):
                found.add(name)
    return found


def _gone_through(function: ast.FunctionDef) -> Iterator[ast.expr]:
    """What is used as rows are: gone over, gathered, deleted, or returned where a list is announced."""
    returns_list = function.returns is not None and ast.unparse(function.returns).startswith(_LISTS)
    for node in ast.walk(function):
        match node:
            case ast.For(iter=value) | ast.comprehension(iter=value) | ast.YieldFrom(value=value):
                yield value
            case ast.Call(func=ast.Attribute(attr="extend") | ast.Name(id="list" | "sorted"), args=[value, *_]):
                yield value
            case ast.Delete(targets=targets):
                yield from targets
            case ast.Return(value=ast.expr() as value) if returns_list:
                yield value


def _makes_list(value: ast.expr) -> bool:
    if isinstance(value, ast.Call):
        return isinstance(value.func, ast.Name) and value.func.id in _LIST_MAKERS
    return isinstance(value, ast.List | ast.ListComp)


def _takes_first_few(subject: Subject, call: ast.Call) -> bool:
    name = subject.dotted(call.func)
    if name == "collections.deque":
        return any(keyword.arg == "maxlen" and subject.is_constant(keyword.value) for keyword in call.keywords)
    return name in _STOP_ARGUMENT and bool(call.args) and subject.is_constant(call.args[_STOP_ARGUMENT[name]])


def _left_when_full(subject: Subject, loop: ast.For | ast.While) -> Iterator[ast.If]:
    """`if len(rows) >= 1000: break`, or a return, where a raise would tell."""
    counters = counted(loop)
    for node in inside(loop):
        match node:
            case ast.If(test=test, body=[*_, ast.Break() | ast.Return()]):
                if any(_is_full(subject, comparison, counters) for comparison in comparisons(test)):
                    yield node


def _is_full(subject: Subject, comparison: ast.Compare, counters: set[str]) -> bool:
    reached = isinstance(comparison.ops[0], ast.GtE | ast.Gt | ast.Eq) and subject.is_constant(comparison.comparators[0])
    measured = comparison.left
    if isinstance(measured, ast.Call):
        return reached and subject.dotted(measured.func) == "len" and isinstance(comparison.ops[0], ast.GtE | ast.Gt)
    return reached and isinstance(measured, ast.Name) and bool(names(measured) & counters)


def _silent_budgets(subject: Subject) -> Iterator[Hit]:
    """Loops over a fixed number of rounds that gather rows, and go on as if they had seen all when the rounds are used up."""
    for body in bodies(subject.tree):
        for loop, following in zip_longest(body, body[1:]):
            if isinstance(loop, ast.For | ast.While) and _has_budget(subject, loop) and not _raises((following, *loop.orelse)):
                yield Hit(loop.lineno, head(loop))


def _has_budget(subject: Subject, loop: ast.For | ast.While) -> bool:
    match loop:
        case ast.For(iter=ast.Call(func=ast.Name(id="range"), args=arguments)):
            return all(map(subject.is_constant, arguments)) and gathers(loop)
        case ast.While(test=test):
            return gathers(loop) and any(_is_within(subject, comparison, counted(loop)) for comparison in comparisons(test))
        case _:
            return False


def _is_within(subject: Subject, comparison: ast.Compare, counters: set[str]) -> bool:
    """`page <= 10` and `len(rows) < 1000`; what a round counts down to nothing (`left > 0`) is no budget of ours."""
    is_below = isinstance(comparison.ops[0], ast.Lt | ast.LtE) and subject.is_constant(comparison.comparators[0])
    measured = comparison.left
    if isinstance(measured, ast.Call):
        return is_below and subject.dotted(measured.func) == "len"
    return is_below and isinstance(measured, ast.Name) and measured.id in counters


def _raises(statements: Sequence[ast.stmt | None]) -> bool:
    return any(isinstance(statement, ast.Raise) for statement in statements)
