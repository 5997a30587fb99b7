"""What `connections.yaml` may say, and with which line a mistake is reported."""

from __future__ import annotations

from pathlib import Path

import pytest

from opswright.auth_entries import Auth
from opswright.connections import Machine, source_of
from opswright.connections_file import ConnectionEntry, read_file
from schemas.credential import AccessKey, ApiKey, Basic, Bearer, ClientCredentials, Mtls, ServiceAccount
from schemas.errors import Misconfigured
from schemas.source import Source

GOOD = """\
# All that there is.
inventory:
  spec: https://inventory.example.com/openapi.json
  base_url: https://inventory.example.com/api/
  title: Inventory
  auth:
    bearer:
      secret: env:INVENTORY_TOKEN
pager:
  spec: /etc/opswright/pager.json
  base_url: https://api.pager.example.com
  auth:
    api_key: {header: Authorization, prefix: "Token token=", secret: file:/run/secrets/pager}
wiki:
  spec: file:/etc/opswright/wiki.yaml
  base_url: https://wiki.internal
  ca: /etc/ssl/internal.pem
  auth:
    basic: {user: ann, secret: env:WIKI_PASSWORD}
vault:
  spec: https://vault.internal/v1/sys/internal/specs/openapi
  base_url: https://vault.internal/v1
  auth:
    mtls: {certificate: /etc/ssl/me.crt, key: file:/etc/ssl/me.key, ca: /etc/ssl/internal.pem}
open: {spec: http://localhost:61208/openapi.json, base_url: http://localhost:61208}
compute:
  spec: /etc/opswright/compute.json
  base_url: https://compute.googleapis.com
  auth:
    google: {secret: file:/run/secrets/key.json}
management:
  spec: /etc/opswright/management.json
  base_url: https://management.azure.com
  auth:
    azure: {tenant: contoso.onmicrosoft.com, client_id: 0f0f-1, secret: env:AZURE_SECRET}
sso:
  spec: /etc/opswright/keycloak.json
  base_url: https://sso.internal/admin
  auth:
    oauth2: {token_url: https://sso.internal/token, client_id: reader, secret: env:SSO, scopes: [a, b], ca: /etc/ssl/internal.pem}
volcano:
  spec: /etc/opswright/ecs.json
  base_url: https://open.volcengineapi.com
  auth:
    volcengine: {access_key: env:VOLC_ID, secret_key: env:VOLC_KEY, region: cn-beijing, service: ecs}
aws:
  aws: {regions: [eu-west-1, cn-north-1], role_arn: "arn:aws:iam::123456789012:role/read-only"}
"""


def entries(tmp_path: Path, text: str) -> dict[str, ConnectionEntry]:
    file = tmp_path / "connections.yaml"
    file.write_text(text)
    return dict(read_file(file))


def sources(tmp_path: Path, text: str) -> dict[str, Source]:
    machine = Machine({}, tmp_path)
    return {name: source_of(name, entry, machine) for name, entry in entries(tmp_path, text).items()}


def test_a_file_of_all_kinds_is_read_as_it_is_meant(tmp_path: Path) -> None:
    made = sources(tmp_path, GOOD)
    assert {name: source.credential for name, source in made.items()} == {
        "inventory": Bearer(secret="env:INVENTORY_TOKEN"),
        "pager": ApiKey(header="Authorization", prefix="Token token=", secret="file:/run/secrets/pager"),
        "wiki": Basic(user="ann", secret="env:WIKI_PASSWORD"),
        "vault": Mtls(certificate="file:/etc/ssl/me.crt", key="file:/etc/ssl/me.key"),
        "open": None,
        "compute": ServiceAccount(secret="file:/run/secrets/key.json"),
        "management": ClientCredentials(
            token_url="https://login.microsoftonline.com/contoso.onmicrosoft.com/oauth2/v2.0/token",
            client_id="0f0f-1",
            secret="env:AZURE_SECRET",
            scopes=("https://management.azure.com/.default",),
            client_auth="post",
        ),
        "sso": ClientCredentials(
            token_url="https://sso.internal/token",
            client_id="reader",
            secret="env:SSO",
            scopes=("a", "b"),
            ca="file:/etc/ssl/internal.pem",
        ),
        "volcano": AccessKey(access_key="env:VOLC_ID", secret_key="env:VOLC_KEY", region="cn-beijing", service="ecs"),
        "aws": None,
    }
    assert made["inventory"].base_url == "https://inventory.example.com/api"
    assert made["wiki"].ca == made["vault"].ca == "file:/etc/ssl/internal.pem"
    assert made["aws"].places == ("eu-west-1", "cn-north-1")


def test_the_example_of_the_documentation_is_read_as_it_stands(tmp_path: Path) -> None:
    example = (Path(__file__).parents[2] / "docs/connections.md").read_text().split("```yaml\n")[1].split("```")[0]
    ways = {way for entry in entries(tmp_path, example).values() if entry.auth for way in entry.auth.model_fields_set}
    assert ways == set(Auth.model_fields)


def test_no_file_is_no_connections(tmp_path: Path) -> None:
    assert read_file(tmp_path / "connections.yaml") == {}


def test_a_file_of_comments_is_no_connections(tmp_path: Path) -> None:
    assert entries(tmp_path, "# Nothing yet.\n") == {}


MISTAKES = {
    "syntax": ("inventory:\n", "inventory: [\n", 0, "not valid YAML"),
    "name twice": ("open: {", "pager: {", 25, "'pager' stands there twice, first in line 9"),
    "key twice": ("  title: Inventory", "  spec: /other", 5, "'spec' stands there twice, first in line 3"),
    "no mapping": (GOOD, "- a\n- b\n", 1, "the whole file: Input should be a valid dictionary"),
    "name": ("inventory:\n", "in ventory:\n", 2, "a name has up to 64 letters"),
    "name with a colon": ("inventory:\n", "in:ventory:\n", 2, "a name has up to 64 letters"),
    "misspelt": ("  title: Inventory", "  titel: Inventory", 5, "inventory.titel: Extra inputs"),
    "no spec": ("  spec: https://inventory.example.com/openapi.json\n", "", 2, "say where the OpenAPI description is: spec"),
    "no base url": ("  base_url: https://inventory.example.com/api/\n", "", 2, "give one of base_url, aws and kubernetes; here is none"),
    "two kinds": ("  title: Inventory", "  kubernetes: in-cluster", 2, "here is base_url and kubernetes"),
    "relative address": ("https://inventory.example.com/api/", "inventory/api", 4, "inventory.base_url: .*is not on HTTP"),
    "other scheme": ("https://inventory.example.com/api/", "ftp://inventory", 4, "is not on HTTP"),
    "query": ("https://inventory.example.com/api/", "https://inventory/api?k=hunter2", 4, "neither a query nor a fragment"),
    "metadata": ("https://inventory.example.com/api/", "http://169.254.169.254/latest", 4, "where machines keep their credentials"),
    "password": ("https://inventory.example.com/api/", "https://ann:hunter2@inventory", 4, "has a user or password in it"),
    "password of spec": (
        "https://inventory.example.com/openapi.json",
        "https://ann:hunter2@inventory",
        3,
        "inventory.spec: .*user or password",
    ),
    "relative spec": ("/etc/opswright/pager.json", "pager.json", 10, "pager.spec: .*is not on HTTP"),
    "literal": ("env:INVENTORY_TOKEN", "hunter2", 8, "inventory.auth.bearer.secret: it is not a reference to a secret"),
    "number": ("env:INVENTORY_TOKEN", "123456", 8, "valid string"),
    "literal of a kind": ("    bearer:\n      secret: env:INVENTORY_TOKEN", "    bearer: hunter2", 7, "inventory.auth.bearer"),
    "literal of all": ("  auth:\n    bearer:\n      secret: env:INVENTORY_TOKEN", "  auth: hunter2", 6, "say which kind"),
    "literal as alias": ("env:INVENTORY_TOKEN", "*hunter2", 0, "alias in line 8"),
    "two of auth": ("    bearer:\n", "    basic: {user: a, secret: env:A}\n    bearer:\n", 6, "give one of bearer, basic"),
    "unknown kind": ("    bearer:\n", "    oauth:\n", 7, "inventory.auth.oauth: Extra inputs"),
    "no place of a key": ("header: Authorization, ", "", 13, "either header or query"),
    "key in two places": ("header: Authorization, ", "header: A, query: b, ", 13, "either header or query"),
    "key in a framing header": ("header: Authorization", "header: Content-Length", 13, "can't be the header of a key"),
    "no user": ("user: ann, ", "", 19, "wiki.auth.basic.user: Field required"),
    "literal key": ("key: file:/etc/ssl/me.key", "key: hunter2", 24, "vault.auth.mtls.key: give the whole path of a PEM file"),
    "no key": (", key: file:/etc/ssl/me.key", "", 24, "vault.auth.mtls.key: Field required"),
    "certificate without TLS": ("https://vault.internal/v1\n", "http://vault.internal/v1\n", 20, "certificates are for https:// only"),
    "authority without TLS": ("https://wiki.internal", "http://wiki.internal", 14, "certificates are for https:// only"),
    "two authorities": ("https://vault.internal/v1\n", "https://vault.internal/v1\n  ca: /x.pem\n", 20, "ca is given twice"),
    "literal key file": ("file:/run/secrets/key.json", "hunter2", 30, "compute.auth.google.secret: it is not a reference"),
    "no scopes": ("file:/run/secrets/key.json}", "env:A, scopes: []}", 30, "compute.auth.google.scopes: Tuple should have at least 1"),
    "two scopes in one": ("file:/run/secrets/key.json}", "env:A, scopes: [a b]}", 30, "compute.auth.google.scopes.0: String should match"),
    "tokens in the clear": (
        "file:/run/secrets/key.json}",
        "env:A, token_url: 'http://hunter2/t'}",
        30,
        "compute.auth.google.token_url: .*it must begin with https://",
    ),
    "tokens of metadata": (
        "file:/run/secrets/key.json}",
        "env:A, token_url: 'https://169.254.169.254/t'}",
        30,
        "where machines keep their credentials",
    ),
    "tokens with a password": (
        "token_url: https://sso.internal/token",
        "token_url: 'https://ann:hunter2@sso/token'",
        40,
        "sso.auth.oauth2.token_url: .*user or password",
    ),
    "tokens of nowhere": ("token_url: https://sso.internal/token, ", "", 40, "sso.auth.oauth2.token_url: Field required"),
    "way of a client": ("scopes: [a, b]", "client_auth: jwt", 40, "sso.auth.oauth2.client_auth: Input should be 'basic' or 'post'"),
    "authority of tokens": ("ca: /etc/ssl/internal.pem}\nvolcano", "ca: hunter2}\nvolcano", 40, "sso.auth.oauth2.ca: .*whole path"),
    "no tenant": ("tenant: contoso.onmicrosoft.com, ", "", 35, "management.auth.azure.tenant: Field required"),
    "tenant that leads elsewhere": (
        "contoso.onmicrosoft.com",
        "contoso/../hunter2",
        35,
        "management.auth.azure.tenant: String should match",
    ),
    "unknown authority": (
        "env:AZURE_SECRET",
        "env:A, authority: 'https://login.example'",
        35,
        "management.auth.azure: .*say what tokens of this authority are for: scope",
    ),
    "literal access key": ("env:VOLC_ID", "hunter2", 45, "volcano.auth.volcengine.access_key: it is not a reference"),
    "no service": (", service: ecs", "", 45, "volcano.auth.volcengine.service: Field required"),
    "no regions": ("regions: [eu-west-1, cn-north-1], ", "", 47, "aws.aws.regions: Field required"),
    "region": ("eu-west-1, ", "Ireland, ", 47, "aws.aws.regions.0: String should match"),
    "aws with auth": ("aws:\n  aws:", "aws:\n  auth: {bearer: {secret: env:A}}\n  aws:", 46, "aws brings its own auth"),
    "aws with spec": ("aws:\n  aws:", "aws:\n  spec: /x\n  aws:", 46, "aws brings its own spec"),
    "cluster elsewhere": ("open: {", "k: {kubernetes: somewhere}\nopen: {", 25, "k.kubernetes: write in-cluster, or"),
    "cluster of no file": ("open: {", "k: {kubernetes: {context: a}}\nopen: {", 25, "k.kubernetes: write in-cluster, or"),
    "cluster of a relative file": (
        "open: {",
        "k: {kubernetes: {kubeconfig: config}}\nopen: {",
        25,
        "k.kubernetes.kubeconfig: String should match",
    ),
}


@pytest.mark.parametrize(("old", "new", "line", "problem"), MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_is_reported_with_its_line_and_without_any_secret(tmp_path: Path, old: str, new: str, line: int, problem: str) -> None:
    assert old in GOOD
    where = f"line {line}: " if line else ""
    with pytest.raises(Misconfigured, match=rf"connections\.yaml(?:, |: ).*{where}.*{problem}") as caught:
        entries(tmp_path, GOOD.replace(old, new, 1))
    for said in (str(caught.value), repr(caught.value)):
        assert "hunter2" not in said
        assert "123456" not in said.replace("123456789012", "")


def test_paths_of_certificates_may_start_at_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/ann")
    text = "a: {spec: /s, base_url: https://a, auth: {mtls: {certificate: ~/me.crt, key: ~/me.key}}}"
    assert sources(tmp_path, text)["a"].credential == Mtls(certificate="file:/home/ann/me.crt", key="file:/home/ann/me.key")


@pytest.mark.parametrize(
    ("authority", "scope"),
    [
        ("https://login.microsoftonline.us", "https://management.usgovcloudapi.net/.default"),
        ("https://login.microsoftonline.us/", "https://management.usgovcloudapi.net/.default"),
        ("https://login.chinacloudapi.cn", "https://management.chinacloudapi.cn/.default"),
        ("https://login.partner.microsoftonline.cn", "https://management.chinacloudapi.cn/.default"),
    ],
)
def test_a_sovereign_cloud_of_azure_has_a_scope_of_its_own(tmp_path: Path, authority: str, scope: str) -> None:
    auth = f"azure: {{tenant: t, client_id: c, secret: env:S, authority: '{authority}'}}"
    made = sources(tmp_path, f"a: {{spec: /s, base_url: https://a, auth: {{{auth}}}}}")["a"].credential
    assert isinstance(made, ClientCredentials)
    assert (made.token_url, made.scopes) == (f"{authority.rstrip('/')}/t/oauth2/v2.0/token", (scope,))


def test_a_scope_that_is_given_counts(tmp_path: Path) -> None:
    auth = "azure: {tenant: t, client_id: c, secret: env:S, scope: 'api://x/.default', authority: 'https://login.example'}"
    made = sources(tmp_path, f"a: {{spec: /s, base_url: https://a, auth: {{{auth}}}}}")["a"].credential
    assert isinstance(made, ClientCredentials)
    assert made.scopes == ("api://x/.default",)


@pytest.mark.parametrize("host", ["127.0.0.1:8080", "localhost", "[::1]:8080"])
def test_tokens_may_come_from_this_machine_without_tls(tmp_path: Path, host: str) -> None:
    auth = f"google: {{secret: env:S, token_url: 'http://{host}/t', scopes: [a]}}"
    made = sources(tmp_path, f"a: {{spec: /s, base_url: https://a, auth: {{{auth}}}}}")["a"].credential
    assert made == ServiceAccount(secret="env:S", token_url=f"http://{host}/t", scopes=("a",))


def test_a_description_may_be_one_of_the_catalogue(tmp_path: Path) -> None:
    (tmp_path / "connections.yaml").write_text("metrics: {spec: 'catalogue:prometheus', base_url: 'http://p:9090/api/v1'}\n")
    entry = read_file(tmp_path / "connections.yaml")["metrics"]
    assert (entry.spec, entry.base_url) == ("catalogue:prometheus", "http://p:9090/api/v1")
