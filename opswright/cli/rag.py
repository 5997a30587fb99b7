"""`opswright rag`: how well search finds the operations that answer questions."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from opswright.cli import render
from opswright.cli.ending import errors_as_json
from opswright.cli.opening import runtime

if TYPE_CHECKING:
    from eval.retrieval.scoring import Answered, Ranking, Score
    from rag.index import OperationIndex

rag = typer.Typer(no_args_is_help=True)

_SHOWN = 10
"""Failures of one cause that are printed."""


@rag.callback()
def _group() -> None:
    """Keeps `eval` a word of its own while it is the only command."""


@rag.command("eval")
def evaluate(
    queries: Annotated[
        Path, typer.Argument(help='Questions, one JSON object a line: {"query": …, "lang": "en", "gold": ["source:operation", …]}.')
    ],
    words: Annotated[bool, typer.Option("--words", help="By words alone, without waiting for vectors.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the scores as JSON and nothing else.")] = False,
) -> None:
    """Search the connected sources for each question, and print how often an operation that answers it is found, and why not."""
    from eval.retrieval import questions, scoring

    with errors_as_json(as_json), runtime() as wired:
        asked = questions.load(queries)
        wired.deps.sources.knowledge(None)
        if not words:
            wired.index.warm().result()
        answers = scoring.answer(asked, _ranking(wired.index))
        scores = scoring.by_group(answers)
        indexed = {name for operation in wired.index.operations for name in questions.names_of(operation)}
        failures = scoring.causes(answers, indexed, wired.index.knows)
    if as_json:
        print(_as_json(scores, failures))
    else:
        console = render.console()
        console.print(_table(scores))
        for cause, failed in failures.items():
            console.print(f"[bold]{cause}[/bold]: {len(failed)}", *map(_line, failed[:_SHOWN]), sep="\n  ")


def _ranking(index: OperationIndex) -> Ranking:
    from eval.retrieval.questions import names_of

    def ranked(question: str) -> list[frozenset[str]]:
        return [frozenset().union(*map(names_of, family)) for family in index.families(question)]

    return ranked


def _table(scores: Mapping[str, Score]) -> Table:
    made = Table(caption="% of questions for which an operation that answers is among the first 1, 3 and 10 families")
    for heading in ("", "questions", "hit@1", "hit@3", "hit@10", "MRR", "ms, p50"):
        made.add_column(heading, justify="right" if heading else "left")
    for group, score in scores.items():
        hits = (f"{100 * share:.1f}" for share in score.hits)
        made.add_row(render.plain(group), str(score.questions), *hits, f"{score.reciprocal_rank:.3f}", f"{score.milliseconds:.1f}")
    return made


def _line(answered: Answered) -> str:
    found = ", ".join(map(render.plain, answered.found)) or "nothing"
    return f"{render.plain(answered.asked.query)}: {found}; not {render.plain(min(answered.asked.gold))}"


def _as_json(scores: Mapping[str, Score], failures: Mapping[str, Sequence[Answered]]) -> str:
    failed = {cause: [answered.asked.query for answered in answers] for cause, answers in failures.items()}
    return json.dumps({"scores": {group: asdict(score) for group, score in scores.items()}, "failures": failed}, ensure_ascii=False)
