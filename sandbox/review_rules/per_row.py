"""Finds requests that an HTTP tool makes once for each row of an earlier response: N rows cost N + 1 requests."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from sandbox.review_rules.flow import Flow
from sandbox.review_rules.requests import Requests, calls_in
from sandbox.review_rules.rounds import gone_over, repeated
from sandbox.review_rules.rule import Hit, Subject
from sandbox.review_rules.walk import assigned, counted, inside, names, shown

_EACH = frozenset({"map", "filter", "sorted", "min", "max"})
"""Builtins that call what they are given once for each row."""

_ORDERED = frozenset({"enumerate", "sorted", "reversed", "list", "tuple", "set", "zip", "range"})
_COUNTING = frozenset({"itertools.count", "itertools.repeat"})
_TAKING = frozenset({"pop", "popleft", "popitem"})


def requests_per_row(subject: Subject) -> Iterator[Hit]:
    """Requests in a loop over rows. A Query reads whole listings (`Call`), so none needs them.

    Pages, attempts, batches, fixed lists and what the caller's own parameters name are no rows.
    """
    if subject.protocol != "http":
        return
    rows = _Rows(subject)
    for node in subject.nodes:
        calls = rows.asked_by_each(node) if isinstance(node, ast.Call) else rows.asked_in_rounds(node)
        yield from (Hit(call.lineno, shown(call)) for call in calls)


class _Rows:
    """What is asked row by row."""

    def __init__(self, subject: Subject) -> None:
        self._subject, self._flow = subject, Flow(subject)
        self._requests = Requests(subject, self._flow)
        self._chosen = subject.constants | {parameter.name for parameter in subject.query.parameters} | _ORDERED

    def asked_by_each(self, call: ast.Call) -> Iterator[ast.Call]:
        """`map(fetch, rows)`, and a lambda in place of `fetch`."""
        if not (isinstance(call.func, ast.Name) and call.func.id in _EACH):
            return
        for given in (*call.args, *(keyword.value for keyword in call.keywords)):
            if isinstance(given, ast.Lambda):
                yield from filter(self._requests.asks, calls_in(given))
            elif self._requests.asks(ast.copy_location(ast.Call(func=given, args=[], keywords=[]), call)):
                yield call

    def asked_in_rounds(self, loop: ast.AST) -> Iterator[ast.Call]:
        """What is asked in the rounds of a loop over rows: with the row in the request, or the same each time."""
        variables = self._variables(loop)
        if not variables:
            return
        over = gone_over(loop)
        is_answer = over is not None and self._is_answer(over)
        for call in repeated(loop):
            if self._requests.asks(call):
                used = _use(call, variables)
                if used == "row" or (used == "none" and is_answer):
                    yield call

    def _variables(self, loop: ast.AST) -> set[str]:
        """The names that depend on the row that a loop is at; none where it goes over something else."""
        match loop:
            case ast.For(target=target, iter=over) if self._are_rows(over):
                return _spread(loop, names(target))
            case ast.While():
                return _spread(loop, _taken(loop))
            case ast.ListComp() | ast.SetComp() | ast.DictComp() | ast.GeneratorExp():
                return {name for each in loop.generators if self._are_rows(each.iter) for name in names(each.target)}
            case _:
                return set()

    def _are_rows(self, over: ast.expr) -> bool:
        if isinstance(over, ast.Call) and isinstance(over.func, ast.Name) and over.func.id == "range":
            return any(call.func.id == "len" for call in calls_in(over) if isinstance(call.func, ast.Name)) and len(over.args) < 3
        if isinstance(over, ast.Call) and self._subject.dotted(over.func) in _COUNTING:
            return False
        return not (names(over) <= self._chosen) and not self._are_batches(over)

    def _are_batches(self, over: ast.expr) -> bool:
        """Slices, written here or by the function that makes them."""
        sources = [over, *(value for node in ast.walk(over) if isinstance(node, ast.Name) for value in self._flow.values(node))]
        makers = [self._flow.called(call) for source in sources for call in calls_in(source)]
        return any(_slices(part) for part in (*sources, *filter(None, makers)))

    def _is_answer(self, over: ast.expr) -> bool:
        """Whether what is gone over was surely asked for."""
        sources = [over, *(self._flow.values(over) if isinstance(over, ast.Name) else ())]
        return any(self._requests.asks(call) for source in sources for call in calls_in(source))


def _slices(node: ast.AST) -> bool:
    """Whether something is cut out from one place to another; a heading (`[1:]`) and a beginning (`[:10]`) are no batch."""
    return any(
        (isinstance(part, ast.Slice) and part.lower is not None and part.upper is not None)
        or (isinstance(part, ast.Call) and ast.unparse(part.func).endswith("islice"))
        for part in ast.walk(node)
    )


def _taken(loop: ast.While) -> set[str]:
    """Names that get the next row in each round: what is popped, or stands at a counted index."""
    counters = counted(loop)
    return {name for node in inside(loop) if isinstance(node, ast.Assign) and _takes(node.value, counters) for name in assigned(node)}


def _takes(value: ast.expr, counters: set[str]) -> bool:
    match value:
        case ast.Call(func=ast.Attribute(attr=taking), args=[] | [ast.Constant(value=int())]):
            return taking in _TAKING
        case ast.Subscript(slice=ast.Name(id=index)):
            return index in counters
        case _:
            return False


def _spread(loop: ast.For | ast.While, variables: set[str]) -> set[str]:
    """The variables, and what a round makes of them."""
    found = set(variables)
    for node in inside(loop) if found else ():
        if isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None and _use(node.value, found) == "row":
            found |= assigned(node)
    return found


def _use(node: ast.AST, variables: set[str]) -> str:
    """How an expression uses the variables: not at all (`none`), each thing in one (`batch`), or as the one that it is (`row`)."""
    match node:
        case ast.Name(id=name):
            return "row" if name in variables else "none"
        case ast.Call(func=ast.Attribute(attr="join"), args=[ast.Name(id=name)]) if name in variables:
            return "batch"
        case ast.ListComp() | ast.SetComp() | ast.DictComp() | ast.GeneratorExp():
            over = node.generators[0].iter
            return "batch" if isinstance(over, ast.Name) and over.id in variables else _worst(node, variables)
        case _:
            return _worst(node, variables)


def _worst(node: ast.AST, variables: set[str]) -> str:
    uses = {_use(part, variables) for part in ast.iter_child_nodes(node)}
    return next((use for use in ("row", "batch") if use in uses), "none")
