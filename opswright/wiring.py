"""The one place that knows all classes: settings to a working product.

Everything is made when it is first needed and closed with the Runtime, so that a command which lists tools starts neither
workers nor a state machine. Heavy rooms are imported where they are wired.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Protocol, Self, TypeVar
from uuid import uuid4

from sqlalchemy import Engine

from agents.contents import ContentStore
from agents.runs import RunStore
from doc_sources.catalogue import Catalogue, load_catalogue
from doc_sources.store import SourceStore
from generated_tools.registry import Registry
from opswright.approval import is_added_by_hand, operator
from opswright.connections import Connections, Machine
from opswright.database import open_database
from opswright.descriptions import fetcher_of
from opswright.folders import private_folder, remove_folder
from opswright.secrets import SecretReferences
from opswright.settings import Settings, environment
from opswright.sourcing import prospect
from opswright.transports import Transports
from rag.cache import DocumentCache
from rag.changes import ChangeReport
from rag.limits import CacheLimits
from rag.versions import AwaitsApproval, SourceVersion
from sandbox.broker.budget import Budget
from sandbox.jobs import MIB, Limits
from sandbox.transcripts import Retention, TranscriptStore
from schemas.credential import Credential
from schemas.ports import Embedder, Fetcher, OnStep, Progress, TextModel
from schemas.run import RunRecord
from schemas.source import AwsAccess, Source
from schemas.tool import RegisteredTool

if TYPE_CHECKING:
    from agents.engine import Engine as AnsweringEngine
    from agents.live import LiveRun
    from agents.replay import Replayer
    from agents.runner import Runner
    from agents.state import Deps
    from rag.index import OperationIndex
    from sandbox.supervisor import WorkerPool
    from sandbox.typecheck import TypeChecker


class _Closes(Protocol):
    def close(self) -> None: ...


Closeable = TypeVar("Closeable", bound=_Closes)


def now() -> datetime:
    """The present, aware, in UTC."""
    return datetime.now(UTC)


class Runtime:
    """The product, wired for one process. Use it as a context manager: it owns worker processes and connections."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.secrets = SecretReferences(environment())
        self._open = ExitStack()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._open.close()

    # What it can do

    def prepare(self, progress: Progress, *, once: bool = False) -> None:
        """Build the isolate's image and the type checker's cache where there are none; the first time takes half a minute.

        The type checker stays warm, for the tools to come. With `once`, for one question, which an old tool may answer, it does not.
        """
        from sandbox.image.store import ImageStore

        ImageStore(self.settings.cache / "images").ensure(lambda stage, fraction: progress(stage, fraction * 0.9))
        if not (once and (self.settings.cache / "types").exists()):
            progress("Warming the type checker", 0.9)
            self.types.prime()
        if not once:
            self.workers.warm()
        progress("Wiring the state machine", 0.95)
        self.runner  # noqa: B018 - made now rather than with the first question
        progress("Ready", 1.0)

    def connect(self, url: str, *, name: str, credential: Credential | None = None, aws: AwsAccess | None = None) -> None:
        """Add a source; one of that name at another address is replaced."""
        if any(source.name == name and source.spec_url != url for source in self.sources.all()):
            self.sources.remove(name)
        self.add_source(url, name=name, credential=credential, aws=aws)

    def add_source(
        self,
        url: str,
        *,
        name: str = "",
        base_url: str = "",
        credential: Credential | None = None,
        aws: AwsAccess | None = None,
        approve: bool = False,
    ) -> tuple[Source, ChangeReport]:
        """Read the description at `url` and keep it as a source; with `aws`, that of AWS. Nothing is kept where it can't be read.

        Raises AwaitsApproval, the source being kept, for a file, unless with `approve` whoever adds it approves it, too.
        """
        if aws:
            from opswright.aws_sourcing import prospect_aws

            source = prospect_aws(url, aws, name=name, base_url=base_url, credential=credential)
        else:
            source = prospect(self.fetcher, url, name=name, base_url=base_url, credential=credential)
        self.sources.add(source)
        try:
            return source, self.documents.refresh(source)
        except AwaitsApproval:
            if not approve:
                raise
            self.approve(source.name)
            return source, self.documents.refresh(source)

    def approve(self, name: str, version: int | None = None) -> SourceVersion:
        """Let a version of a source's description that was added by hand, or the newest, answer: the process's user has looked at it."""
        return self.documents.approve(self.sources.get(name), version, by=operator())

    def ask(self, question: str, *, on_step: OnStep) -> RunRecord:
        """Answer a question."""
        return self.runner.ask(question, on_step=on_step)

    def serving(self) -> AbstractContextManager[str]:
        """The URL of the HTTP API, served by a thread of this process on loopback for as long as the context lasts."""
        from opswright.api.server import serving

        return serving(self)

    def rerunning(self, reference: str) -> Callable[[], LiveRun]:
        """Runs a registered version with its own values, from documents that are read now; for measuring."""
        tool = self.registry.load(reference)
        source, query = self.sources.get(tool.manifest.source), tool.manifest.query
        names = [pin.operation.partition(":")[2] for pin in tool.manifest.operations]
        slices = [self.documents.get_or_fetch(source, name, self.settings.document_max_age_hours).slice for name in names]
        known = self.deps.sources.operations(source)
        arguments = {parameter.name: parameter.default for parameter in query.parameters}
        return lambda: self.deps.live.run(tool, arguments, source, slices, known)

    def tool(self, reference: str) -> RegisteredTool:
        """A registered version."""
        return self.registry.load(reference)

    # What it is made of

    @cached_property
    def database(self) -> Engine:
        return open_database(self.settings.database)

    @cached_property
    def sources(self) -> Connections:
        return Connections(SourceStore(self.database), self.settings.connections, Machine(environment()))

    @cached_property
    def catalogue(self) -> Catalogue:
        return load_catalogue()

    @cached_property
    def fetcher(self) -> Fetcher:
        return fetcher_of(self.catalogue, self.secrets, self._document_model)

    @cached_property
    def documents(self) -> DocumentCache:
        return self._closing(
            DocumentCache(
                self.database,
                self.fetcher,
                now,
                limits=CacheLimits(self.settings.document_max_stale_hours, self.settings.document_cache_mib * MIB),
                configured=self.sources.names,
                needs_approval=is_added_by_hand,
            )
        )

    @cached_property
    def registry(self) -> Registry:
        return Registry(self.settings.library, self.database, now)

    @cached_property
    def runs(self) -> RunStore:
        return RunStore(self.database)

    @cached_property
    def transcripts(self) -> TranscriptStore:
        return TranscriptStore(private_folder(self.settings.home, "transcripts"), Retention(self.settings.transcript_days, now))

    @cached_property
    def replayer(self) -> Replayer:
        from agents.replay import Replayer

        return Replayer(lambda: self.workers, self.transcripts, self.contents, lambda: self.image_digest)

    @cached_property
    def contents(self) -> ContentStore:
        return ContentStore(private_folder(self.settings.home, "contents"))

    @cached_property
    def embedder(self) -> Embedder | None:
        """MiniLM where its weights are installed."""
        from rag.minilm import MiniLmEmbedder, find_weights

        weights = find_weights()
        return MiniLmEmbedder(weights) if weights else None

    @cached_property
    def index(self) -> OperationIndex:
        from rag.index import OperationIndex
        from rag.vectors import VectorStore

        # Where Chroma once kept vectors, and with them whatever was in this process's memory.
        remove_folder(self.settings.home, "vectors")
        return self._closing(OperationIndex(self.embedder, VectorStore(self.database)))

    @cached_property
    def types(self) -> TypeChecker:
        from sandbox.typecheck import TypeChecker

        return self._closing(TypeChecker(self.settings.cache / "types"))

    @cached_property
    def image(self) -> Path:
        """The isolate's image; built now where there is none."""
        from sandbox.image.store import ImageStore

        return ImageStore(self.settings.cache / "images").ensure(lambda _stage, _fraction: None)

    @cached_property
    def image_digest(self) -> str:
        from sandbox.image.store import digest_of

        return digest_of(self.image)

    @cached_property
    def workers(self) -> WorkerPool:
        from sandbox.supervisor import WorkerPool
        from sandbox.turns import Patience

        patience = Patience(self.settings.worker_queue, self.settings.worker_wait_seconds)
        return self._closing(WorkerPool(self.image, self.settings.workers, patience=patience))

    @cached_property
    def transports(self) -> Transports:
        # A second more than the run has: where both are over, it is the run that ran out of time.
        return self._closing(Transports(self.secrets, self.settings.tool_wall_seconds + 1))

    @cached_property
    def runner(self) -> Runner:
        from agents.graph import build_graph, open_checkpoints
        from agents.runner import Runner

        checkpoints = open_checkpoints(self.settings.home / "checkpoints.db")
        self._open.callback(checkpoints.conn.close)
        graph = build_graph(self.deps, checkpoints)
        return Runner(graph, self.runs, self.contents, private_folder(self.settings.home, "locks"), now)

    @cached_property
    def engines(self) -> tuple[AnsweringEngine, ...]:
        """In the order in which they are tried: rules, then the model where one is configured."""
        from agents.rules.engine import RulesEngine
        from sandbox.lint import format_both

        rules = RulesEngine(format_both, now)
        if self._model is None:
            return (rules,)
        from agents.model_engine import ModelEngine

        return (rules, ModelEngine(self._model, format_both))

    @cached_property
    def _model(self) -> TextModel | None:
        if not self.settings.model:
            return None
        from opswright.models import open_model

        return open_model(self.settings, self.secrets, self.database, now)

    @cached_property
    def _document_model(self) -> TextModel | None:
        """The model that reads texts in which rules find no call, in a run or outside of any."""
        if self._model is None:
            return None
        from opswright.models import OutsideRuns

        return OutsideRuns(self._model, lambda: uuid4().hex)

    @cached_property
    def deps(self) -> Deps:
        from agents.knowledge import SourceBook
        from agents.live import LiveRunner
        from agents.state import Deps
        from sandbox.verify import Verifier

        return Deps(
            sources=SourceBook(self.sources, self.documents, self.index),
            documents=self.documents,
            max_age_hours=self.settings.document_max_age_hours,
            registry=self.registry,
            verifier=Verifier(self.types, lambda job, egress: self.workers.run(job, egress), monotonic=time.monotonic, now=now),
            live=LiveRunner(
                lambda: self.workers,
                self.transports.of,
                self.transports.authenticator_of,
                now,
                limits=_limits(self.settings),
                budget=_budget(self.settings),
                image=lambda: self.image_digest,
            ),
            engines=self.engines,
            transcripts=self.transcripts,
            contents=self.contents,
        )

    def _closing(self, made: Closeable) -> Closeable:
        self._open.callback(made.close)
        return made


def open_runtime(settings: Settings) -> Callable[[Path], Runtime]:
    """Makes runtimes with data folders of their own and this process's caches, for measuring."""
    return lambda folder: Runtime(settings.at_home(folder))


def _limits(settings: Settings) -> Limits:
    return Limits(
        cpu_seconds=settings.tool_cpu_seconds,
        wall_seconds=settings.tool_wall_seconds,
        memory_bytes=settings.tool_memory_mib * MIB,
        output_bytes=settings.tool_output_mib * MIB,
    )


def _budget(settings: Settings) -> Budget:
    return Budget(
        requests=settings.tool_requests,
        response_bytes=settings.tool_response_mib * MIB,
        request_bytes=settings.tool_request_mib * MIB,
        seconds=settings.tool_wall_seconds,
    )
