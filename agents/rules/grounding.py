"""An Intent on one operation: a Query, or a Misfit that says which words found nothing to stand for."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from agents.knowledge import Reading
from agents.rules.conditions import add_adjectives, add_emptiness, add_equality, add_threshold, window
from agents.rules.draft import Draft, text
from agents.rules.intent import Intent
from agents.rules.measured import metric_join, named_metric, show_metric
from agents.rules.results import columns, grouping, limit, order
from agents.rules.subjects import FILLERS, is_place, match_subject, without_qualifiers
from agents.speech.voice import Voice
from schemas.operation import Operation
from schemas.query import Call, Query

REGION = re.compile(r"[a-z]{2}(?:-[a-z]+)+-\d")


@dataclass(frozen=True)
class Grounded:
    """A Query with how well its words fitted."""

    query: Query
    fit: float
    operation: Operation


def ground(intent: Intent, operation: Operation, siblings: Sequence[Operation], readings: Sequence[Reading] = ()) -> Grounded | None:
    """The Query that an intent is on this operation; None where it is about something else. Raises Misfit."""
    content = tuple(word for word in intent.rest if (word.stems or word.quoted or word.number) and word.lower not in FILLERS)
    # "the average deployment duration": the subject may stand in front of the figure.
    subject = match_subject(operation, content) or match_subject(operation, intent.summary.phrase if intent.summary else ())
    if subject is None:
        return None
    draft = Draft(operation, siblings, content, subject, Voice(intent.language), readings)
    query = _query(draft, intent)
    return Grounded(query, draft.fit, operation)


def _query(draft: Draft, intent: Intent) -> Query:
    """The clauses in an order that lets each have the words that only it can explain."""
    for threshold in intent.thresholds:
        add_threshold(draft, threshold, is_only=len(intent.thresholds) == 1)
    for emptiness in intent.emptiness:
        add_emptiness(draft, emptiness)
    for equality in intent.equalities:
        add_equality(draft, equality)
    within = window(draft, intent)
    show_metric(draft, intent.rest)  # "status check failed" before its words are taken for states
    add_adjectives(draft, intent.rest)
    show_metric(draft, intent.rest)
    group = grouping(draft, intent)
    ordered = order(draft, intent, group)
    at_most = limit(draft, intent, group)
    metric = metric_join(draft, intent, has_own_window=within is not None)
    _refuse_unexplained(draft, intent)
    return Query(
        call=Call(alias=draft.alias, operation=draft.operation.id),
        joins=tuple(draft.joins),
        metric=metric,
        where=tuple(draft.where),
        window=within,
        group=group,
        order=ordered,
        limit=at_most,
        select=() if group else columns(draft),
        parameters=tuple(draft.parameters),
        subject=draft.noun,
        assumptions=(*intent.assumptions, *draft.assumptions),
    )


def _refuse_unexplained(draft: Draft, intent: Intent) -> None:
    """Raise Misfit where a word is left that says neither a condition nor which system is meant."""
    before = {word.index + 1: word for word in intent.rest}
    unknown = [word for word in draft.open_words if not is_place(word, before.get(word.index), draft.operation)]
    unknown = without_qualifiers(unknown, draft.operation)
    if not unknown:
        return
    if metric := named_metric(draft, unknown):
        raise draft.misfit("metric_without_figure", said=text(unknown), name=metric)
    if draft.owner and any(REGION.fullmatch(word.lower) for word in unknown):
        raise draft.misfit("not_explained_region", said=text(unknown))
    fields = [found.field.path for word in unknown if (found := draft.match(word.stems))]
    if fields:
        raise draft.misfit("no_condition", said=text(unknown), field=fields[0], noun=draft.noun)
    raise draft.misfit_with_fields("not_explained", said=text(unknown))
