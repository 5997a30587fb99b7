"""AWS's services as a source."""

from __future__ import annotations

import pytest
from botocore.exceptions import UnknownServiceError
from botocore.loaders import Loader

from doc_sources.aws_services import ServiceModels
from doc_sources.botocore_models import BotocoreFetcher
from doc_sources.catalogue import Catalogue, load_catalogue
from schemas.errors import Misconfigured, SpecUnusable
from schemas.source import Validators
from tests.doc_sources.aws import aws

CATALOGUE = load_catalogue()


@pytest.fixture
def fetcher() -> BotocoreFetcher:
    return BotocoreFetcher(CATALOGUE)


def test_each_service_that_is_named_is_cut_once_in_this_order(fetcher: BotocoreFetcher) -> None:
    fetched = fetcher.fetch(aws("botocore:sts, sqs,sts"))
    assert fetched is not None
    services = list(dict.fromkeys(piece.operation.name.partition(".")[0] for piece in fetched.slices))
    names = [piece.operation.name for piece in fetched.slices]
    assert (services, len(names)) == (["sts", "sqs"], len(set(names)))
    assert (fetched.title, fetched.base_url, fetched.version[:9]) == ("Amazon Web Services", "aws://", "botocore ")


def test_what_has_not_changed_is_not_cut_again(fetcher: BotocoreFetcher) -> None:
    fetched = fetcher.fetch(aws("botocore:sts"))
    assert fetched is not None
    assert fetcher.fetch(aws("botocore:sts"), fetched.validators) is None
    assert BotocoreFetcher(CATALOGUE).fetch(aws("botocore:sts"), fetched.validators) is None


def test_what_was_cut_by_another_catalogue_or_botocore_is_cut_again(fetcher: BotocoreFetcher) -> None:
    known = fetcher.fetch(aws("botocore:sts"))
    assert known is not None
    assert CATALOGUE.aws is not None
    other = CATALOGUE.aws.model_copy(update={"words": ("cloud",)})
    assert BotocoreFetcher(Catalogue({}, other)).fetch(aws("botocore:sts"), known.validators) is not None
    older = Validators(etag=known.validators.etag.replace(" ", " 0."))
    assert fetcher.fetch(aws("botocore:sts"), older) is not None


@pytest.mark.parametrize(
    ("url", "nearest"), [("botocore:ec3", "ecs, ecr, ec2"), ("botocore:ec2,dynamodbb", "dynamodb"), ("botocore:ec2,", "")]
)
def test_an_unknown_service_is_refused_with_the_nearest(fetcher: BotocoreFetcher, url: str, nearest: str) -> None:
    with pytest.raises(SpecUnusable, match=r"botocore [\d.]+ knows no AWS service") as raised:
        fetcher.fetch(aws(url))
    assert nearest in raised.value.hint


@pytest.mark.parametrize("service", ["sts", "glue", "inspector2"], ids=["plain", "paginators with extras", "the same"])
def test_models_are_read_as_botocore_reads_them(service: str) -> None:
    loader, read = Loader(), ServiceModels().load(service)
    assert read.model == loader.load_service_model(service, "service-2")
    try:
        paginators = loader.load_service_model(service, "paginators-1")["pagination"]
    except UnknownServiceError:
        paginators = {}
    assert read.paginators == paginators


def test_without_a_file_on_aws_there_is_no_fetcher() -> None:
    with pytest.raises(Misconfigured, match="no file on AWS"):
        BotocoreFetcher(Catalogue({}))
