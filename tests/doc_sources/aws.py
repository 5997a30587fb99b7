"""AWS's services, cut once for all tests of a process."""

from __future__ import annotations

from functools import cache

from doc_sources.botocore_models import BotocoreFetcher
from doc_sources.catalogue import load_catalogue
from schemas.operation import Operation, Slice
from schemas.source import AwsAccess, Source


def aws(spec_url: str) -> Source:
    """A source of these services."""
    return Source(name="aws", spec_url=spec_url, base_url="aws://", aws=AwsAccess(regions=("us-east-1",)))


@cache
def cut(*services: str) -> dict[str, Slice]:
    """The slices of services by the operation's name."""
    fetched = BotocoreFetcher(load_catalogue()).fetch(aws(f"botocore:{','.join(services)}"))
    assert fetched is not None
    return {piece.operation.name: piece for piece in fetched.slices}


def operation(name: str) -> Operation:
    """One operation, such as `ec2.DescribeInstances`."""
    return cut(name.partition(".")[0])[name].operation
