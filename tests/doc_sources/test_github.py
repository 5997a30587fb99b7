"""READMEs and examples of a repository, at one commit, from a server on loopback that answers as GitHub does."""

from __future__ import annotations

from collections.abc import Callable

import orjson
import pytest

from doc_sources.download import Downloader
from doc_sources.github import MOST_EXAMPLE_BYTES, MOST_EXAMPLES, GitHubFetcher
from schemas.base import Json
from schemas.credential import Bearer, Credential
from schemas.errors import Misconfigured, SpecUnusable
from schemas.source import FetchedSpec, Source, Validators
from tests.doc_sources.site import Asked, Reply, Site, site

SHA, TREE, EXAMPLES = "a" * 40, "b" * 40, "c" * 40
README = b"# shop\n\nSells things.\n\n## Usage\n\n`GET /orders` lists orders.\n\n```sh\n$ curl http://shop.example/orders\n```\n"


class Secrets:
    def resolve(self, reference: str) -> str:
        return f"secret-of-{reference}"


def blob(path: str, size: int = 10) -> Json:
    return {"path": path, "type": "blob", "size": size, "sha": "d" * 40}


ROOT = [blob("main.go"), blob("README.md"), {"path": "examples", "type": "tree", "sha": EXAMPLES}]


def repository(examples: list[Json], root: list[Json] = ROOT) -> Callable[[Asked], Reply]:
    """A server of both of GitHub's addresses."""
    answers = {
        "/repos/acme/shop/commits/HEAD": orjson.dumps({"sha": SHA, "commit": {"tree": {"sha": TREE}}}),
        f"/repos/acme/shop/git/trees/{TREE}": orjson.dumps({"tree": root}),
        f"/repos/acme/shop/git/trees/{EXAMPLES}?recursive=1": orjson.dumps({"tree": examples}),
        f"/acme/shop/{SHA}/README.md": README,
    }

    def answer(asked: Asked) -> Reply:
        if asked.headers.get("If-None-Match") == '"1"':
            return Reply(status=304)
        content = answers.get(asked.path, b"print('hello')" if asked.path.startswith(f"/acme/shop/{SHA}/examples/") else None)
        return Reply(status=404) if content is None else Reply(content, headers={"ETag": '"1"'})

    return answer


def fetched(
    served: Site, known: Validators | None = None, address: str = "github:acme/shop", **more: str | Credential
) -> FetchedSpec | None:
    fetcher = GitHubFetcher(Downloader(Secrets()), api_url=served.url, raw_url=served.url, pages_url="https://github.example")
    return fetcher.fetch(Source.model_validate({"name": "shop", "spec_url": address, "base_url": "", **more}), known)


def test_the_readme_and_the_examples_are_passages() -> None:
    with site(repository([blob("basic/list.py")])) as served:
        found = fetched(served)
    assert found is not None
    assert (found.title, found.version) == ("acme/shop", SHA[:12])
    operations = {piece.operation.name: piece.operation for piece in found.slices}
    assert list(operations) == ["readme-md/shop", "readme-md/usage", "examples-basic-list-py/examples-basic-list-py"]
    usage, example = operations["readme-md/usage"], operations["examples-basic-list-py/examples-basic-list-py"]
    assert usage.docs_url == "https://github.example/acme/shop/blob/HEAD/README.md#usage"
    assert usage.summary == "Usage (GET /orders)"
    assert "print('hello')" in example.description
    assert not any(operation.is_callable for operation in operations.values())


def test_an_unchanged_commit_costs_one_request() -> None:
    with site(repository([])) as served:
        first = fetched(served)
        assert first is not None
        served.asked.clear()
        assert fetched(served, first.validators) is None
    assert [asked.path for asked in served.asked] == ["/repos/acme/shop/commits/HEAD"]


def test_a_new_commit_with_the_same_words_has_the_same_slices() -> None:
    with site(repository([])) as served:
        one, other = fetched(served), fetched(served)
    assert one is not None
    assert other is not None
    assert [piece.digest for piece in one.slices] == [piece.digest for piece in other.slices]
    assert SHA not in str(one.slices)


def test_examples_are_bounded_in_number_and_size() -> None:
    many = [blob(f"e{number:02}.py") for number in range(MOST_EXAMPLES + 5)]
    odd = [blob("huge.py", MOST_EXAMPLE_BYTES + 1), blob("picture.png"), {"path": "deeper", "type": "tree"}]
    with site(repository([*odd, blob("large.py", MOST_EXAMPLE_BYTES), *many])) as served:
        fetched(served)
    read = [asked.path.rpartition("/")[2] for asked in served.asked if "/examples/" in asked.path]
    assert len(read) == MOST_EXAMPLES
    assert read[0] == "large.py"
    assert not {"huge.py", "picture.png"} & set(read)


def test_the_credential_goes_to_the_api_alone_and_only_where_it_is_for_that() -> None:
    credential = Bearer(secret="env:TOKEN")
    with site(repository([])) as served:
        fetched(served, credential=credential)
        by_place = {asked.path.startswith("/repos/"): "authorization" in asked.headers for asked in served.asked}
        assert by_place == {True: True, False: False}
        served.asked.clear()
        fetched(served, credential=credential, base_url="https://shop.example")
    assert not any("authorization" in asked.headers for asked in served.asked)


def test_a_repository_without_texts_is_refused() -> None:
    with site(repository([], root=[blob("main.go")])) as served, pytest.raises(SpecUnusable, match="neither a README nor examples"):
        fetched(served)


@pytest.mark.parametrize(
    "address", ["github:acme", "github:acme/..", "github:acme/shop/../../other", "github:a b/c", "github:/shop", "github:acme/"]
)
def test_an_address_that_names_no_repository_is_never_asked(address: str) -> None:
    with site(repository([])) as served, pytest.raises(Misconfigured, match="names no repository"):
        fetched(served, address=address)
    assert served.asked == []


@pytest.mark.parametrize("answer", [b"<html>", b"[]", b'{"sha": "../../x", "commit": {"tree": {"sha": "b"}}}'])
def test_what_is_no_commit_is_refused(answer: bytes) -> None:
    with site(lambda _: Reply(answer)) as served, pytest.raises(SpecUnusable):
        fetched(served)
