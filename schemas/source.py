"""Where documents come from, where calls go, and a document as the cache holds it."""

from __future__ import annotations

from datetime import datetime

from pydantic import Field as Attribute

from schemas.base import Frozen
from schemas.credential import Credential
from schemas.operation import Slice


class AwsAccess(Frozen):
    """Whom AWS is called as, and where. The keys themselves are the AWS SDK's to find: no secret is kept here.

    `profile` names one of the operator's AWS configuration (empty: the SDK's default chain), `role_arn` a role that is assumed
    from there, `endpoint_url` what stands in for AWS's own addresses (empty: none does).
    """

    regions: tuple[str, ...] = Attribute(min_length=1)
    profile: str = ""
    role_arn: str = ""
    endpoint_url: str = ""


class Source(Frozen):
    """A published API: where its specification is served, where its calls go (empty: it is only read), how they are authenticated.

    `ca` is a reference to the PEM of the only authority that its server's certificate may be of (empty: certifi's are trusted).

    That of AWS has `aws`, a `spec_url` such as `botocore:ec2,cloudwatch` (`botocore:*`: all services) and the base URL `aws://`,
    which a run narrows to one region: `aws://eu-west-1`.
    """

    name: str
    spec_url: str
    base_url: str
    title: str = ""
    credential: Credential | None = None
    ca: str = ""
    aws: AwsAccess | None = None

    @property
    def places(self) -> tuple[str, ...]:
        """Where a question is asked: AWS's regions, else the one nameless place."""
        return self.aws.regions if self.aws else ("",)

    def at(self, place: str) -> Source:
        """The source as one run sees it: bound to one place."""
        return self.model_copy(update={"base_url": f"aws://{place}"}) if self.aws else self


class Validators(Frozen):
    """What a server gave for a conditional request (RFC 9110, section 13)."""

    etag: str = ""
    last_modified: str = ""


class FetchedSpec(Frozen):
    """One fetch of one source: the operations' slices, and what to ask with next time.

    `document_digest` stands for the document before it was cut, by whatever rules; empty where the fetcher can't say.
    """

    title: str
    version: str
    base_url: str
    validators: Validators
    slices: tuple[Slice, ...]
    warnings: tuple[str, ...] = ()
    document_digest: str = ""


class Document(Frozen):
    """A slice with its provenance. `stale_because` is empty, or says why a fresher copy could not be had."""

    slice: Slice
    source_version: str
    fetched_at: datetime
    stale_because: str = ""
