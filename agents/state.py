"""What the graph carries from node to node, and what its nodes depend on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypedDict

from agents.contents import ContentStore
from agents.engine import Engine
from agents.knowledge import SourceBook
from agents.live import LiveRunner
from generated_tools.registry import Registry
from rag.cache import DocumentCache
from sandbox.transcripts import TranscriptStore
from sandbox.verify import Verifier
from schemas.answer import Language
from schemas.base import Json


class State(TypedDict, total=False):
    """Small and plain: it is written at every step. Code, documents and rows lie in the content store, by digest."""

    run_id: str
    question: str
    language: Language
    """Of the question, and so of the answer; absent where a tool is run by name."""
    only_source: str
    """The source that the question is limited to; empty: all."""
    engine: str
    source: str
    query: Json
    slices: dict[str, str]
    """Content by operation: the documents that the request goes by."""
    stale: list[str]
    """Why documents that were used are older than they should be."""
    attempt: int
    candidate: str
    """Content: the candidate under verification."""
    verification: str
    """Content: what the checks said of it."""
    wanted_tool: str
    """`name@version` that was asked for by name; empty: whatever fits."""
    tool: str
    """`name@version` of what answers."""
    reused: bool
    result: str
    """Content: the rows that the tool returned; those of AWS by region, beside why it failed in others."""
    answer: str
    """Content: the Answer."""


@dataclass(frozen=True)
class Deps:
    """What nodes work with. One set serves all runs of a process."""

    sources: SourceBook
    documents: DocumentCache
    max_age_hours: float
    registry: Registry
    verifier: Verifier
    live: LiveRunner
    engines: tuple[Engine, ...]
    transcripts: TranscriptStore
    contents: ContentStore
