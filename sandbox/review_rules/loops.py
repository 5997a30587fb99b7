"""Finds loops whose end is up to the server: a cursor that repeats would keep them busy until a budget of ours is used up."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from sandbox.review_rules.flow import Flow
from sandbox.review_rules.requests import Requests, calls_in
from sandbox.review_rules.rule import Hit, Subject
from sandbox.review_rules.walk import GATHERING, Loop, assigned, comparisons, counted, head, inside, names, shown

_ENDLESS = frozenset({"itertools.count", "itertools.cycle", "itertools.repeat"})
_PASSING_ON = frozenset({"enumerate", "filter", "itertools.chain", "itertools.dropwhile", "itertools.takewhile", "map"})
_CONSUMING = frozenset({"pop", "popleft", "popitem"})


def endless_loops(subject: Subject) -> Iterator[Hit]:
    """Loops in which no way out compares what they count, and that empty nothing which stays empty."""
    requests = Requests(subject, Flow(subject))
    for node in subject.nodes:
        match node:
            case ast.While(test=test) if not names(test) & _consumed(node, requests) and not _is_counted(node):
                yield Hit(node.lineno, head(node))
            case ast.For(iter=iterable) if (_is_endless(subject, iterable) or _grows(node, iterable)) and not _is_counted(node):
                yield Hit(node.lineno, head(node))
            case ast.comprehension(iter=iterable) if _is_endless(subject, iterable):
                yield Hit(iterable.lineno, shown(iterable))


def endless_recursion(subject: Subject) -> Iterator[Hit]:
    """Functions that ask the server and call themselves, with no number that they count and compare."""
    flow = Flow(subject)
    requests = Requests(subject, flow)
    for name, function in flow.functions.items():
        again = [call for call in calls_in(function) if flow.called(call) is function]
        if again and any(map(requests.asks, calls_in(function))) and not _counts_down(function, again):
            yield Hit(again[0].lineno, f"`{name}`, which calls itself,")


def _counts_down(function: ast.FunctionDef, again: list[ast.Call]) -> bool:
    """Whether every call of itself hands on a number that is moved by arithmetic, and a condition compares it."""
    moved = [{name for part in _handed_on(call) if isinstance(part, ast.BinOp) for name in names(part)} for call in again]
    ways_out = [node.test for node in inside(function) if isinstance(node, ast.If)]
    compared = {name for test in ways_out for comparison in comparisons(test) for name in names(comparison)}
    return all(each & compared & {argument.arg for argument in ast.walk(function.args) if isinstance(argument, ast.arg)} for each in moved)


def _handed_on(call: ast.Call) -> list[ast.expr]:
    return [*call.args, *(keyword.value for keyword in call.keywords)]


def _grows(loop: ast.For, iterable: ast.expr) -> bool:
    """Whether a loop appends to the very list that it goes over."""
    if not isinstance(iterable, ast.Name):
        return False
    return iterable.id in _filled(loop)


def _is_endless(subject: Subject, iterable: ast.expr) -> bool:
    if not isinstance(iterable, ast.Call):
        return False
    name, arguments = subject.dotted(iterable.func), len(iterable.args) + len(iterable.keywords)
    if name == "itertools.repeat":
        return arguments == 1
    if name in _PASSING_ON:
        return any(_is_endless(subject, argument) for argument in iterable.args)
    return name in _ENDLESS or (name == "iter" and arguments == 2)


def _is_counted(loop: Loop) -> bool:
    counters = counted(loop)
    ways_out = [node.test for node in inside(loop) if isinstance(node, ast.If) and _leaves(node)]
    ways_out += [loop.test] if isinstance(loop, ast.While) else []
    return any(names(comparison) & counters for test in ways_out for comparison in comparisons(test))


def _leaves(node: ast.If) -> bool:
    return any(isinstance(statement, ast.Break | ast.Return | ast.Raise) for statement in node.body)


def _filled(loop: Loop) -> set[str]:
    """Containers that each round may put something into."""
    return {
        node.func.value.id
        for node in calls_in(loop)
        if isinstance(node.func, ast.Attribute) and isinstance(node.func.value, ast.Name) and node.func.attr in GATHERING
    }


def _consumed(loop: Loop, requests: Requests) -> set[str]:
    """Containers that each round takes something from, and that no answer of the server fills up again."""
    found: set[str] = set()
    for node in inside(loop):
        match node:
            case ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr=taking)) if taking in _CONSUMING:
                found.add(name)
            case ast.Assign(value=ast.Subscript(value=ast.Name(id=name), slice=ast.Slice())):
                found |= {name} & assigned(node)
    return found - _filled(loop) if any(map(requests.asks, calls_in(loop))) else found
