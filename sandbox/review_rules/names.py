"""Finds what a tool has no business touching. The isolate has none of it; here the author learns it before the first run."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from sandbox.image.baked import CONCURRENCY, is_importable
from sandbox.review_rules.rule import Hit, Subject
from sandbox.review_rules.walk import folded, shown
from sandbox.syntax import imports
from schemas.errors import quoted

FORBIDDEN_BUILTINS = frozenset(
    {"__import__", "breakpoint", "compile", "delattr", "dir", "eval", "exec", "exit", "getattr", "globals"}
    | {"help", "input", "locals", "memoryview", "open", "quit", "setattr", "vars"}
)
"""They run text as code, reach names by text, or reach for files and terminals."""

MEMBERS = {
    "os": frozenset({"environ", "getenv"}),
    "sys": frozenset({"argv", "exit", "stderr", "stdout"}),
    "io": frozenset({"BytesIO", "StringIO"}),
    "types": frozenset({"MappingProxyType", "SimpleNamespace", "TracebackType"}),
}
"""All that may be used of modules that also hold the keys to the host."""

ENVIRONMENT = ("os.environ", "os.getenv", "sys.argv")
CLIENTS = re.compile(
    r"httpx\.((Async)?(Client|BaseTransport|HTTPTransport)|request|stream|get|options|head|post|put|patch|delete)(\..*)?"
    r"|boto3\.(Session|client|resource|session|setup_default_session|DEFAULT_SESSION)(\..*)?"
)

_PLAIN_DUNDERS = frozenset({"__name__", "__main__", "__doc__", "__init__"})
_OPEN_MEMBERS = frozenset({"_asdict", "_replace", "_fields"})
"""Underscored in name only: a named tuple's interface."""
_DUNDER = re.compile(r"__[a-z]\w*?__")


def foreign_imports(subject: Subject) -> Iterator[Hit]:
    """Modules that the isolate does not have, and relative or starred imports."""
    for line, module in imports(subject.tree):
        if not is_importable(module) and not _is_concurrency(module):
            yield Hit(line, quoted(module))
    for node in subject.nodes:
        if isinstance(node, ast.ImportFrom) and any(alias.name == "*" for alias in node.names):
            yield Hit(node.lineno, quoted(f"{node.module}.*"))


def foreign_imports_of_tests(subject: Subject) -> Iterator[Hit]:
    """The same for tests, which may import the tool."""
    return (hit for hit in foreign_imports(subject) if hit.what != quoted("tool"))


def concurrency(subject: Subject) -> Iterator[Hit]:
    """Threads, processes, event loops."""
    yield from (Hit(line, f"import of {quoted(module)}") for line, module in imports(subject.tree) if _is_concurrency(module))
    for node in subject.nodes:
        if isinstance(node, ast.AsyncFunctionDef | ast.AsyncFor | ast.AsyncWith | ast.Await):
            yield Hit(node.lineno, "async code")


def forbidden_builtins(subject: Subject) -> Iterator[Hit]:
    """Builtins by name. A parameter of the Query may well be called `open`, and `main` hands on `vars(options)`."""
    forbidden = FORBIDDEN_BUILTINS - {parameter.name for parameter in subject.query.parameters}
    for node in subject.nodes:
        if isinstance(node, ast.Name) and node.id in forbidden and not (node.id == "vars" and subject.is_in_main(node)):
            yield Hit(node.lineno, node.id)


def forbidden_members(subject: Subject) -> Iterator[Hit]:
    """Members of `os`, `sys`, `io` and `types` beside a few harmless ones, and such a module passed around as a value."""
    owners = {id(node.value) for node in subject.nodes if isinstance(node, ast.Attribute)}
    for node in subject.nodes:
        if isinstance(node, ast.Name) and id(node) not in owners and (module := subject.dotted(node)) in MEMBERS:
            yield Hit(node.lineno, f"{module} as a value")
        elif isinstance(node, ast.Name | ast.Attribute):
            module, _, member = subject.dotted(node).partition(".")
            member = member.partition(".")[0]
            if member and member not in MEMBERS.get(module, {member}) and _root(node) in subject.imported:
                yield Hit(node.lineno, quoted(f"{module}.{member}"))


def inner_workings(subject: Subject) -> Iterator[Hit]:
    """Dunder walks, private members of others, and dunder names in text, where `attrgetter` and `format` would find them."""
    for node in subject.nodes:
        if isinstance(node, ast.Attribute) and not _is_open(node):
            yield Hit(node.lineno, quoted(node.attr))
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and set(_DUNDER.findall(node.id)) - _PLAIN_DUNDERS:
            yield Hit(node.lineno, quoted(node.id))
        elif isinstance(node, ast.expr):
            yield from (Hit(node.lineno, quoted(name)) for name in set(_DUNDER.findall(folded(node))) - _PLAIN_DUNDERS)


def environment_outside_main(subject: Subject) -> Iterator[Hit]:
    """What only the command line may read."""
    for node in subject.nodes:
        if isinstance(node, ast.Attribute | ast.Name) and subject.dotted(node) in ENVIRONMENT and not subject.is_in_main(node):
            yield Hit(node.lineno, subject.dotted(node))


def own_clients(subject: Subject) -> Iterator[Hit]:
    """What goes around the client or session handed in, called at once or kept under another name; a type may be named anywhere."""
    passed_over = subject.in_annotations | {id(node.value) for node in subject.nodes if isinstance(node, ast.Attribute)}
    for node in subject.nodes:
        if not isinstance(node, ast.Attribute | ast.Name) or id(node) in passed_over or subject.is_in_main(node):
            continue
        if (name := subject.dotted(node)) in ("httpx", "boto3"):
            yield Hit(node.lineno, f"{name} as a value")
        elif CLIENTS.fullmatch(name):
            yield Hit(node.lineno, name)


def prints_outside_main(subject: Subject) -> Iterator[Hit]:
    """Output that is no row."""
    for node in subject.nodes:
        if isinstance(node, ast.Call) and subject.dotted(node.func) == "print" and not subject.is_in_main(node):
            yield Hit(node.lineno, shown(node))


def _is_concurrency(module: str) -> bool:
    return module.partition(".")[0] in CONCURRENCY


def _root(node: ast.expr) -> str:
    while isinstance(node, ast.Attribute):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""


def _is_open(node: ast.Attribute) -> bool:
    if not node.attr.startswith("_") or node.attr in _PLAIN_DUNDERS | _OPEN_MEMBERS:
        return True
    is_own = isinstance(node.value, ast.Name) and node.value.id in ("self", "cls")
    return is_own and not _DUNDER.fullmatch(node.attr)
