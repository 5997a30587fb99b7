"""What an answer is about, in the language of its question, from the Query alone.

English is the generator's own title. In Chinese what describes comes first, and names of resources and fields are the glossary's
usual words; a name that it has no words for stays as the API spells it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from agents.generate import naming
from agents.rules.chinese.glossary import names
from agents.rules.words import stems_of
from agents.speech.script import to_traditional
from agents.speech.voice import Voice
from schemas.base import Scalar
from schemas.query import Predicate, Query

LONGEST_TERM = 4
"""Words of one English term in the glossary."""
UNIT_ENDINGS = frozenset(stems_of("percent bytes seconds at"))
"""What a field's name ends with for its unit or for being a time; Chinese says it with the value."""

USAGES = {"cpu": "cpu_used_percent", "State": "status"}
"""What Chinese says in full, or otherwise, of a cloud's rows: CPU使用率, 状态."""


def title(query: Query, arguments: Mapping[str, Scalar], voice: Voice) -> str:
    """One sentence without its full stop that names the arguments' values."""
    return naming.title(query, arguments) if voice.language == "en" else _Chinese(query, arguments, voice).title()


class _Chinese:
    def __init__(self, query: Query, arguments: Mapping[str, Scalar], voice: Voice) -> None:
        self._query = query
        self._voice = voice
        self._said = {p.name: self._shown(arguments[p.name], p.unit) for p in query.parameters}

    def title(self) -> str:
        return self._limited(self._ordered(self._summarised(self._rows())))

    def _rows(self) -> str:
        query = self._query
        absent = {join.right for join in query.joins}
        clauses = [self._absent(join.call.alias, join.where) for join in query.joins]
        clauses += [self._clause(predicate) for predicate in query.where if predicate.path not in absent]
        if query.window:
            field, value = self._name(query.window.path), self._said[query.window.parameter]
            clauses.append(self._voice.say("title_window", field=field, value=value))
        subject = self._subject()
        joined = self._voice.say("title_and").join(clauses)
        return self._voice.say("title_of", clauses=joined, subject=subject) if clauses else subject

    def _subject(self) -> str:
        """What the rows are; of a cloud's with the service before it, which English has in the Query's own words: EC2实例."""
        service, _, rest = self._query.subject.partition(" ")
        noun = self._noun(self._query.call.alias)
        has_service = bool(rest) and self._query.call.alias == rest.replace(" ", "_")
        return f"{service}{noun}" if has_service else noun

    def _absent(self, alias: str, where: tuple[Predicate, ...]) -> str:
        other = self._noun(alias)
        if not where:
            return self._voice.say("title_absent", other=other)
        field = self._voice.say("title_and").join(self._name(predicate.path) for predicate in where)
        return self._voice.say("title_absent_where", other=other, field=field)

    def _clause(self, predicate: Predicate) -> str:
        value = self._said[predicate.parameter] if predicate.parameter else ""
        return self._voice.say(f"title_{predicate.op}", field=self._name(predicate.path), value=value)

    def _summarised(self, rows: str) -> str:
        group = self._query.group
        if group is None:
            return rows
        aggregate = group.aggregates[0]
        field = self._name(aggregate.path) if aggregate.path else ""
        figure = self._voice.say(f"title_{aggregate.function}", rows=rows, field=field)
        keys = self._voice.say("title_and").join(self._name(column.path) for column in group.by)
        return self._voice.say("title_by", figure=figure, keys=keys) if keys else figure

    def _ordered(self, rows: str) -> str:
        order = naming.told_order(self._query)
        if order is None:
            return rows
        return self._voice.say("title_descending" if order.descending else "title_ascending", rows=rows, field=self._name(order.path))

    def _limited(self, rows: str) -> str:
        limit = self._query.limit
        return self._voice.say("title_limit", rows=rows, value=self._said[limit].strip()) if limit else rows

    def _shown(self, value: Scalar, unit: str) -> str:
        if unit in ("hours", "seconds"):
            return self._voice.say(f"title_{unit}", value=f"{value:g}" if isinstance(value, float) else value)
        return self._voice.say("title_plain", value=naming.shown(value, unit))

    def _name(self, path: str) -> str:
        metric = self._query.metric
        if metric and path == metric.path:
            return self._noun(USAGES.get(metric.call.alias, metric.call.alias))
        said = naming.said_path(self._query, path)
        return self._noun(USAGES.get(said, said))

    def _noun(self, identifier: str) -> str:
        """The glossary's words for an identifier, the longest terms first; the identifier itself where a part has none."""
        *parts, last = stems_of(identifier) or ("",)
        unit = last if parts and last in UNIT_ENDINGS else ""
        terms = _terms(tuple(parts) if unit else (*parts, last))
        if not terms:
            return f" {identifier} "
        said = "".join(terms)
        said = re.sub("用量$", "用率", said) if unit == "percent" else said
        return to_traditional(said) if self._voice.language == "zh-Hant" else said


def _terms(stems: tuple[str, ...]) -> list[str]:
    """One term after the other; none where a stem belongs to no term."""
    found: list[str] = []
    while stems:
        length = next((n for n in range(min(LONGEST_TERM, len(stems)), 0, -1) if stems[:n] in names()), 0)
        if not length:
            return []
        found.append(names()[stems[:length]])
        stems = stems[length:]
    return found
