"""Where values come from: followed backwards through names, parameters and the tool's own functions."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator, Set

from sandbox.review_rules.rule import Subject
from sandbox.review_rules.walk import GATHERING, inside

_FILLING = GATHERING | {"setdefault"}
_NUMBERS = frozenset({"int", "float", "bool"})
_TIMES = frozenset({"datetime", "date", "timedelta", "datetime.datetime", "datetime.date", "datetime.timedelta"})


class Flow:
    """What each name of a text may hold. A function is known by its name, and its parameter holds what any call of it hands in."""

    def __init__(self, subject: Subject) -> None:
        self._subject = subject
        self.functions = {node.name: node for node in subject.nodes if isinstance(node, ast.FunctionDef)}
        self._scopes = {id(node): function for function in self.functions.values() for node in inside(function)}
        self._bound: dict[tuple[str, str], list[ast.expr]] = defaultdict(list)
        self._noted: dict[tuple[str, str], str] = {}
        self._read: dict[tuple[str, str], set[str]] = defaultdict(set)
        self._handed_on: set[tuple[str, str]] = set()
        for function in self.functions.values():
            self._enter(function)
        for node in subject.nodes:
            self._look(node)
            for name, value in _bindings(node):
                self._bound[self._scope(node), name].append(value)
            if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
                self._noted[self._scope(node), node.target.id] = ast.unparse(node.annotation)
            if isinstance(node, ast.Call) and not subject.is_in_main(node):
                self._hand_in(node)

    def values(self, name: ast.Name) -> list[ast.expr]:
        """All that a name is bound to, filled with or handed, here or else in the module; none where nobody knows."""
        return self._bound.get((self._scope(name), name.id)) or self._bound.get(("", name.id), [])

    def returned(self, call: ast.Call) -> list[ast.expr]:
        """What one of the tool's own functions returns or yields; none for anyone else's."""
        function = self.called(call)
        nodes = inside(function) if function else ()
        return [node.value for node in nodes if isinstance(node, ast.Return | ast.Yield | ast.YieldFrom) and node.value]

    def called(self, call: ast.Call) -> ast.FunctionDef | None:
        """The tool's own function, or the method of its own class, that is called."""
        match call.func:
            case ast.Name(id=name) | ast.Attribute(value=ast.Name(id="self" | "cls"), attr=name):
                return self.functions.get(name)
            case _:
                return None

    def is_number(self, name: ast.Name) -> bool:
        """Whether a name is annotated as a number, which no one can write syntax with."""
        return self._noted.get((self._scope(name), name.id)) in _NUMBERS

    def is_time(self, name: ast.Name) -> bool:
        """Whether a name is annotated as a time or a stretch of it."""
        return self._noted.get((self._scope(name), name.id)) in _TIMES

    def is_looked_at(self, name: ast.Name, attributes: Set[str]) -> bool:
        """Whether the function that holds a name reads one of these attributes of it, or hands it to one of its own that may."""
        key = self._scope(name), name.id
        return key in self._handed_on or not attributes.isdisjoint(self._read[key])

    def _look(self, node: ast.AST) -> None:
        match node:
            case ast.Attribute(value=ast.Name(id=held), attr=attribute):
                self._read[self._scope(node), held].add(attribute)
            case ast.Call(args=arguments) if self.called(node):
                self._handed_on |= {(self._scope(node), argument.id) for argument in arguments if isinstance(argument, ast.Name)}

    def _scope(self, node: ast.AST) -> str:
        function = self._scopes.get(id(node))
        return function.name if function else ""

    def _enter(self, function: ast.FunctionDef) -> None:
        for argument in _arguments(function):
            if argument.annotation:
                self._noted[function.name, argument.arg] = ast.unparse(argument.annotation)

    def _hand_in(self, call: ast.Call) -> None:
        if (function := self.called(call)) is None:
            return
        names = [argument.arg for argument in _arguments(function) if argument.arg not in ("self", "cls")]
        handed = [*zip(names, call.args, strict=False), *((keyword.arg or "", keyword.value) for keyword in call.keywords)]
        for name, value in handed:
            self._bound[function.name, name].append(value)


def _arguments(function: ast.FunctionDef) -> list[ast.arg]:
    return [*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs]


def _bindings(node: ast.AST) -> Iterator[tuple[str, ast.expr]]:
    """Names and what a statement puts into them; one over rows binds its name to all of them."""
    match node:
        case ast.Assign(targets=targets, value=value):
            for target in targets:
                yield from _targets(target, value)
        case ast.AnnAssign(target=target, value=ast.expr() as value) | ast.NamedExpr(target=target, value=value):
            yield from _targets(target, value)
        case ast.AugAssign(target=ast.Name(id=name) as target, op=op, value=value):
            yield name, ast.copy_location(ast.BinOp(left=target, op=op, right=value), target)
        case ast.For(target=target, iter=value) | ast.comprehension(target=target, iter=value):
            yield from _targets(target, value)
        case ast.withitem(context_expr=value, optional_vars=ast.Name(id=name)):
            yield name, value
        case ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr=filling)) if filling in _FILLING:
            yield from ((name, value) for value in (*node.args, *(keyword.value for keyword in node.keywords)))
        case _:
            return


def _targets(target: ast.expr, value: ast.expr) -> Iterator[tuple[str, ast.expr]]:
    match target:
        case ast.Name(id=name) | ast.Subscript(value=ast.Name(id=name)):
            yield name, value
        case ast.Tuple(elts=targets):
            values = value.elts if isinstance(value, ast.Tuple) and len(value.elts) == len(targets) else [value] * len(targets)
            for each, part in zip(targets, values, strict=True):
                yield from _targets(each, part)
        case _:
            return
