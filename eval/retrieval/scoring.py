"""How well a ranking answers questions: hit rates, reciprocal ranks, and what its failures have in common."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Final

from eval.bench.figures import timed
from eval.retrieval.questions import Asked

Ranking = Callable[[str], Sequence[Collection[str]]]
"""The best ten for a question, each by the names of its operations."""

DEPTHS: Final = (1, 3, 10)

_FAR: Final = 10_000


@dataclass(frozen=True)
class Answered:
    """`rank` counts from 1; None: not among the best ten."""

    asked: Asked
    rank: int | None
    milliseconds: float
    found: tuple[str, ...]
    """One name of each of the best three."""


@dataclass(frozen=True)
class Score:
    """Of some questions, the shares answered at each of `DEPTHS` and the mean reciprocal rank."""

    questions: int
    hits: tuple[float, ...]
    reciprocal_rank: float
    milliseconds: float

    @classmethod
    def of(cls, answers: Sequence[Answered]) -> Score:
        ranks = [answered.rank or _FAR for answered in answers]
        return cls(
            questions=len(ranks),
            hits=tuple(sum(rank <= depth for rank in ranks) / len(ranks) for depth in DEPTHS),
            reciprocal_rank=sum(1 / answered.rank for answered in answers if answered.rank) / len(ranks),
            milliseconds=median(answered.milliseconds for answered in answers),
        )


def answer(questions: Iterable[Asked], ranking: Ranking) -> list[Answered]:
    """Every question's place in the ranking."""
    return [_answered(asked, ranking) for asked in questions]


def by_group(answers: Sequence[Answered]) -> Mapping[str, Score]:
    """The score of all, of each language and of each provider."""
    groups: dict[str, list[Answered]] = {"all": list(answers)}
    for answered in answers:
        groups.setdefault(answered.asked.language, []).append(answered)
    for answered in sorted(answers, key=lambda answered: answered.asked.answered_by):
        groups.setdefault(answered.asked.answered_by, []).append(answered)
    return {name: Score.of(held) for name, held in groups.items()}


def causes(answers: Iterable[Answered], indexed: Collection[str], are_known: Callable[[str], bool]) -> Mapping[str, list[Answered]]:
    """The failures at 3 by what went wrong, the commonest first."""
    failed = [(_cause(answered, indexed, are_known), answered) for answered in answers if (answered.rank or _FAR) > 3]
    sizes = Counter(cause for cause, _ in failed)
    return {cause: [answered for other, answered in failed if other == cause] for cause, _ in sizes.most_common()}


def _answered(asked: Asked, ranking: Ranking) -> Answered:
    found, milliseconds = timed(lambda: ranking(asked.query))
    rank = next((place for place, names in enumerate(found, 1) if not asked.gold.isdisjoint(names)), None)
    return Answered(asked, rank, milliseconds, tuple(min(names) for names in found[:3]))


def _cause(answered: Answered, indexed: Collection[str], are_known: Callable[[str], bool]) -> str:
    if answered.asked.gold.isdisjoint(indexed):
        return "not indexed"
    if answered.rank:
        return "among the best ten"
    if not are_known(answered.asked.query):
        return "words unknown"
    providers = {name.partition(":")[0].partition(".")[0] for name in answered.found}
    return "family missed" if answered.asked.answered_by in providers else "provider missed"
