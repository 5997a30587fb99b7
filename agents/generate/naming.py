"""What a tool is called, and the sentence that says what it returns."""

from __future__ import annotations

from collections.abc import Mapping

from agents.generate.expressions import identifier
from rag.words import split_identifier
from schemas.base import Scalar
from schemas.query import Order, Predicate, Query

LONGEST_NAME = 60
_OP_NAMES = {"gt": "above", "ge": "from", "lt": "below", "le": "up_to", "eq": "", "ne": "not", "contains": "containing"}
_OP_WORDS = {"gt": "above ", "ge": "at or above ", "lt": "below ", "le": "at or below ", "eq": "", "ne": "not ", "contains": "containing "}
_SAYS_NOTHING = frozenset({"Name", "Value"})
_ACRONYMS = {"cpu": "CPU", "io": "I/O"}
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
            *(["by", "_and_".join("_".join(split_identifier(key)) for key in keys)] if keys else []),
        ]
    elif order := told_order(query):
        way = "top" if order.descending else "bottom"
        parts = [way if query.limit else "sorted", subject, "by", _tail(query, order.path)]
    absent = {join.right for join in query.joins}
    parts += [f"without_{_tail(query, join.where[0].path) if join.where else join.call.alias}" for join in query.joins]
    parts += [_clause_name(query, predicate) for predicate in query.where if predicate.path not in absent]
    parts += [f"recently_{_tail(query, query.window.path).removesuffix('_at')}"] if query.window else []
    return _shortened(identifier("_".join(part for part in parts if part)))


def _shortened(name: str) -> str:
    return name if len(name) <= LONGEST_NAME else name[:LONGEST_NAME].rpartition("_")[0]


def _clause_name(query: Query, predicate: Predicate) -> str:
    field = _tail(query, predicate.path)
    if predicate.parameter is None:
        return f"{'without' if predicate.op == 'is_empty' else 'with'}_{field}"
    return f"with_{field}_{_OP_NAMES[predicate.op]}".rstrip("_")


def title(query: Query, arguments: Mapping[str, Scalar] | None = None) -> str:
    """One sentence without its full stop; with arguments it names their values, without them their parameters."""
    said = {p.name: shown(arguments[p.name], p.unit) if arguments else f"`{p.name}`" for p in query.parameters}
    head = _capital(query.subject or query.call.alias.replace("_", " "))
    clauses = [_absent(query, join.call.alias, join.where) for join in query.joins]
    absent = {join.right for join in query.joins}
    clauses += [_clause(query, predicate, said) for predicate in query.where if predicate.path not in absent]
    if query.window:
        clauses.append(f"with {_words(query, query.window.path)} in the last {said[query.window.parameter]}{'' if arguments else ' hours'}")
    text = " ".join([head, " and ".join(clauses)]).strip()
    return _ordered(query, _summarised(query, text), said)


def _summarised(query: Query, text: str) -> str:
    if query.group is None:
        return text
    aggregate = query.group.aggregates[0]
    lead = "Number" if aggregate.path is None else f"{_FUNCTIONS[aggregate.function]} {_words(query, aggregate.path)}"
    by = " and ".join(_words(query, column.path) for column in query.group.by)
    return f"{lead} of {lowered(text)}" + (f", by {by}" if by else "")


def _ordered(query: Query, text: str, said: Mapping[str, str]) -> str:
    if order := told_order(query):
        text = f"{text} by {_words(query, order.path)}, {'descending' if order.descending else 'ascending'}"
    return f"{text}, at most {said[query.limit]}" if query.limit else text


def _absent(query: Query, alias: str, where: tuple[Predicate, ...]) -> str:
    missing = " and ".join(_words(query, predicate.path) for predicate in where)
    other = alias.replace("_", " ")
    return f"with no {missing} in {other}" if missing else f"without {other}"


def _clause(query: Query, predicate: Predicate, said: Mapping[str, str]) -> str:
    words = _words(query, predicate.path)
    if predicate.parameter is None:
        return f"{'without' if predicate.op == 'is_empty' else 'with'} {words}"
    return f"with {words} {_OP_WORDS[predicate.op]}{said[predicate.parameter]}"


def told_order(query: Query) -> Order | None:
    """The order worth telling. Where a condition on a metric is told, that the rows come by its figures goes without saying."""
    if query.group or not query.order:
        return None
    is_plain = query.metric is not None and query.order[0].path == query.metric.path and query.limit is None
    return None if is_plain and any(predicate.path == query.order[0].path for predicate in query.where) else query.order[0]


def shown(value: Scalar, unit: str) -> str:
    """A parameter's value as people write it."""
    if unit == "bytes" and isinstance(value, int | float):
        return f"{value / 1e9:g} GB" if value >= 1e9 else f"{value / 1e6:g} MB"
    text = f"{value:g}" if isinstance(value, float) else str(value)
    return f"{text}%" if unit == "percent" else f"{text} {unit}".strip()


def said_path(query: Query, path: str) -> str:
    """The identifier that says what is at a path: a metric's own name, and of `State.Name` what the name is of."""
    if query.metric and path == query.metric.path:
        return query.metric.call.alias
    rest = path.partition(".")[2]
    holder, _, last = rest.rpartition(".")
    return holder if holder and last in _SAYS_NOTHING else rest


def _words(query: Query, path: str) -> str:
    words = split_identifier(said_path(query, path))
    is_metric = query.metric is not None and path == query.metric.path
    return " ".join(_ACRONYMS.get(word, word) if is_metric else word for word in words)


def _tail(query: Query, path: str) -> str:
    return "_".join(split_identifier(said_path(query, path).rpartition(".")[2]))


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def lowered(text: str) -> str:
    """A sentence to go on with; a name such as EC2 keeps its capitals."""
    return text if text[1:2].isupper() or text[1:2].isdigit() else text[:1].lower() + text[1:]
