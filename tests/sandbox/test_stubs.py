"""Our types of boto3 and botocore, held against the packages themselves."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator
from importlib import import_module
from typing import Any

import pytest

from sandbox.image.baked import MODULES
from sandbox.mypy_server import STUBS

STUBBED = {
    path.relative_to(STUBS).with_suffix("").as_posix().replace("/", ".").removesuffix(".__init__"): path for path in STUBS.rglob("*.pyi")
}


def _functions(tree: ast.Module) -> Iterator[tuple[str, ast.FunctionDef]]:
    """Functions and methods, by their dotted names within the module."""
    for node in tree.body:
        if isinstance(node, ast.FunctionDef):
            yield node.name, node
        if isinstance(node, ast.ClassDef):
            yield from ((f"{node.name}.{method.name}", method) for method in node.body if isinstance(method, ast.FunctionDef))


def _real(module: str, dotted: str) -> Any:
    found = import_module(module)
    for name in dotted.split("."):
        found = getattr(found, name)
    return found


def test_what_is_typed_is_what_tools_may_import() -> None:
    listed = {name for name in MODULES if name.partition(".")[0] in ("boto3", "botocore")}
    assert set(STUBBED) == listed | {"boto3.session", "botocore"}


@pytest.mark.parametrize("module", sorted(STUBBED))
def test_every_typed_name_exists(module: str) -> None:
    tree = ast.parse(STUBBED[module].read_text())
    for node in tree.body:
        match node:
            case ast.ClassDef() | ast.FunctionDef():
                assert hasattr(import_module(module), node.name), node.name
            case ast.AnnAssign(target=ast.Name(id=name)):
                assert hasattr(import_module(module), name), name
            case ast.ImportFrom(names=names):
                assert all(hasattr(import_module(module), alias.asname) for alias in names if alias.asname)


@pytest.mark.parametrize("module", sorted(STUBBED))
def test_every_typed_parameter_is_taken(module: str) -> None:
    for dotted, function in _functions(ast.parse(STUBBED[module].read_text())):
        if function.decorator_list:  # a property, which has no parameters and in botocore is at times an attribute
            continue
        real = _real(module, dotted)
        taken = inspect.signature(real).parameters
        takes_any = any(parameter.kind is parameter.VAR_KEYWORD for parameter in taken.values())
        declared = {argument.arg for argument in [*function.args.args, *function.args.kwonlyargs]}
        assert takes_any or not declared - taken.keys() - {"kind", "error", "trace"}, dotted


@pytest.mark.parametrize(
    "name", [node.name for node in ast.parse(STUBBED["botocore.exceptions"].read_text()).body if isinstance(node, ast.ClassDef)]
)
def test_an_exception_has_the_bases_that_it_is_typed_with(name: str) -> None:
    tree = ast.parse(STUBBED["botocore.exceptions"].read_text())
    [typed] = [node for node in tree.body if isinstance(node, ast.ClassDef) and node.name == name]
    real = [base.__name__ for base in _real("botocore.exceptions", name).__mro__]
    assert [base.id for base in typed.bases if isinstance(base, ast.Name) and base.id not in real] == []
