from __future__ import annotations

import pytest

from doc_sources.spec_fetcher import SpecFetcher
from schemas.ports import Fetcher
from schemas.source import FetchedSpec, Source, Validators


class Titled:
    """Fetches nothing but a title."""

    def __init__(self, title: str) -> None:
        self._title = title

    def fetch(self, source: Source, known: Validators | None) -> FetchedSpec | None:
        return FetchedSpec(title=self._title, version="", base_url="", validators=known or Validators(), slices=())


@pytest.mark.parametrize(
    ("url", "title"),
    [
        ("botocore:", "aws"),
        ("botocore:ec2", "aws"),
        ("https://botocore/openapi.json", "openapi"),
        ("/etc/botocore:", "openapi"),
        ("github:grafana/loki", "github"),
        ("https://github.com/grafana/loki", "openapi"),
    ],
)
def test_a_source_goes_to_the_fetcher_of_its_kind(url: str, title: str) -> None:
    known = Validators(etag="1")
    fetched = SpecFetcher(Titled("openapi"), lambda: Titled("aws"), lambda: Titled("github")).fetch(
        Source(name="x", spec_url=url, base_url=""), known
    )
    assert fetched is not None
    assert (fetched.title, fetched.validators) == (title, known)


def test_that_of_aws_is_made_once_and_not_before_it_is_needed() -> None:
    made: list[Fetcher] = []

    def make() -> Fetcher:
        made.append(Titled("aws"))
        return made[-1]

    fetcher = SpecFetcher(Titled("openapi"), make, lambda: Titled("github"))
    fetcher.fetch(Source(name="x", spec_url="https://a", base_url=""))
    assert made == []
    for _ in range(2):
        fetcher.fetch(Source(name="x", spec_url="botocore:", base_url=""))
    assert len(made) == 1
