"""Finds where a tool is not built as tools are: its signature, its entry points, a module that does nothing on import."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from sandbox.review_rules.rule import Hit, Subject, functions
from sandbox.review_rules.walk import shown
from schemas.errors import quoted
from schemas.operation import Protocol
from schemas.query import ParameterType, QueryParameter

PYTHON_TYPES: dict[ParameterType, str] = {"string": "str", "integer": "int", "number": "float", "boolean": "bool"}

GIVEN: dict[Protocol, tuple[str, str]] = {"http": ("client", "httpx.Client"), "aws": ("session", "boto3.Session")}
"""What a tool calls the API with, by the protocol of its operations: the parameter's name and type."""

MAKERS = frozenset(
    {"bool", "dict", "float", "frozenset", "int", "list", "range", "set", "str", "tuple"}
    | {"collections.namedtuple", "dataclasses.field", "datetime.timedelta", "decimal.Decimal", "enum.auto", "fractions.Fraction"}
    | {"httpx.Timeout", "logging.getLogger", "re.compile", "types.MappingProxyType", "typing.NamedTuple", "typing.NewType"}
    | {"typing.TypeVar", "typing.TypedDict", "zoneinfo.ZoneInfo"}
)
"""Calls that make a constant."""

DECORATORS = frozenset(
    {"classmethod", "property", "staticmethod", "contextlib.contextmanager", "dataclasses.dataclass", "enum.unique"}
    | {"functools.cache", "functools.lru_cache", "functools.total_ordering", "functools.wraps"}
    | {"typing.final", "typing.overload"}
)

_DEFINITIONS = ast.FunctionDef | ast.ClassDef


def wrong_signature(subject: Subject) -> Iterator[Hit]:
    """All differences between the public function and what the Query makes of it."""
    found = [function for function in functions(subject.tree) if function.name == subject.function]
    differences = list(_differences(subject, found[-1])) if found else ["it does not exist"]
    if differences:
        what = f"`{subject.function}`: {', '.join(differences)}; write `{expected_signature(subject)}`"
        yield Hit(found[-1].lineno if found else None, what)


def expected_signature(subject: Subject) -> str:
    """The public function's first line, as the Query has it."""
    parameters = [f"{p.name}: {PYTHON_TYPES[p.type]} = {p.default!r}" for p in subject.query.parameters]
    named = ", ".join([": ".join(GIVEN[subject.protocol]), *(["*", *parameters] if parameters else [])])
    return f"def {subject.function}({named}) -> list[…]"


def _differences(subject: Subject, function: ast.FunctionDef) -> Iterator[str]:
    arguments = function.args
    positional = [*arguments.posonlyargs, *arguments.args]
    name, type_ = GIVEN[subject.protocol]
    if [argument.arg for argument in positional] != [name] or arguments.defaults or arguments.vararg or arguments.kwarg:
        yield f"its one positional parameter is not `{name}`"
    elif subject.dotted(_annotation(positional[0])) != type_:
        yield f"`{name}` is no {type_}"
    if not (isinstance(function.returns, ast.Subscript) and subject.dotted(function.returns.value) == "list"):
        yield "it does not return a list of rows"
    yield from _parameter_differences(subject, arguments)


def _parameter_differences(subject: Subject, arguments: ast.arguments) -> Iterator[str]:
    given = {argument.arg: (argument, default) for argument, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)}
    expected = {parameter.name: parameter for parameter in subject.query.parameters}
    yield from (f"parameter {quoted(name)} is not the question's" for name in given if name not in expected)
    for name, parameter in expected.items():
        if name not in given:
            yield f"keyword parameter {name!r} is missing"
            continue
        argument, default = given[name]
        if subject.dotted(_annotation(argument)) != PYTHON_TYPES[parameter.type]:
            yield f"{name!r} is not a {PYTHON_TYPES[parameter.type]}"
        if not _is_default(default, parameter):
            yield f"the default of {name!r} is not {parameter.default!r}"


def _annotation(argument: ast.arg) -> ast.expr | None:
    """The annotation, taken out of its quotes."""
    noted = argument.annotation
    if isinstance(noted, ast.Constant) and isinstance(noted.value, str) and noted.value.replace(".", "").isidentifier():
        return ast.parse(noted.value, mode="eval").body
    return noted


def _is_default(default: ast.expr | None, parameter: QueryParameter) -> bool:
    try:
        value = ast.literal_eval(default) if default else None
    except (ValueError, TypeError):
        return False
    return bool(value == parameter.default) and isinstance(value, bool) == isinstance(parameter.default, bool)


def missing_docstrings(subject: Subject) -> Iterator[Hit]:
    """A module or a public function that does not say what it is."""
    if ast.get_docstring(subject.tree) is None:
        yield Hit(1, "the module")
    for function in functions(subject.tree):
        if function.name == subject.function and ast.get_docstring(function) is None:
            yield Hit(function.lineno, function.name)


def missing_main(subject: Subject) -> Iterator[Hit]:
    """What keeps `python tool.py --help` from working anywhere."""
    if subject.main is None:
        yield Hit(None, "there is no `main()`")
    elif _required(subject.main.args):
        yield Hit(subject.main.lineno, "`main` can't be called without arguments")
    if not any(is_main_guard(statement) for statement in subject.tree.body):
        yield Hit(None, "nothing calls `main()`")


def is_main_guard(statement: ast.stmt) -> bool:
    """`if __name__ == "__main__":` with nothing but a call of `main` in it."""
    if not isinstance(statement, ast.If) or ast.unparse(statement.test) != "__name__ == '__main__'" or statement.orelse:
        return False
    return [ast.unparse(inner) for inner in statement.body] in (["main()"], ["sys.exit(main())"], ["raise SystemExit(main())"])


def _required(arguments: ast.arguments) -> bool:
    without = len(arguments.posonlyargs) + len(arguments.args) - len(arguments.defaults)
    return without > 0 or any(default is None for default in arguments.kw_defaults)


def effects_on_import(subject: Subject) -> Iterator[Hit]:
    """What a module does beside defining, naming constants and importing."""
    yield from _effects(subject, subject.tree.body)


def _effects(subject: Subject, body: list[ast.stmt]) -> Iterator[Hit]:
    for statement in body:
        if isinstance(statement, _DEFINITIONS):
            yield from _effects_of_definition(subject, statement)
        elif not _is_inert(subject, statement):
            yield Hit(statement.lineno, shown(statement))


def _effects_of_definition(subject: Subject, definition: ast.FunctionDef | ast.ClassDef) -> Iterator[Hit]:
    for decorator in definition.decorator_list:
        if subject.dotted(decorator.func if isinstance(decorator, ast.Call) else decorator) not in DECORATORS:
            yield Hit(decorator.lineno, shown("@", decorator))
    if isinstance(definition, ast.ClassDef):
        yield from _effects(subject, definition.body)
        return
    for default in (*definition.args.defaults, *definition.args.kw_defaults):
        if default is not None and not _is_value(subject, default):
            yield Hit(default.lineno, shown(default))


def _is_inert(subject: Subject, statement: ast.stmt) -> bool:
    match statement:
        case ast.Import() | ast.ImportFrom() | ast.Pass() | ast.AsyncFunctionDef():
            return True
        case ast.Expr(value=ast.Constant()):
            return True
        case ast.Assign(value=value):
            return _is_value(subject, value)
        case ast.AnnAssign(value=value):
            return value is None or _is_value(subject, value)
        case ast.If(test=test, body=body, orelse=[]) if subject.dotted(test) == "typing.TYPE_CHECKING":
            return all(isinstance(inner, ast.Import | ast.ImportFrom) for inner in body)
        case _:
            return is_main_guard(statement)


def _is_value(subject: Subject, value: ast.expr) -> bool:
    """Whether an expression only makes a value: it calls nothing but makers."""
    calls = [node for node in ast.walk(value) if isinstance(node, ast.Call | ast.Await)]
    return all(isinstance(call, ast.Call) and subject.dotted(call.func) in MAKERS for call in calls)
