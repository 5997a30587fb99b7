"""Clauses of a Query as Python expressions over row variables."""

from __future__ import annotations

import builtins
import keyword
import re
from collections.abc import Container, Sequence
from typing import assert_never

from schemas.operation import RowField
from schemas.query import Aggregate, ParameterType, Predicate

BOUNDS = {
    "gt": ("_above", ">", "above"),
    "ge": ("_at_least", ">=", "at or above"),
    "lt": ("_below", "<", "below"),
    "le": ("_at_most", "<=", "at or below"),
}
"""Comparison to (function in the tool, operator, words)."""

PYTHON_TYPES: dict[ParameterType, str] = {"string": "str", "integer": "int", "number": "float", "boolean": "bool"}


def condition(predicate: Predicate, value: str) -> str:
    """A boolean expression on a value with the interpreter's meaning: a missing one satisfies no comparison."""
    parameter = predicate.parameter
    match predicate.op:
        case "is_empty":
            return f"_empty({value})"
        case "is_not_empty":
            return f"not _empty({value})"
        case "eq":
            return f"_folded({value}) == _folded({parameter})"
        case "ne":
            return f"_differs({value}, {parameter})"
        case "contains":
            return f"_contains({value}, {parameter})"
        case "gt" | "ge" | "lt" | "le":
            return f"{BOUNDS[predicate.op][0]}({value}, {parameter})"
        case _:
            assert_never(predicate.op)


def within(value: str) -> str:
    """A boolean expression for a time window that ends now."""
    return f"_within({value}, since, now)"


def figure(aggregate: Aggregate, row: str, value: str) -> str:
    """An aggregate of a value over `members`, each a `row`; None where nothing has the figure."""
    if aggregate.path is None:
        return "len(members)"
    figures = f"_figures(members, lambda {row}: {value})"
    match aggregate.function:
        case "sum":
            return f"math.fsum(found) if (found := {figures}) else None"
        case "avg":
            return f"math.fsum(found) / len(found) if (found := {figures}) else None"
        case "min" | "max":
            return f"{aggregate.function}({figures}, default=None)"
        case _:
            raise ValueError(f"{aggregate.function} takes no path")


def cell_type(field: RowField | None) -> str:
    """The annotation of a column that shows a field; any value may be missing."""
    names = {"string": "str", "integer": "int", "number": "float", "boolean": "bool"}
    return f"{names[field.type]} | None" if field and field.type in names else "Any"


def identifier(text: str) -> str:
    """A Python name in lower case for any words."""
    name = re.sub(r"\W+", "_", text).strip("_").lower() or "value"
    return f"{name}_" if keyword.iskeyword(name) or keyword.issoftkeyword(name) else f"_{name}" if name[0].isdigit() else name


def holders(lists: Sequence[str], taken: Container[str]) -> list[str]:
    """A variable for an item of each of the lists within lists that lead to the rows, the outermost first."""
    names: list[str] = []
    for path in lists:
        noun = identifier(singular(path.rpartition(".")[2]))
        name = f"{names[-1]}_{noun}" if names else noun
        names.append(f"{name}_" if name in taken or hasattr(builtins, name) else name)
    return names


def singular(plural: str) -> str:
    """An English singular good enough for a variable's name."""
    for ending, replacement in (("ies", "y"), ("sses", "ss"), ("xes", "x"), ("ches", "ch"), ("ss", "ss"), ("us", "us"), ("s", "")):
        if plural.endswith(ending) and len(plural) > len(ending) + 1:
            return plural[: -len(ending)] + replacement
    return plural


def literal(value: str) -> str:
    """A Python literal of any text: what comes from a specification stays a string, whatever is in it."""
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"' if value.isprintable() else repr(value)


def prose(text: str) -> str:
    """Any text for a docstring: printable, and without what could end or escape one."""
    return "".join(character if character.isprintable() else " " for character in text).replace('"', "'").replace("\\", "/")
