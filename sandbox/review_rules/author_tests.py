"""Finds tests that test nothing, or that the small runner in the isolate can't run."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from sandbox.review_rules.rule import Hit, Subject, functions
from schemas.errors import quoted


def empty_tests(subject: Subject) -> Iterator[Hit]:
    """No test at all, none that asserts, or none of the tool."""
    if not any(_asserts(test) for test in _tests(subject)):
        yield Hit(None, "no `test_*` function asserts anything")
    if "tool" not in {name.partition(".")[0] for name in subject.imported.values()}:
        yield Hit(None, "they don't import `tool`")


def tests_with_fixtures(subject: Subject) -> Iterator[Hit]:
    """Tests that want arguments."""
    for test in _tests(subject):
        if ast.unparse(test.args) or test.decorator_list:
            yield Hit(test.lineno, quoted(test.name))


def tests_without_asserts(subject: Subject) -> Iterator[Hit]:
    """Tests that pass as long as nothing is raised."""
    for test in _tests(subject):
        if not _asserts(test):
            yield Hit(test.lineno, quoted(test.name))


def _tests(subject: Subject) -> Iterator[ast.FunctionDef]:
    return (function for function in functions(subject.tree) if function.name.startswith("test_"))


def _asserts(test: ast.FunctionDef) -> bool:
    return any(isinstance(node, ast.Assert) and not isinstance(node.test, ast.Constant) for node in ast.walk(test))
