"""The metric of a Query: which words ask for it, and over which window it is read."""

from __future__ import annotations

from collections.abc import Sequence

from agents.rules.draft import Draft, text
from agents.rules.intent import Intent, Phrase
from agents.rules.metrics import TAKES, find_metric
from agents.rules.subjects import FILLERS
from agents.rules.words import Word
from schemas.metric import Take
from schemas.query import Call, MetricJoin, Predicate

HAVING = frozenset(("with", "having", "have", "has", "got"))


def asks_metric(draft: Draft, intent: Intent) -> bool:
    """Whether any clause, or what is left of the sentence, names a metric."""
    return draft.metric is not None or any(find_metric(_own(draft, phrase), draft.readings) for phrase in intent.phrases)


def without_fillers(phrase: Phrase, draft: Draft) -> Phrase:
    """The phrase without words that carry nothing, unless they are part of a metric's name: network in."""
    return phrase if find_metric(phrase, draft.readings) else tuple(word for word in phrase if word.lower not in FILLERS)


def show_metric(draft: Draft, rest: Phrase) -> None:
    """`instances with their CPU`: words that nothing else explains and that are a metric's name. `with errors` has some."""
    words = tuple(draft.open_words)
    if not (words and words[-1].index - words[0].index == len(words) - 1 and (asked := find_metric(words, draft.readings))):
        return
    draft.ask(asked)
    draft.explained |= {word.index for word in words}
    before = next((word.lower for word in reversed(rest) if word.index == words[0].index - 1), "")
    if asked.reading.metric.unit == "count" and before in HAVING:
        path = f"{asked.alias}.value"
        draft.where.append(Predicate(path=path, op="gt", parameter=draft.parameter("threshold", "number", 0.0)))


def named_metric(draft: Draft, words: Sequence[Word]) -> str:
    """The words among these that are a metric's name, as they were typed; empty where none are."""
    for length in range(len(words), 0, -1):
        for start in range(len(words) - length + 1):
            said = tuple(words[start : start + length])
            if find_metric(said, draft.readings):
                return text(said)
    return ""


def metric_join(draft: Draft, intent: Intent, *, has_own_window: bool) -> MetricJoin | None:
    """The metric that was asked for: its newest figure, or that of the window which the question names."""
    if draft.metric is None:
        return None
    metric, reading = draft.metric.reading.metric, draft.metric.reading
    statistic = draft.metric.statistic or metric.statistic
    minutes: int = metric.window_minutes
    take: Take = "latest"
    if intent.window_hours is not None and not has_own_window:
        minutes = round(intent.window_hours * 60)
        if statistic not in TAKES:
            raise draft.misfit("no_sum_over_window", said=metric.title)
        if minutes * 60 < metric.period_seconds:
            raise draft.misfit("window_below_period", said=metric.title, minutes=metric.period_seconds // 60)
        take = TAKES[statistic]
    return MetricJoin(
        call=Call(alias=draft.metric.alias, operation=reading.operation.id),
        metric=metric.name,
        left=f"{draft.alias}.{metric.key}",
        statistic=statistic,
        period_seconds=metric.period_seconds,
        window=draft.parameter("window_minutes", "integer", minutes, unit="minutes"),
        take=take,
    )


def _own(draft: Draft, phrase: Phrase) -> Phrase:
    return tuple(word for word in phrase if word.index not in draft.subject.said_by and word.lower not in FILLERS)
