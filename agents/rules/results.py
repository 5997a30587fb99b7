"""Clauses that shape the result: summary, order, limit, and which columns are shown."""

from __future__ import annotations

from agents.rules.draft import Draft, column_name, stems, tail
from agents.rules.fields import Kind, identity_fields, is_time, match_field, time_field
from agents.rules.intent import Intent, Phrase, Ranking, Summary
from agents.rules.subjects import FILLERS
from schemas.operation import RowField
from schemas.query import Aggregate, Column, Grouping, Order

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
        figure = draft.find(tuple(word for word in clause.phrase if word.index not in draft.subject.said_by), "number")
        aggregate = Aggregate(name=f"{clause.function}_{tail(figure.path)}", function=clause.function, path=draft.path(figure))
    return Grouping(by=tuple(Column(name=column_name(f.path), path=draft.path(f)) for f in by), aggregates=(aggregate,))


def order(draft: Draft, intent: Intent, group: Grouping | None) -> tuple[Order, ...]:
    """Groups come largest first; rows as they are ranked: figures and times descending, text ascending, where nothing says it."""
    if group:
        if intent.ranking:
            raise draft.misfit("groups_not_ranked")
        return (Order(path=group.aggregates[0].name, descending=True),) if group.by else ()
    ranking = intent.ranking or (Ranking(intent.by, None) if intent.by else None)
    if ranking is None:
        return ()
    found, descending = _ranked(draft, ranking), ranking.descending
    if descending is None:
        descending = found.type in ("integer", "number") or is_time(found)
    return (Order(path=draft.path(found), descending=descending),)


def _is_figure(draft: Draft, phrase: Phrase) -> bool:
    """Whether a phrase names something to sort by rather than to group by."""
    kinds: tuple[Kind, ...] = ("number", "time")
    return any(match_field(stems(phrase), draft.operation.fields, kind) for kind in kinds)


def _ranked(draft: Draft, clause: Ranking) -> RowField:
    if not clause.by_time:
        phrase = tuple(word for word in clause.phrase if word.lower not in FILLERS)
        is_figure = match_field(stems(phrase), draft.operation.fields, "number") is not None
        return draft.find(phrase, "number" if is_figure else "any")
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
    wanted = [*identity_fields(fields)[:2], *draft.used, *(field for field in flat if "." not in field.path), *flat]
    chosen = list({field.path: field for field in wanted}.values())[: max(COLUMNS, len(draft.used) + 2)]
    return tuple(Column(name=column_name(field.path), path=draft.path(field)) for field in chosen)
