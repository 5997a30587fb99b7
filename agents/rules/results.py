"""Clauses that shape the result: summary, order, limit, and which columns are shown."""

from __future__ import annotations

from agents.rules.draft import Draft, Figure, column_name, stems, text
from agents.rules.fields import Kind, identity_fields, is_time, own_stems, time_field
from agents.rules.intent import Intent, Phrase, Ranking, Summary
from agents.rules.measured import without_fillers
from agents.rules.metrics import find_metric
from agents.rules.subjects import FILLERS
from agents.rules.words import stems_of
from schemas.operation import RowField
from schemas.query import Aggregate, Column, Grouping, Order

TELLING = tuple(
    stems_of(name)
    for name in (
        "state", "status", "type", "class", "engine", "runtime", "size", "placement availability zone", "availability zone", "region",
        "creation date", "create time", "creation time", "created time", "created", "launch time", "start time",
    )
)  # fmt: skip
"""What is shown of a cloud's row beside its key, by its own name."""
FEW = 4
COLUMNS = 6
"""Columns of a plain listing; more where the question itself names more fields."""


def grouping(draft: Draft, intent: Intent) -> Grouping | None:
    """`count … by tier`, `average memory per region`; `services by tier` counts, `hosts by memory` is for `order`."""
    clause = intent.summary
    if clause is None and intent.by and not _is_figure(draft, intent.by):
        clause = Summary("count", (), (intent.by,))
    if clause is None:
        return None
    by = [draft.find(phrase, "any") for phrase in clause.by]
    if clause.function == "count":
        aggregate = Aggregate(name="count", function="count")
    else:
        figure = draft.figure(tuple(word for word in clause.phrase if word.index not in draft.subject.said_by))
        aggregate = Aggregate(name=f"{clause.function}_{figure.name}", function=clause.function, path=figure.path)
    return Grouping(by=tuple(_column(draft, field) for field in by), aggregates=(aggregate,))


def order(draft: Draft, intent: Intent, group: Grouping | None) -> tuple[Order, ...]:
    """Groups come largest first; rows as they are ranked: figures and times descending, text ascending, where nothing says it."""
    if group:
        if intent.ranking:
            raise draft.misfit("groups_not_ranked")
        return (Order(path=group.aggregates[0].name, descending=True),) if group.by else ()
    ranking = intent.ranking or (Ranking(intent.by, None) if intent.by else None)
    if ranking is None:
        return _by_metric(draft)
    descending = ranking.descending
    if figure := _ranked_figure(draft, ranking):
        return (Order(path=figure.path, descending=True if descending is None else descending),)
    found = _ranked(draft, ranking)
    if descending is None:
        descending = found.type in ("integer", "number") or is_time(found)
    return (Order(path=draft.path(found), descending=descending),)


def _by_metric(draft: Draft) -> tuple[Order, ...]:
    """What stands out first: the highest figures, and the lowest where low ones are asked for."""
    if draft.metric is None:
        return ()
    path = f"{draft.metric.alias}.value"
    said = {predicate.op for predicate in draft.where if predicate.path == path}
    return (Order(path=path, descending=not said or not said <= {"lt", "le"}),)


def _is_figure(draft: Draft, phrase: Phrase) -> bool:
    """Whether a phrase names something to sort by rather than to group by."""
    if draft.owner and not find_metric(phrase, draft.readings) and (found := draft.match(stems(phrase))):
        return found.field.type in ("integer", "number") or is_time(found.field)
    kinds: tuple[Kind, ...] = ("number", "time")
    return find_metric(phrase, draft.readings) is not None or any(draft.match(stems(phrase), kind) for kind in kinds)


def _ranked_figure(draft: Draft, clause: Ranking) -> Figure | None:
    """The metric that rows are ranked by, if it is one."""
    phrase = without_fillers(clause.phrase, draft)
    return draft.figure(phrase) if not clause.by_time and find_metric(phrase, draft.readings) else None


def _ranked(draft: Draft, clause: Ranking) -> RowField:
    if not clause.by_time:
        phrase = tuple(word for word in clause.phrase if word.lower not in FILLERS)
        is_figure = draft.match(stems(phrase), "number") is not None
        ranked = draft.find(phrase, "number" if is_figure else "any")
        if ranked.type in ("object", "array"):
            raise draft.misfit_with_fields("no_such_field", said=text(clause.phrase))
        return ranked
    found = time_field((), draft.operation.fields)
    if found is None:
        raise draft.misfit_with_fields("no_time_field")
    draft.use(found, draft.voice.say("the_time"))
    return found.field


def limit(draft: Draft, intent: Intent, group: Grouping | None) -> str | None:
    """The parameter that bounds the rows."""
    at_most = intent.limit
    if at_most is None and intent.ranking and not group and draft.is_singular and intent.language == "en":
        at_most = 1  # "the oldest pod" is one
    if at_most is None:
        return None
    if group:
        raise draft.misfit("count_not_limited")
    if at_most < 1:
        raise draft.misfit("limit_below_one", said=at_most)
    return draft.parameter("limit", "integer", at_most)


def columns(draft: Draft) -> tuple[Column, ...]:
    """What identifies a row, what the question named, and then what else the row holds, in its own order."""
    fields = draft.operation.fields
    flat = [field for field in fields if field.type not in ("object", "array")]
    if draft.owner:
        wanted = [*_key(draft), *draft.identity[:2], *draft.used, *_telling(draft, flat)]
    else:
        wanted = [*identity_fields(fields)[:2], *draft.used, *(field for field in flat if "." not in field.path), *flat]
    chosen = list({field.path: field for field in wanted}.values())[: max(COLUMNS, len(draft.used) + 2)]
    if not chosen:
        raise draft.misfit("no_fields")
    return (*(_column(draft, field) for field in chosen), *_metric_column(draft))


def _telling(draft: Draft, fields: list[RowField]) -> list[RowField]:
    """Of a cloud's rows, which have a hundred fields, those that say what and where they are; the first few where none does."""
    by_name = {own_stems(field.path, draft.owner): field for field in reversed(fields)}
    found = [by_name[name] for name in TELLING if name in by_name]
    few = ([field for field in fields if "." not in field.path] or fields)[:FEW]
    return found if len(found) > 1 else [*found, *few]


def _key(draft: Draft) -> list[RowField]:
    """The field that the metric is joined on: without it a figure is nobody's."""
    found = draft.operation.field(draft.metric.reading.metric.key) if draft.metric else None
    return [found] if found else []


def _metric_column(draft: Draft) -> tuple[Column, ...]:
    return (Column(name=draft.metric.alias, path=f"{draft.metric.alias}.value"),) if draft.metric else ()


def _column(draft: Draft, field: RowField) -> Column:
    """A cloud's nested field is called by its last step, unless that says nothing alone or another one is called so."""
    path = field.path
    if draft.owner and "." in path:
        holder, _, last = path.rpartition(".")
        tails = [other.path.rpartition(".")[2] for other in draft.operation.fields]
        path = holder.rpartition(".")[2] if last == "Name" else last if tails.count(last) == 1 else path
    return Column(name=column_name(path), path=draft.path(field))
