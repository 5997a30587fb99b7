"""What a rule is, and what it looks at."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from sandbox.review_rules.walk import assigned
from sandbox.syntax import Which
from schemas.operation import Protocol
from schemas.query import Query
from schemas.verification import Severity


@dataclass(frozen=True)
class Hit:
    """A place that breaks a rule; `what` fills the rule's message."""

    line: int | None
    what: str = ""


@dataclass(frozen=True)
class Subject:
    """One of a candidate's two texts, read."""

    text: str
    tree: ast.Module
    function: str
    query: Query
    protocol: Protocol = "http"

    @cached_property
    def nodes(self) -> tuple[ast.AST, ...]:
        """Every node of the tree."""
        return tuple(ast.walk(self.tree))

    @cached_property
    def imported(self) -> dict[str, str]:
        """Local name to the dotted name that an import gave it."""
        names: dict[str, str] = {}
        for node in self.nodes:
            if isinstance(node, ast.Import):
                names |= {alias.asname or _top(alias.name): alias.name if alias.asname else _top(alias.name) for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                names |= {alias.asname or alias.name: f"{node.module}.{alias.name}" for alias in node.names}
        return names

    @cached_property
    def main(self) -> ast.FunctionDef | None:
        """The command line's entry."""
        return next((function for function in functions(self.tree) if function.name == "main"), None)

    @cached_property
    def in_annotations(self) -> frozenset[int]:
        """The ids of all nodes of annotations: what stands there is named and not used."""
        annotated = (ast.arg, ast.AnnAssign)
        said = [node.annotation for node in self.nodes if isinstance(node, annotated) and node.annotation]
        said += [node.returns for node in self.nodes if isinstance(node, ast.FunctionDef) and node.returns]
        return frozenset(id(node) for annotation in said for node in ast.walk(annotation))

    @cached_property
    def constants(self) -> frozenset[str]:
        """Names assigned in the module's body."""
        return frozenset(name for statement in self.tree.body for name in assigned(statement))

    def dotted(self, node: ast.AST | None) -> str:
        """`os.environ` for a name or attribute that stands for it, whatever it was imported as; empty for anything else."""
        if isinstance(node, ast.Name):
            return self.imported.get(node.id, node.id)
        if isinstance(node, ast.Attribute):
            owner = self.dotted(node.value)
            return f"{owner}.{node.attr}" if owner else ""
        return ""

    def is_in_main(self, node: ast.expr | ast.stmt | ast.ExceptHandler) -> bool:
        """Whether a node belongs to `main`."""
        return self.main is not None and self.main.lineno <= node.lineno <= (self.main.end_lineno or 0)

    def is_constant(self, node: ast.expr | None) -> bool:
        """A number, or a name that the module binds to one: nothing that the caller chose."""
        match node:
            case ast.Constant(value=int()):
                return True
            case ast.Name(id=name):
                return name in self.constants
            case ast.UnaryOp(operand=operand):
                return self.is_constant(operand)
            case ast.BinOp(left=left, right=right):
                return self.is_constant(left) and self.is_constant(right)
            case _:
                return False


@dataclass(frozen=True)
class Rule:
    """One row of the table. `message` teaches the repair; `{what}` in it is the hit's."""

    code: str
    message: str
    find: Callable[[Subject], Iterable[Hit]]
    severity: Severity = "block"
    texts: tuple[Which, ...] = ("tool",)


def functions(tree: ast.Module) -> Iterator[ast.FunctionDef]:
    """The module's own functions."""
    return (node for node in tree.body if isinstance(node, ast.FunctionDef))


def _top(name: str) -> str:
    return name.partition(".")[0]
