"""The estate's operations as its live specification gives them, and what an engine plans on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic

import pytest

from agents.knowledge import Knowledge
from agents.rules.engine import RulesEngine
from doc_sources.botocore_models import BotocoreFetcher
from doc_sources.catalogue import load_catalogue
from doc_sources.download import Downloader
from doc_sources.fetcher import OpenApiFetcher
from eval.estate.app import create_app
from eval.estate.serve import serving
from rag.index import OperationIndex
from sandbox.image.store import ImageStore
from sandbox.supervisor import WorkerPool
from sandbox.typecheck import TypeChecker
from sandbox.verify import Verifier
from schemas.operation import Slice
from schemas.source import AwsAccess, Source

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
CACHE = Path(__file__).parents[2] / ".cache"

AWS_SERVICES = (
    "ec2", "cloudwatch", "rds", "lambda", "s3", "iam", "autoscaling", "elbv2", "elb", "cloudformation", "fsx", "elasticache", "service-quotas",
)  # fmt: skip


class NoSecrets:
    """Resolves nothing; the specification is public."""

    def resolve(self, reference: str) -> str:
        raise AssertionError(f"nobody needs {reference}")


@pytest.fixture(scope="session")
def slices() -> Mapping[str, Slice]:
    """By operation id."""
    with serving(create_app(now=NOW)) as url:
        fetched = OpenApiFetcher(Downloader(NoSecrets()), load_catalogue()).fetch(
            Source(name="estate", spec_url=f"{url}/openapi.json", base_url=url)
        )
    assert fetched is not None
    return {piece.operation.id: piece for piece in fetched.slices}


@pytest.fixture(scope="session")
def knowledge(slices: Mapping[str, Slice]) -> Knowledge:
    operations = [piece.operation for piece in slices.values()]
    index = OperationIndex()
    index.rebuild(operations)
    return Knowledge(index, operations, None)


@pytest.fixture(scope="session")
def types() -> Iterator[TypeChecker]:
    with TypeChecker(CACHE / "types") as checker:
        yield checker


@pytest.fixture(scope="session")
def verifier(types: TypeChecker) -> Iterator[Verifier]:
    """The real one, with workers of its own."""
    image = ImageStore(CACHE / "images").ensure(lambda _stage, _fraction: None)
    with WorkerPool(image) as pool:
        yield Verifier(types, pool.run, monotonic=monotonic)


@pytest.fixture(scope="session")
def engine() -> RulesEngine:
    return RulesEngine(lambda source, tests: (source, tests), lambda: NOW)


@pytest.fixture(scope="session")
def aws_slices() -> Mapping[str, Slice]:
    """Those of enough services that their names overlap, by operation id."""
    source = Source(name="aws", spec_url=f"botocore:{','.join(AWS_SERVICES)}", base_url="aws://", aws=AwsAccess(regions=("us-east-1",)))
    fetched = BotocoreFetcher(load_catalogue()).fetch(source)
    assert fetched is not None
    return {piece.operation.id: piece for piece in fetched.slices}


@pytest.fixture(scope="session")
def aws_knowledge(aws_slices: Mapping[str, Slice]) -> Knowledge:
    operations = [piece.operation for piece in aws_slices.values()]
    index = OperationIndex()
    index.rebuild(operations, {"aws": "Amazon Web Services"})
    return Knowledge(index, operations, None)
