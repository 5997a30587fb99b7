from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from doc_sources.store import SourceStore, metadata
from schemas.credential import ApiKey, Basic, Bearer, Credential, Mtls
from schemas.errors import Misconfigured, NotFound
from schemas.source import AwsAccess, Source
from tests.databases import database


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    with database(tmp_path, metadata) as made:
        yield made


@pytest.fixture
def store(engine: Engine) -> SourceStore:
    return SourceStore(engine)


def source(name: str = "registry", **more: str) -> Source:
    return Source.model_validate({"name": name, "spec_url": "http://a/openapi.json", "base_url": "http://a", "title": "A", **more})


def with_secret(secret: str) -> Source:
    return source().model_copy(update={"credential": Bearer(secret=secret)})


def test_a_source_is_kept_as_it_is(store: SourceStore, engine: Engine) -> None:
    added = with_secret("env:TOKEN")
    store.add(added)
    store.add(source("glances"))
    assert SourceStore(engine).get("registry") == added
    assert SourceStore(engine).all() == (source("glances"), added)


def test_whom_aws_is_called_as_is_kept(store: SourceStore, engine: Engine) -> None:
    access = AwsAccess(regions=("us-east-1", "eu-west-1"), profile="prod", role_arn="arn:aws:iam::1:role/r", endpoint_url="http://a")
    added = source("aws", spec_url="botocore:", base_url="aws://").model_copy(update={"aws": access})
    store.add(added)
    assert SourceStore(engine).get("aws") == added
    fewer = added.model_copy(update={"aws": AwsAccess(regions=("us-east-1",))})
    store.add(fewer)
    assert store.all() == (fewer,)


def test_an_endpoint_with_a_password_in_it_is_refused(store: SourceStore) -> None:
    access = AwsAccess(regions=("us-east-1",), endpoint_url="http://me:s3cr3t@a")
    with pytest.raises(Misconfigured, match="has a user or password in it") as raised:
        store.add(source().model_copy(update={"aws": access}))
    assert "s3cr3t" not in str(raised.value)


def test_the_same_specification_under_the_same_name_is_replaced(store: SourceStore) -> None:
    store.add(with_secret("env:TOKEN"))
    store.add(source(title="B"))
    assert store.all() == (source(title="B"),)


def test_a_name_is_not_given_to_a_second_specification(store: SourceStore) -> None:
    store.add(source())
    with pytest.raises(Misconfigured, match=r"'registry' is taken by the source at 'http://a/openapi\.json'\. Choose another name"):
        store.add(source(spec_url="http://b/openapi.json"))
    assert store.get("registry") == source()


def test_an_unknown_source_is_not_found_and_the_known_ones_are_named(store: SourceStore) -> None:
    with pytest.raises(NotFound, match="no source 'x'; there is none yet"):
        store.get("x")
    store.add(source("b"))
    store.add(source("a"))
    with pytest.raises(NotFound, match="no source 'x'; there are: a, b"):
        store.get("x")
    with pytest.raises(NotFound, match="no source 'x'; there are: a, b"):
        store.remove("x")


def test_a_removed_source_is_gone_and_its_name_is_free(store: SourceStore) -> None:
    store.add(source())
    store.remove("registry")
    assert store.all() == ()
    store.add(source(spec_url="http://b/openapi.json"))


@pytest.mark.parametrize("name", ["", "a:b", "a b", "-a", "ünder", "a/b", "x" * 65])
def test_a_name_that_would_not_fit_an_operation_s_id_is_refused(store: SourceStore, name: str) -> None:
    with pytest.raises(Misconfigured, match="can't be the name of a source"):
        store.add(source(name))


@pytest.mark.parametrize("name", ["a", "Prod-EU_1.api", "x" * 64])
def test_a_plain_name_is_accepted(store: SourceStore, name: str) -> None:
    store.add(source(name))


@pytest.mark.parametrize(
    "more",
    [
        {"credential": Basic(user="ann", secret="env:PASSWORD")},
        {"credential": ApiKey(header="X-Key", secret="env:KEY")},
        {"credential": Mtls(certificate="file:/c", key="file:/k")},
        {"ca": "file:/ca.pem"},
    ],
)
def test_what_only_the_file_of_connections_holds_is_not_kept(store: SourceStore, more: dict[str, Credential | str]) -> None:
    with pytest.raises(Misconfigured, match=r"'registry' can't be kept here.*connections\.yaml"):
        store.add(source().model_copy(update=more))
    assert store.all() == ()


@pytest.mark.parametrize("secret", ["env:TOKEN", "env:_t0", "file:/run/secrets/token"])
def test_a_reference_is_kept(store: SourceStore, secret: str) -> None:
    store.add(with_secret(secret))
    assert store.get("registry") == with_secret(secret)


@pytest.mark.parametrize("field", ["spec_url", "base_url"])
def test_a_password_in_an_address_is_refused_without_repeating_it(store: SourceStore, field: str) -> None:
    with pytest.raises(Misconfigured, match="has a user or password in it") as caught:
        store.add(source(**{field: "http://ann:pa55@a/x"}))
    assert "pa55" not in str(caught.value)


def test_an_at_sign_later_in_an_address_is_no_password(store: SourceStore) -> None:
    store.add(source(spec_url="http://a/users/@me"))
