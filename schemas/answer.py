"""A grounded answer: rows, where each came from, and how complete they are."""

from __future__ import annotations

from typing import Literal

from schemas.base import Frozen, Json

Language = Literal["en", "zh-Hans", "zh-Hant"]
"""Of a question and its answer: English, Chinese in simplified characters, Chinese in traditional ones."""


class Evidence(Frozen):
    """The recorded calls that a result row rests on, by their numbers in the transcript. Parallel to the rows."""

    calls: tuple[int, ...]


class Completeness(Frozen):
    """Whether everything that the question ranges over was seen, worked out from the transcript and never told by the tool."""

    complete: bool
    calls: int
    rows_seen: int
    gaps: tuple[str, ...] = ()


class Answer(Frozen):
    """What the user gets. Each value of `rows` is a cell of `columns`, in order."""

    question: str
    language: Language = "en"
    sentence: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Json, ...], ...]
    evidence: tuple[Evidence, ...]
    completeness: Completeness
    caveats: tuple[str, ...]
    unknown: tuple[str, ...] = ()
    """Keys of what could not be judged because its metric has no datapoint."""
    source: str
    tool: str
    reused: bool
    run_id: str
    backend_milliseconds: float
