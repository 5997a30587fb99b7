"""AWS's services as a source: the models that come with botocore, cut into slices."""

from __future__ import annotations

from typing import Final

from doc_sources.aws_catalogue import AwsProvider
from doc_sources.aws_effects import load_aws_judge
from doc_sources.aws_services import ServiceModels
from doc_sources.aws_slices import AwsKnowledge, ServiceCutter
from doc_sources.catalogue import Catalogue
from doc_sources.effects import effects_texts
from schemas.base import digest
from schemas.errors import Misconfigured
from schemas.garbage import uncollected
from schemas.source import FetchedSpec, Source, Validators

BASE_URL: Final = "aws://"

_CUTTING: Final = 1
"""Raised when the same models are cut differently: what is cached by then is cut again."""


class BotocoreFetcher:
    """Fulfils `schemas.ports.Fetcher` for `botocore:ec2,rds`, `botocore:*` (all services) and `botocore:` (the catalogue's).

    Fetching reads the installed package and touches no network. Its revision is botocore's version and ours.
    """

    def __init__(self, catalogue: Catalogue) -> None:
        """Raises Misconfigured where the catalogue has no file on AWS."""
        if catalogue.aws is None:
            raise Misconfigured("The catalogue has no file on AWS.", hint="Install the package again.")
        self._provider: AwsProvider = catalogue.aws
        self._models = ServiceModels()
        self._judge = load_aws_judge()
        self._revision = digest([_CUTTING, effects_texts(), self._provider.model_dump(mode="json")])[:12]

    def fetch(self, source: Source, known: Validators | None = None) -> FetchedSpec | None:
        """The services' operations, or None where neither botocore nor our reading of it has changed since `known`.

        Raises SpecUnusable, naming the nearest, for a service that botocore does not have.
        """
        names = self._models.named(source.spec_url, self._provider.services)
        validators = Validators(etag=f"{self._revision} {self._models.version}")
        if validators == known:
            return None
        knowledge = AwsKnowledge(self._judge, self._provider, self._provider.metrics_through(source.name))
        cutters = (ServiceCutter(source.name, self._models.load(name), knowledge) for name in names)
        with uncollected():
            slices = tuple(piece for cutter in cutters for piece in cutter.cut())
        return FetchedSpec(
            title=self._provider.title,
            version=f"botocore {self._models.version}",
            base_url=BASE_URL,
            validators=validators,
            slices=slices,
            document_digest=digest([self._models.version, list(names)]),
        )
