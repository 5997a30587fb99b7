"""Finds what must not be written in a tool at all: addresses, credentials, and comments that tell the checks to look away."""

from __future__ import annotations

import ast
import re
import tokenize
from base64 import b64decode
from collections.abc import Iterator
from io import StringIO

from sandbox.credential_names import is_credential, is_harmless
from sandbox.credential_patterns import shapes
from sandbox.review_rules.rule import Hit, Subject
from sandbox.review_rules.walk import assigned, folded
from schemas.errors import quoted

_ADDRESS = re.compile(r"\s*((?:https?|wss?)://|//(?=[\w.-]))", re.IGNORECASE)
_BASE64 = re.compile(r"[\w+/-]{16,}={0,2}", re.ASCII)
_LOOKING_AWAY = re.compile(
    r"#\s*(type:\s*ignore|noqa|nosec|nosonar|pyre-|(ruff|mypy|pyright|pylint|flake8|isort|fmt|yapf|pragma|coverage)\s*:)", re.IGNORECASE
)


def addresses(subject: Subject) -> Iterator[Hit]:
    """Text that begins as a URL does, f-strings included. No more of it is told: a password may follow."""
    for line, text in _texts(subject):
        if found := _ADDRESS.match(text):
            yield Hit(line, f"`{found[1]}…`")


def credentials(subject: Subject) -> Iterator[Hit]:
    """Text that looks like a credential, by the redactor's own patterns. What it is is said, and never what it reads."""
    for line, text in _readings(subject):
        for shape in shapes():
            if any(shape.confirms(found[shape.group]) for found in shape.pattern.finditer(text)):
                yield Hit(line, f"a {shape.kind}")


def named_credentials(subject: Subject) -> Iterator[Hit]:
    """Text given to a name, keyword or key that calls it a credential."""
    for node in subject.nodes:
        for name, value in _bindings(node):
            if is_credential(name) and value is not None and (text := folded(value)) and not is_harmless(text):
                yield Hit(value.lineno, f"the text of {quoted(name)}")


def looking_away(subject: Subject) -> Iterator[Hit]:
    """Comments addressed to a checker."""
    for token in tokenize.generate_tokens(StringIO(subject.text).readline):
        if token.type == tokenize.COMMENT and (found := _LOOKING_AWAY.search(token.string)):
            yield Hit(token.start[0], f"`{found[0]}`")


def _texts(subject: Subject) -> Iterator[tuple[int, str]]:
    """Line and value of the text literals that are no docstrings."""
    docstrings = {
        id(node.body[0].value)
        for node in subject.nodes
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef) and node.body and isinstance(node.body[0], ast.Expr)
    }
    for node in subject.nodes:
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings:
            yield node.lineno, node.value


def _readings(subject: Subject) -> Iterator[tuple[int, str]]:
    """The texts, those that are written in parts, and what base64 of them says."""
    written = [(node.lineno, folded(node)) for node in subject.nodes if isinstance(node, ast.BinOp | ast.Call | ast.JoinedStr)]
    for line, text in (*_texts(subject), *written):
        yield line, text
        if decoded := _decoded(text):
            yield line, decoded


def _decoded(text: str) -> str:
    if not _BASE64.fullmatch(text):
        return ""
    try:
        return b64decode(text, altchars=b"-_" if set(text) & set("-_") else None, validate=True).decode()
    except ValueError:
        return ""


def _bindings(node: ast.AST) -> Iterator[tuple[str, ast.expr | None]]:
    match node:
        case ast.Assign(value=value) | ast.AnnAssign(value=value):
            yield from ((name, value) for name in assigned(node))
        case ast.FunctionDef(args=arguments):
            positional = [*arguments.posonlyargs, *arguments.args]
            yield from ((argument.arg, value) for argument, value in zip(reversed(positional), reversed(arguments.defaults), strict=False))
            yield from ((argument.arg, value) for argument, value in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True))
        case ast.Compare(left=ast.Name(id=name) | ast.Attribute(attr=name), comparators=[value]):
            yield name, value
        case ast.keyword(arg=str(name), value=value):
            yield name, value
        case ast.Dict(keys=keys, values=values):
            yield from (
                (key.value, value)
                for key, value in zip(keys, values, strict=True)
                if isinstance(key, ast.Constant) and isinstance(key.value, str)
            )
