"""Connections of the file against servers that demand each kind of credential; what is kept where, and what is said of mistakes."""

from __future__ import annotations

import base64
import json
import logging
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from opswright.cli.opening import set_up_logging
from opswright.connections import Connections, Machine
from opswright.settings import Settings
from opswright.wiring import Runtime
from sandbox.broker.broker import Broker
from sandbox.broker.grant import Grant
from sandbox.broker.wire import TransportFailure, WireRequest
from schemas.credential import Bearer
from schemas.errors import BackendUnavailable, Misconfigured, NotFound
from schemas.run import Transcript
from schemas.source import Source
from tests.opswright.authority import Authority
from tests.opswright.demanding import HOSTS, Asked, Demanding, demanding, server_side, written
from tests.sandbox.broker.token_endpoint import Endpoint, key_file
from tests.sandbox.broker.token_endpoint import serving as giving

SECRET = "s3cr3t value/5d1c+"
TOKEN = "t0ken-5d1c-of-the-tests"


@pytest.fixture(scope="module")
def authority() -> Authority:
    return Authority()


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    file = tmp_path / "secret"
    file.write_text(SECRET)
    return file


def write(settings: Settings, text: str) -> None:
    settings.connections.parent.mkdir(parents=True, exist_ok=True)
    settings.connections.write_text(text)


def asked_hosts(runtime: Runtime, source: Source) -> tuple[bytes, Transcript]:
    """What a tool would get from /hosts, once the description is read, and what is put on record."""
    runtime.documents.refresh(source)
    piece = runtime.documents.get_or_fetch(source, "list_hosts", 1.0).slice
    grant = Grant(source, (piece,), (piece.operation,))
    broker = Broker(grant, runtime.transports.of(source), authenticate=runtime.transports.authenticator_of(source))
    try:
        body = broker.exchange(WireRequest("GET", f"{source.base_url}/hosts")).body
    finally:
        transcript = broker.transcript(datetime(2026, 1, 1, tzinfo=UTC))
    return body, transcript


def has_basic(asked: Asked) -> bool:
    return "Basic " + base64.b64encode(f"ann:{SECRET}".encode()).decode() == asked.headers["authorization"]


KINDS: dict[str, tuple[str, Callable[[Asked], bool]]] = {
    "bearer": ("bearer: {secret: 'file:FILE.token'}", lambda asked: asked.headers.get("authorization") == f"Bearer {TOKEN}"),
    "basic": ("basic: {user: ann, secret: 'file:FILE'}", has_basic),
    "header": ("api_key: {header: X-API-Key, secret: 'file:FILE'}", lambda asked: asked.headers.get("x-api-key") == SECRET),
    "prefix": (
        "api_key: {header: Authorization, prefix: 'Token token=', secret: 'file:FILE'}",
        lambda asked: asked.headers.get("authorization") == f"Token token={SECRET}",
    ),
    "query": ("api_key: {query: key, secret: 'file:FILE'}", lambda asked: asked.query.get("key") == SECRET),
}


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_opens_description_and_calls_and_is_written_nowhere(
    settings: Settings, secret: Path, kind: str, caplog: pytest.LogCaptureFixture
) -> None:
    set_up_logging("info")
    caplog.set_level(logging.DEBUG, logger="httpcore")
    secret.with_name("secret.token").write_text(TOKEN)
    auth, accepts = KINDS[kind]
    with demanding(accepts) as server, Runtime(settings) as runtime:
        write(settings, f"site: {{spec: {server.url}/openapi.json, base_url: {server.url}, auth: {{{auth.replace('FILE', str(secret))}}}}}")
        body, transcript = asked_hosts(runtime, runtime.sources.get("site"))
    assert json.loads(body) == HOSTS
    assert transcript.calls[0].url == f"{server.url}/hosts"
    encoded = base64.b64encode(f"ann:{SECRET}".encode()).decode()
    for hidden in (SECRET, TOKEN, encoded, "s3cr3t"):
        assert hidden not in transcript.model_dump_json() + caplog.text + repr(runtime.sources.all())
        assert not [path for path in settings.home.rglob("*") if path.is_file() and hidden.encode() in path.read_bytes()]


def test_a_question_is_answered_and_its_key_in_the_query_is_in_no_file(settings: Settings, secret: Path, tmp_path: Path) -> None:
    with demanding(KINDS["query"][1]) as server, Runtime(settings) as runtime:
        auth = f"api_key: {{query: key, secret: 'file:{secret}'}}"
        write(settings, f"site: {{spec: {server.url}/openapi.json, base_url: {server.url}, auth: {{{auth}}}}}")
        record = runtime.ask("list hosts", on_step=lambda _: None)
    assert record.answer
    assert sorted(str(row[0]) for row in record.answer.rows) == ["db-1", "web-1"]
    left = [path for folder in ("home", "library") for path in (tmp_path / folder).rglob("*") if path.is_file()]
    assert left
    assert not [path for path in left if b"s3cr3t" in path.read_bytes()]


def test_a_connection_that_is_not_set_up_leaves_the_others_to_answer(settings: Settings, secret: Path) -> None:
    with demanding(KINDS["query"][1]) as server, Runtime(settings) as runtime:
        site = f"spec: {server.url}/openapi.json, base_url: {server.url}"
        write(
            settings,
            f"site: {{{site}, auth: {{api_key: {{query: key, secret: 'file:{secret}'}}}}}}\n"
            f"unset: {{{site}, auth: {{bearer: {{secret: env:OPSWRIGHT_TEST_UNSET}}}}}}\n",
        )
        assert runtime.ask("list hosts", on_step=lambda _: None).answer


@pytest.mark.parametrize("kind", KINDS)
def test_a_wrong_secret_is_refused_without_being_shown(settings: Settings, secret: Path, kind: str) -> None:
    secret.write_text("wr0ng-secret")
    secret.with_name("secret.token").write_text("wr0ng-secret")
    auth, accepts = KINDS[kind]
    with demanding(accepts) as server, Runtime(settings) as runtime:
        write(settings, f"site: {{spec: {server.url}/openapi.json, base_url: {server.url}, auth: {{{auth.replace('FILE', str(secret))}}}}}")
        with pytest.raises(Misconfigured, match="answered 401") as refused:
            runtime.documents.refresh(runtime.sources.get("site"))
    assert "wr0ng" not in str(refused.value)


def test_a_key_in_the_query_is_in_no_failure(settings: Settings, secret: Path) -> None:
    write(
        settings,
        f"site: {{spec: http://127.0.0.1:9/o, base_url: 'http://127.0.0.1:9', auth: {{api_key: {{query: key, secret: 'file:{secret}'}}}}}}",
    )
    with Runtime(settings) as runtime:
        source = runtime.sources.get("site")
        signed = runtime.transports.authenticator_of(source)(WireRequest("GET", "http://127.0.0.1:9/hosts?a=b&key=mine"))
        with pytest.raises(TransportFailure) as away:
            runtime.transports.of(source).send(signed.request)
        with pytest.raises(BackendUnavailable) as unread:
            runtime.documents.refresh(source)
    assert signed.request.url == "http://127.0.0.1:9/hosts?a=b&key=s3cr3t%20value%2F5d1c%2B"
    assert "s3cr3t" not in f"{away.value!r} {unread.value!r} {signed!r}"


def test_what_a_server_echoes_of_a_key_is_taken_out(settings: Settings, secret: Path) -> None:
    secret.write_text("db-1 echoed")
    with demanding(lambda asked: True, hosts=[{"name": "db-1 echoed"}]) as server, Runtime(settings) as runtime:
        auth = f"api_key: {{header: X-Key, secret: 'file:{secret}'}}"
        write(settings, f"site: {{spec: {server.url}/openapi.json, base_url: {server.url}, auth: {{{auth}}}}}")
        body, transcript = asked_hosts(runtime, runtime.sources.get("site"))
    assert b"echoed" not in body
    assert "echoed" not in transcript.model_dump_json()


# Tokens and signatures

GRANTS = {
    "google": "google: {secret: 'file:FOLDER/key.json', token_url: 'URL'}",
    "oauth2": "oauth2: {token_url: 'URL', client_id: app, secret: 'file:FOLDER/secret'}",
}


@pytest.mark.parametrize("kind", GRANTS)
def test_a_token_opens_calls_and_is_sent_and_written_nowhere_else(
    settings: Settings, secret: Path, kind: str, caplog: pytest.LogCaptureFixture
) -> None:
    set_up_logging("info")
    caplog.set_level(logging.DEBUG, logger="httpcore")
    secret.with_name("key.json").write_text(key_file())
    tokens = Endpoint(clients={"app": SECRET}, now=datetime.now(UTC))
    bears = {"/openapi.json": None, "/hosts": "Bearer token-1.abcdef"}
    with (
        giving(tokens),
        demanding(lambda asked: asked.headers.get("authorization") == bears[asked.path]) as server,
        Runtime(settings) as runtime,
    ):
        auth = GRANTS[kind].replace("FOLDER", str(secret.parent)).replace("URL", tokens.url)
        write(settings, f"site: {{spec: {server.url}/openapi.json, base_url: {server.url}, auth: {{{auth}}}}}")
        for _ in range(2):
            body, transcript = asked_hosts(runtime, runtime.sources.get("site"))
    assert json.loads(body) == HOSTS
    assert tokens.given == ["token-1.abcdef"]
    for hidden in (SECRET, "token-1.abcdef", "PRIVATE KEY", tokens.asked[0].get("assertion", SECRET)):
        assert hidden not in transcript.model_dump_json() + caplog.text + repr(runtime.sources.all())
        assert not [path for path in settings.home.rglob("*") if path.is_file() and hidden.encode() in path.read_bytes()]


def test_a_private_authority_of_a_token_endpoint_is_the_only_one_trusted(settings: Settings, secret: Path, authority: Authority) -> None:
    (secret.parent / "ca.crt").write_text(authority.certificate)
    with demanding(lambda _: True, server_side(secret.parent, authority)) as server, Runtime(settings) as runtime:
        site = f"spec: /s, base_url: {server.url}"
        grant = f"token_url: '{server.url}/token', client_id: app, secret: 'file:{secret}'"
        write(
            settings,
            f"trusting: {{{site}, auth: {{oauth2: {{{grant}, ca: {secret.parent}/ca.crt}}}}}}\n"
            f"careful: {{{site}, auth: {{oauth2: {{{grant}}}}}}}\n",
        )
        request = WireRequest("GET", f"{server.url}/hosts")
        with pytest.raises(BackendUnavailable, match=r"token endpoint of trusting .* answered 501"):  # it only knows GET
            runtime.transports.authenticator_of(runtime.sources.get("trusting"))(request)
        with pytest.raises(TransportFailure, match="CERTIFICATE_VERIFY_FAILED"):
            runtime.transports.authenticator_of(runtime.sources.get("careful"))(request)


def test_volcano_engine_s_signature_is_on_calls_only(settings: Settings, secret: Path) -> None:
    secret.write_text(TOKEN)

    def accepts(asked: Asked) -> bool:
        return asked.path == "/openapi.json" or asked.headers.get("authorization", "").startswith("HMAC-SHA256 Credential=")

    with demanding(accepts) as server, Runtime(settings) as runtime:
        auth = f"volcengine: {{access_key: 'file:{secret}', secret_key: 'file:{secret}', region: cn-beijing, service: ecs}}"
        write(settings, f"site: {{spec: {server.url}/openapi.json, base_url: {server.url}, auth: {{{auth}}}}}")
        body, transcript = asked_hosts(runtime, runtime.sources.get("site"))
    assert json.loads(body) == HOSTS
    assert "authorization" not in server.asked[0].headers
    assert "SignedHeaders=host;x-content-sha256;x-date" in server.asked[-1].headers["authorization"]
    assert TOKEN not in transcript.model_dump_json()


# Certificates


@pytest.fixture
def site(tmp_path: Path, authority: Authority) -> Iterator[Demanding]:
    """Lets in only clients with a certificate of the authority; its own is of that, too."""
    with demanding(lambda asked: bool(asked.client), server_side(tmp_path, authority, wants_clients=True)) as server:
        yield server


def mutual(settings: Settings, site: Demanding, certificate: Path, key: Path, ca: Path | None) -> None:
    trust = f", ca: {ca}" if ca else ""
    auth = f"auth: {{mtls: {{certificate: {certificate}, key: 'file:{key}'{trust}}}}}"
    write(settings, f"site: {{spec: {site.url}/openapi.json, base_url: {site.url}, {auth}}}")


def test_a_client_certificate_opens_description_and_calls(
    settings: Settings, tmp_path: Path, authority: Authority, site: Demanding
) -> None:
    certificate, key, _ = written(tmp_path, "client", authority.issue("opswright"))
    (tmp_path / "ca.crt").write_text(authority.certificate)
    mutual(settings, site, certificate, key, tmp_path / "ca.crt")
    with Runtime(settings) as runtime:
        body, transcript = asked_hosts(runtime, runtime.sources.get("site"))
    assert json.loads(body) == HOSTS
    assert {asked.client for asked in site.asked} == {"opswright"}
    assert "PRIVATE KEY" not in transcript.model_dump_json()
    assert not [path for path in settings.home.rglob("*") if path.is_file() and b"PRIVATE KEY" in path.read_bytes()]


def test_a_renewed_certificate_is_shown_from_the_next_run_on(
    settings: Settings, tmp_path: Path, authority: Authority, site: Demanding
) -> None:
    certificate, key, _ = written(tmp_path, "client", authority.issue("before"))
    (tmp_path / "ca.crt").write_text(authority.certificate)
    mutual(settings, site, certificate, key, tmp_path / "ca.crt")
    with Runtime(settings) as runtime:
        source = runtime.sources.get("site")
        first = runtime.transports.of(source)
        assert first is runtime.transports.of(source)
        first.send(WireRequest("GET", f"{site.url}/hosts"))
        written(tmp_path, "client", authority.issue("after"))
        runtime.transports.of(source).send(WireRequest("GET", f"{site.url}/hosts"))
    assert [asked.client for asked in site.asked] == ["before", "after"]


def test_a_server_of_another_authority_is_not_trusted(settings: Settings, tmp_path: Path, authority: Authority, site: Demanding) -> None:
    certificate, key, _ = written(tmp_path, "client", authority.issue("opswright"))
    (tmp_path / "ca.crt").write_text(Authority().certificate)
    for ca in (tmp_path / "ca.crt", None):
        mutual(settings, site, certificate, key, ca)
        with Runtime(settings) as runtime:
            source = runtime.sources.get("site")
            with pytest.raises(TransportFailure, match=r"give its authority as ca in connections\.yaml"):
                runtime.transports.of(source).send(WireRequest("GET", f"{site.url}/hosts"))
            with pytest.raises(Misconfigured, match="is not trusted"):
                runtime.documents.refresh(source)
    assert site.asked == []


def test_a_private_authority_goes_with_any_kind(settings: Settings, tmp_path: Path, authority: Authority, secret: Path) -> None:
    (tmp_path / "ca.crt").write_text(authority.certificate)
    with demanding(has_basic, server_side(tmp_path, authority)) as server, Runtime(settings) as runtime:
        write(
            settings,
            f"site: {{spec: {server.url}/openapi.json, base_url: {server.url}, ca: {tmp_path / 'ca.crt'}, "
            f"auth: {{basic: {{user: ann, secret: 'file:{secret}'}}}}}}",
        )
        assert json.loads(asked_hosts(runtime, runtime.sources.get("site"))[0]) == HOSTS


@pytest.mark.parametrize(
    ("damage", "problem"),
    [
        ("encrypted", "client certificate with its key of 'site' can't be used"),
        ("other key", "client certificate with its key of 'site' can't be used"),
        ("no pem", "client certificate with its key of 'site' can't be used"),
        ("no ca", r"authority \(ca\) of 'site' can't be used"),
        ("missing", "can't be read: No such file"),
    ],
)
def test_a_certificate_that_is_no_use_is_the_operators_to_mend(
    settings: Settings, tmp_path: Path, authority: Authority, site: Demanding, damage: str, problem: str
) -> None:
    issued = authority.issue("opswright", password=b"pa55" if damage == "encrypted" else b"")
    certificate, key, _ = written(tmp_path, "client", issued)
    (tmp_path / "ca.crt").write_text("nothing" if damage == "no ca" else authority.certificate)
    if damage in ("other key", "no pem"):
        key.write_text(authority.issue("x").key if damage == "other key" else "n0-pem-at-all")
    if damage == "missing":
        key.unlink()
    mutual(settings, site, certificate, key, tmp_path / "ca.crt")
    with Runtime(settings) as runtime, pytest.raises(Misconfigured, match=problem) as found:
        runtime.transports.of(runtime.sources.get("site"))
    assert "n0-pem" not in str(found.value)


# One directory of two


ADDED = Source(name="both", spec_url="http://a/openapi.json", base_url="http://a", credential=Bearer(secret="env:T"))
WRITTEN = "both: {spec: http://file/openapi.json, base_url: http://file/}\n"


@pytest.fixture
def directory(runtime: Runtime) -> Connections:
    return runtime.sources


def test_without_a_file_there_is_what_was_added(directory: Connections) -> None:
    assert directory.all() == ()
    directory.add(ADDED)
    assert directory.all() == (ADDED,)
    assert directory.get("both") == ADDED
    directory.remove("both")
    assert directory.all() == ()


def test_in_a_name_that_both_have_the_file_counts(settings: Settings, directory: Connections) -> None:
    directory.add(ADDED)
    directory.add(ADDED.model_copy(update={"name": "added"}))
    write(settings, WRITTEN + "file: {spec: /etc/openapi.json, base_url: http://file}")
    assert [source.name for source in directory.all()] == ["added", "both", "file"]
    assert directory.get("both").base_url == "http://file"
    assert directory.shadowed() == ["both"]
    assert directory.names() == {"added", "both", "file"}


def test_what_the_file_says_is_edited_there(settings: Settings, directory: Connections) -> None:
    write(settings, WRITTEN)
    there = r"is a connection of .*connections\.yaml.*Edit that file"
    with pytest.raises(Misconfigured, match=there):
        directory.remove("both")
    with pytest.raises(Misconfigured, match=there):
        directory.add(ADDED)


def test_an_unknown_source_is_told_the_names_of_both(settings: Settings, directory: Connections) -> None:
    directory.add(ADDED.model_copy(update={"name": "added"}))
    write(settings, WRITTEN)
    with pytest.raises(NotFound, match="There is no source 'other'; there are: added, both"):
        directory.get("other")


def test_aws_of_the_file_is_like_aws_that_was_added(settings: Settings, directory: Connections) -> None:
    write(settings, "aws: {aws: {regions: [eu-west-1, us-gov-west-1], services: [ec2, rds], profile: ops}}")
    (source,) = directory.all()
    assert (source.spec_url, source.base_url, source.places) == ("botocore:ec2,rds", "aws://", ("eu-west-1", "us-gov-west-1"))
    assert source.aws
    assert source.aws.profile == "ops"


def test_a_cluster_that_can_not_be_read_leaves_the_others_in_place(
    settings: Settings, directory: Connections, caplog: pytest.LogCaptureFixture
) -> None:
    write(settings, WRITTEN + "k8s: {kubernetes: {kubeconfig: /nowhere/config}}\n")
    assert [source.name for source in directory.all()] == ["both"]
    assert [source.name for source in directory.all()] == ["both"]
    assert [record.getMessage().partition(":")[0] for record in caplog.records] == ["k8s is left out"]
    with pytest.raises(Misconfigured, match="/nowhere/config can't be read"):
        directory.get("k8s")


def test_a_change_of_the_file_counts_at_once(settings: Settings, directory: Connections) -> None:
    write(settings, WRITTEN)
    assert directory.get("both").base_url == "http://file"
    write(settings, WRITTEN.replace("base_url: http://file", "base_url: http://moved"))
    assert directory.get("both").base_url == "http://moved"


def test_a_machine_outside_of_a_cluster_says_so(settings: Settings, directory: Connections, tmp_path: Path) -> None:
    write(settings, "k8s: {kubernetes: in-cluster}")
    elsewhere = Connections(directory._store, settings.connections, Machine({}, tmp_path))
    with pytest.raises(Misconfigured, match="KUBERNETES_SERVICE_HOST is unset"):
        elsewhere.get("k8s")
