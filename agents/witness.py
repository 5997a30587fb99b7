"""One place of a transcript as a witness: the relations that its responses give, and what the Query says of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from agents.figures import figures, keys_asked
from agents.seen import Delivered, Seen, read
from agents.speech.voice import Voice
from schemas.base import Json, Scalar
from schemas.evaluate import Evaluation, evaluate
from schemas.metric import Metric
from schemas.operation import Operation
from schemas.query import MetricJoin, Query
from schemas.run import Transcript


@dataclass(frozen=True)
class Witness:
    """What a place shows. `calls` has, parallel to the rows of each relation, the calls that delivered them."""

    place: str
    seen: Mapping[str, Seen]
    relations: Mapping[str, list[Json]]
    calls: Mapping[str, list[tuple[int, ...]]]
    evaluation: Evaluation
    unasked: int
    """How many rows could not be judged for a figure that nobody asked for."""

    @classmethod
    def of(
        cls, query: Query, operations: Mapping[str, Operation], arguments: Mapping[str, Scalar], transcript: Transcript, place: str
    ) -> Witness:
        """Hear what the calls of a place say."""
        seen = read(transcript.calls, operations, place)
        relations = {call.alias: seen[call.operation].rows for call in query.relations}
        calls = {call.alias: seen[call.operation].calls for call in query.relations}
        measure = _measure_of(query, operations, arguments, transcript, seen)
        if query.metric and measure:
            measured = figures(*measure)
            relations[query.metric.call.alias], calls[query.metric.call.alias] = measured.rows, measured.calls
        evaluation = evaluate(query, relations, arguments, transcript.started_at)
        # Nearly always every row has a figure; only then is it worth reading again whom the calls asked about.
        asked = keys_asked(*measure) if measure and evaluation.unknown else set[str]()
        unasked = sum(str(key) not in asked for key in evaluation.unknown)
        return cls(place, seen, relations, calls, evaluation, unasked)

    def gaps(self, query: Query, voice: Voice) -> list[str]:
        """Why not everything that the question ranges over was seen here."""
        read = {call.operation for call in query.relations}
        gaps = [gap for name, seen in self.seen.items() for gap in seen.gaps(voice, is_needed=name in read)]
        return [*gaps, voice.say("figures_not_asked", count=self.unasked)] if self.unasked else gaps

    @property
    def rows_seen(self) -> int:
        """How many rows of the question's own operations came."""
        return sum(len(seen.rows) for seen in self.seen.values() if not seen.operation.metrics)


def metric_of(query: Query, operations: Mapping[str, Operation]) -> Metric | None:
    """The metric that the Query reads, if any."""
    return operations[query.metric.call.operation].metric(query.metric.metric) if query.metric else None


_Measure = tuple[Metric, MetricJoin, float, Sequence[Delivered], datetime]
"""What `figures` and `keys_asked` take."""


def _measure_of(
    query: Query, operations: Mapping[str, Operation], arguments: Mapping[str, Scalar], transcript: Transcript, seen: Mapping[str, Seen]
) -> _Measure | None:
    metric, join = metric_of(query, operations), query.metric
    if join is None or metric is None:
        return None
    minutes = float((query.defaults | dict(arguments))[join.window])
    return metric, join, minutes, seen[join.call.operation].delivered, transcript.started_at
