"""What a loop or a comprehension does in each of its rounds."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from sandbox.review_rules.walk import inside, names

COMPREHENSION = ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp


def gone_over(loop: ast.AST) -> ast.expr | None:
    """What a loop goes over, which is made once."""
    return loop.iter if isinstance(loop, ast.For) else loop.generators[0].iter if isinstance(loop, COMPREHENSION) else None


def repeated(loop: ast.AST) -> Iterator[ast.Call]:
    """The calls that are made in each round, so without those in what a loop goes over."""
    over = gone_over(loop)
    once = {id(node) for node in ast.walk(over)} if over else set()
    return (node for node in inside(loop) if isinstance(node, ast.Call) and id(node) not in once)


def row_variables(loop: ast.AST) -> set[str]:
    """What a loop calls the one thing that it is at; nothing for one over numbers, which counts batches or pages."""
    match loop:
        case ast.For(iter=ast.Call(func=ast.Name(id="range"))):
            return set()
        case ast.For(target=target):
            return names(target)
        case ast.ListComp() | ast.SetComp() | ast.DictComp() | ast.GeneratorExp():
            return {name for generator in loop.generators for name in names(generator.target)}
        case _:
            return set()
