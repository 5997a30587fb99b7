"""Generated code as a tree, within bounds that keep the host's own parsers safe."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

Which = Literal["tool", "tests"]
"""The two texts of a candidate."""

MAX_CHARACTERS = 100_000
"""A tool is a few hundred lines; type checking takes time in proportion."""

MAX_DEPTH = 100
"""Levels of the tree. The checkers recurse on it in C, where a stack overflow ends the host."""

_UNSEEN = re.compile(
    r"[\x00-\x08\x0b-\x0c\x0e-\x1f\x7f-\x9f"  # controls: form feeds, too, at which only some count a new line
    r"\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff"  # what has no width, or turns the order of what follows it
    r"\ud800-\udfff]"  # halves of characters, which no file can hold
)
"""Characters by which a text looks other than it runs ("Trojan Source", CVE-2021-42574), or that not all our tools read alike."""


@dataclass(frozen=True)
class Unreadable:
    """Why a text is no tree, and where."""

    reason: str
    line: int | None = None


def parse(text: str) -> ast.Module | Unreadable:
    """The tree of a module in 3.11 syntax, or why there is none."""
    if len(text) > MAX_CHARACTERS:
        return Unreadable(f"it has {len(text):,} characters; {MAX_CHARACTERS:,} are allowed")
    if unseen := _UNSEEN.search(text):
        reason = f"it holds the character U+{ord(unseen[0]):04X}, which is not to be seen: write it as an escape or leave it out"
        return Unreadable(reason, text.count("\n", 0, unseen.start()) + 1)
    try:
        tree = ast.parse(text, feature_version=(3, 11))
    except SyntaxError as error:
        return Unreadable(error.msg, error.lineno)
    except (RecursionError, MemoryError):
        return Unreadable("it is nested too deeply to be parsed")
    if (depth := _depth(tree)) > MAX_DEPTH:
        return Unreadable(f"it is nested {depth} levels deep; {MAX_DEPTH} are allowed: split the expression or the function")
    return tree


def imports(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Line and dotted name of every imported module; a relative import keeps its leading dots."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.lineno, "." * node.level + (node.module or "")


def place(which: Which, line: int | None) -> tuple[str, int | None]:
    """A finding's line and the words before its message: a line of the tests is told in words."""
    if which == "tool":
        return "", line
    return (f"tests, line {line}: " if line else "tests: "), None


def _depth(tree: ast.AST) -> int:
    depth, level = 0, [tree]
    while level:
        depth += 1
        level = [child for node in level for child in ast.iter_child_nodes(node)]
    return depth
