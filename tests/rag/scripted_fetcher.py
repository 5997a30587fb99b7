"""A Fetcher that answers what it was told to, in order, and remembers what it was asked."""

from __future__ import annotations

from schemas.errors import OpswrightError
from schemas.source import FetchedSpec, Source, Validators

Answer = FetchedSpec | OpswrightError | None


class ScriptedFetcher:
    """Gives one answer a call; the last one again and again. An error is raised; None means unchanged."""

    def __init__(self, *answers: Answer) -> None:
        self._answers = list(answers)
        self.asked_with: list[Validators | None] = []

    def fetch(self, source: Source, known: Validators | None) -> FetchedSpec | None:
        self.asked_with.append(known)
        answer = self._answers[min(len(self.asked_with), len(self._answers)) - 1]
        if isinstance(answer, OpswrightError):
            raise answer
        return answer
