"""What a tool is called, and the sentence that says what it returns."""

from __future__ import annotations

from collections.abc import Mapping

from agents.generate.expressions import identifier
from schemas.base import Scalar
from schemas.query import Predicate, Query

LONGEST_NAME = 60
_OP_NAMES = {"gt": "above", "ge": "from", "lt": "below", "le": "up_to", "eq": "", "ne": "not", "contains": "containing"}
_OP_WORDS = {"gt": "above ", "ge": "at or above ", "lt": "below ", "le": "at or below ", "eq": "", "ne": "not ", "contains": "containing "}
_FUNCTIONS = {"sum": "Total", "avg": "Average", "min": "Lowest", "max": "Highest"}


def tool_name(query: Query) -> str:
    """A function name made of the Query's clauses: `services_without_rotas`, `top_hosts_by_memory_used_percent`."""
    subject = query.call.alias
    parts = [subject]
    if query.group:
        keys = [column.name for column in query.group.by]
        parts = [
            query.group.aggregates[0].name,
            "of" if query.group.aggregates[0].path else "",
            subject,
            *(["by", "_and_".join(keys)] if keys else []),
        ]
    elif query.order:
        way = "top" if query.order[0].descending else "bottom"
        parts = [way if query.limit else "sorted", subject, "by", _tail(query.order[0].path)]
    absent = {join.right for join in query.joins}
    parts += [f"without_{_tail(join.where[0].path) if join.where else join.call.alias}" for join in query.joins]
    parts += [_clause_name(predicate) for predicate in query.where if predicate.path not in absent]
    parts += [f"recently_{_tail(query.window.path).removesuffix('_at')}"] if query.window else []
    return _shortened(identifier("_".join(part for part in parts if part)))


def _shortened(name: str) -> str:
    return name if len(name) <= LONGEST_NAME else name[:LONGEST_NAME].rpartition("_")[0]


def _clause_name(predicate: Predicate) -> str:
    field = _tail(predicate.path)
    if predicate.parameter is None:
        return f"{'without' if predicate.op == 'is_empty' else 'with'}_{field}"
    return f"with_{field}_{_OP_NAMES[predicate.op]}".rstrip("_")


def title(query: Query, arguments: Mapping[str, Scalar] | None = None) -> str:
    """One sentence without its full stop; with arguments it names their values, without them their parameters."""
    said = {p.name: shown(arguments[p.name], p.unit) if arguments else f"`{p.name}`" for p in query.parameters}
    head = _capital(query.subject or query.call.alias.replace("_", " "))
    clauses = [_absent(join.call.alias, join.where) for join in query.joins]
    absent = {join.right for join in query.joins}
    clauses += [_clause(predicate, said) for predicate in query.where if predicate.path not in absent]
    if query.window:
        clauses.append(f"with {_words(query.window.path)} in the last {said[query.window.parameter]}{'' if arguments else ' hours'}")
    text = " ".join([head, " and ".join(clauses)]).strip()
    return _ordered(query, _summarised(query, text), said)


def _summarised(query: Query, text: str) -> str:
    if query.group is None:
        return text
    aggregate = query.group.aggregates[0]
    lead = "Number" if aggregate.path is None else f"{_FUNCTIONS[aggregate.function]} {_words(aggregate.path)}"
    by = " and ".join(_words(column.path) for column in query.group.by)
    return f"{lead} of {_lower(text)}" + (f", by {by}" if by else "")


def _ordered(query: Query, text: str, said: Mapping[str, str]) -> str:
    if query.group is None and query.order:
        text = f"{text} by {_words(query.order[0].path)}, {'descending' if query.order[0].descending else 'ascending'}"
    return f"{text}, at most {said[query.limit]}" if query.limit else text


def _absent(alias: str, where: tuple[Predicate, ...]) -> str:
    missing = " and ".join(_words(predicate.path) for predicate in where)
    other = alias.replace("_", " ")
    return f"with no {missing} in {other}" if missing else f"without {other}"


def _clause(predicate: Predicate, said: Mapping[str, str]) -> str:
    words = _words(predicate.path)
    if predicate.parameter is None:
        return f"{'without' if predicate.op == 'is_empty' else 'with'} {words}"
    return f"with {words} {_OP_WORDS[predicate.op]}{said[predicate.parameter]}"


def shown(value: Scalar, unit: str) -> str:
    """A parameter's value as people write it."""
    if unit == "bytes" and isinstance(value, int | float):
        return f"{value / 1e9:g} GB" if value >= 1e9 else f"{value / 1e6:g} MB"
    text = f"{value:g}" if isinstance(value, float) else str(value)
    return f"{text}%" if unit == "percent" else f"{text} {unit}".strip()


def _words(path: str) -> str:
    return path.partition(".")[2].replace("_", " ").replace(".", " ")


def _tail(path: str) -> str:
    return path.rpartition(".")[2].lower()


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]
