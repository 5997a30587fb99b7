"""Descriptions of APIs: reading each published one, AWS's whole catalogue, and what a look that finds nothing new costs."""

from __future__ import annotations

import multiprocessing
import os
import re
import tempfile
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, TypeVar

from pydantic import BaseModel, TypeAdapter
from sqlalchemy import create_engine

from doc_sources.botocore_models import BotocoreFetcher
from doc_sources.catalogue import load_catalogue
from doc_sources.download import Downloader
from doc_sources.effects import load_judge
from doc_sources.fetcher import OpenApiFetcher
from doc_sources.file_tree import is_archive
from doc_sources.formats import reading
from doc_sources.formats.volcengine import COMPANION
from doc_sources.slices import Cutter
from doc_sources.spec_fetcher import SpecFetcher
from doc_sources.specification import Specification
from eval.bench.conditions import Conditions
from eval.bench.figures import Figure, percentile, timed
from eval.bench.runs import peak_mib
from rag.cache import DocumentCache
from rag.tables import metadata
from schemas.errors import Misconfigured
from schemas.ports import Fetcher
from schemas.source import AwsAccess, Source

EVERY_SERVICE: Final = "botocore:*"
QUICK_SERVICES: Final = "botocore:ec2,rds,iam,s3"

Task = TypeVar("Task")
Result = TypeVar("Result")


class _Listed(BaseModel):
    """What we read of one entry of `manifest.json`."""

    file: str
    operations: int | None = None

    @property
    def is_read(self) -> bool:
        """AWS's models come with botocore, and a file of titles is read with the one that it is about."""
        return not (self.file.startswith("botocore/") or self.file.endswith(f".{COMPANION}"))


class _Manifest(BaseModel):
    files: list[_Listed]


@dataclass(frozen=True)
class Reading:
    """One description, read in a process of its own."""

    operations: int
    seconds: float
    slice_milliseconds: tuple[float, ...]
    peak_mib: float


def run(conditions: Conditions) -> list[Figure]:
    """Raises Misconfigured where there is no folder of descriptions."""
    if conditions.specs is None:
        raise Misconfigured(
            "There are no descriptions to measure on.", hint="Set OPSWRIGHT_SPECS to a folder of them with a manifest.json."
        )
    listed = TypeAdapter(_Manifest).validate_json((conditions.specs / "manifest.json").read_bytes()).files
    files = {str(conditions.specs / entry.file): entry.operations or 0 for entry in listed if entry.is_read}
    return [
        *_each(conditions.specs, files, 1 if conditions.quick else 5),
        *_in_own_process(_aws, QUICK_SERVICES if conditions.quick else EVERY_SERVICE),
        *_in_own_process(_unchanged, (tuple(files), QUICK_SERVICES if conditions.quick else EVERY_SERVICE)),
    ]


def _each(folder: Path, files: Mapping[str, int], repetitions: int) -> Iterator[Figure]:
    """A process for each file, so that its peak of memory is its own."""
    lost, cuts = 0, list[float]()
    for file, operations in files.items():
        found = _in_own_process(_reading, (file, repetitions))
        name, note = str(Path(file).relative_to(folder)), f"{found.operations:,} operations, peak {found.peak_mib:.0f} MiB"
        yield Figure(name=f"read {name}", value=found.seconds, unit="s", note=note)
        lost += max(0, operations - found.operations)
        cuts += found.slice_milliseconds
    yield Figure(name="operations lost against the manifest", value=lost, unit="operations", note=f"of {sum(files.values()):,}")
    for percent in (50, 99):
        yield Figure(name=f"cut of a slice, p{percent}", value=percentile(cuts, percent), unit="ms", note=f"{len(cuts):,} slices")


def _reading(task: tuple[str, int]) -> Reading:
    """From the file's address to all operations, the least of some repetitions: what else the machine does only adds to it."""
    file, repetitions = task
    fetcher, source = _addressed(), _source(file)
    seconds, operations = [], 0
    for _ in range(repetitions):
        fetched, milliseconds = timed(lambda: fetcher.fetch(source))
        operations = len(fetched.slices) if fetched else 0
        seconds.append(milliseconds / 1000)
    return Reading(operations, min(seconds), tuple(_slice_milliseconds(Path(file))), peak_mib(os.getpid()))


def _aws(address: str) -> list[Figure]:
    """A fresh database and AWS's services into it, then out of it, as another process would find them."""
    with tempfile.TemporaryDirectory() as folder:
        source = _account(address)
        first = _cache(Path(folder))
        _, cold = timed(lambda: first.refresh(source))
        memory = peak_mib(os.getpid())
        again = _cache(Path(folder))
        operations, warm = timed(lambda: again.operations(source.name))
        _, unchanged = timed(lambda: again.refresh(source))
    note = f"{address}, {len(operations):,} operations"
    return [
        Figure(name="AWS's services, read and kept", value=cold / 1000, unit="s", note=f"{note}, peak {memory:,.0f} MiB"),
        Figure(name="AWS's services, out of the cache", value=warm / 1000, unit="s", note=note),
        Figure(name="AWS's services, unchanged", value=unchanged / 1000, unit="s", note=note),
    ]


def _unchanged(task: tuple[tuple[str, ...], str]) -> list[Figure]:
    """Everything that is configured, looked at again, and nothing is new."""
    files, services = task
    with tempfile.TemporaryDirectory() as folder:
        cache = _cache(Path(folder))
        sources = [*map(_source, files), _account(services)]
        for source in sources:
            cache.refresh(source)
        _, unchanged = timed(lambda: [cache.refresh(source) for source in sources])
    return [Figure(name="everything, unchanged", value=unchanged / 1000, unit="s", note=f"{len(sources)} sources")]


def _slice_milliseconds(file: Path) -> Iterator[float]:
    """Of a description in one file, each slice with all that comes before it in the document already read."""
    content = file.read_bytes()
    if is_archive(content):
        return
    description = reading.read(content, str(file))
    slices = Cutter(Specification(description.root), "measured", load_judge(""), description.protocol).cut()
    while True:
        piece, milliseconds = timed(lambda: next(slices, None))
        if piece is None:
            return
        yield milliseconds


def _cache(folder: Path) -> DocumentCache:
    """As another process would open it."""
    engine = create_engine(f"sqlite:///{folder / 'documents.db'}")
    metadata.create_all(engine)
    catalogue = load_catalogue()
    fetcher = SpecFetcher(_addressed(), lambda: BotocoreFetcher(catalogue), _none)
    return DocumentCache(engine, fetcher, lambda: datetime.now(UTC))


def _addressed() -> OpenApiFetcher:
    return OpenApiFetcher(Downloader(_NoSecrets()), load_catalogue())


class _NoSecrets:
    def resolve(self, reference: str) -> str:
        raise LookupError(reference)


def _none() -> Fetcher:
    raise LookupError("no page of GitHub's is among what is measured")


def _source(file: str) -> Source:
    return Source(name=re.sub(r"\W+", "-", file), spec_url=file, base_url="http://measured.invalid")


def _account(address: str) -> Source:
    return Source(name="aws", spec_url=address, base_url="aws://", aws=AwsAccess(regions=("eu-west-1",)))


def _in_own_process(work: Callable[[Task], Result], task: Task) -> Result:
    """Started afresh rather than forked, or it would begin with this one's memory."""
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as process:
        return process.submit(work, task).result()
