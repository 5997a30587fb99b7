"""What the doctor says of `connections.yaml`: never a value, always the way out."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from opswright.cli.connection_checks import SOON, connections
from opswright.cli.findings import Finding, Verdict
from opswright.settings import Settings
from opswright.wiring import Runtime
from schemas.errors import Misconfigured
from schemas.source import Source
from tests.opswright.authority import END, Authority
from tests.opswright.demanding import written
from tests.sandbox.broker.token_endpoint import key_file

NOW = END - timedelta(days=1000)


def found(settings: Settings, text: str, now: datetime = NOW) -> list[Finding]:
    settings.home.mkdir(parents=True, exist_ok=True)
    settings.connections.write_text(text)
    with Runtime(settings) as runtime:
        return list(connections(runtime, lambda: now))


def test_without_a_file_nothing_is_said(runtime: Runtime) -> None:
    assert list(connections(runtime, lambda: NOW)) == []


def test_a_broken_file_is_reported_with_its_line(settings: Settings) -> None:
    with pytest.raises(Misconfigured, match="line 1: a: say where the OpenAPI description is"):
        found(settings, "a: {base_url: http://a}")


def test_each_secret_is_looked_for_and_none_is_shown(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "token").write_text("s3cr3t-value")
    text = f"""
    here: {{spec: /s, base_url: http://a, auth: {{bearer: {{secret: 'file:{tmp_path}/token'}}}}}}
    gone: {{spec: /s, base_url: http://a, auth: {{bearer: {{secret: env:OPSWRIGHT_TEST_UNSET}}}}}}
    none: {{spec: /s, base_url: http://a}}
    """
    file, here, gone = found(settings, text)
    assert (file.verdict, file.text) == ("ok", f"3 in {settings.connections}")
    assert here == Finding("ok", "connection here", f"file:{tmp_path}/token is there")
    assert (gone.verdict, gone.subject) == ("fault", "connection gone")
    assert "env:OPSWRIGHT_TEST_UNSET is not there" in gone.text
    assert "s3cr3t" not in repr([here, gone])


def test_a_name_that_was_added_too_is_noted(settings: Settings) -> None:
    settings.home.mkdir(parents=True)
    with Runtime(settings) as runtime:
        runtime.sources.add(Source(name="both", spec_url="http://a", base_url="http://a"))
    (_, note) = found(settings, "both: {spec: /s, base_url: http://a}")
    assert note.verdict == "note"
    assert note.text.startswith("added by `opswright sources add`, too: that of connections.yaml counts")


@pytest.mark.parametrize(
    ("left", "verdict", "words"),
    [
        (SOON + timedelta(seconds=1), "ok", "is valid until"),
        (SOON, "note", "expires on"),
        (timedelta(0), "fault", "expired on"),
        (-timedelta(days=1), "fault", "expired on"),
    ],
)
def test_a_certificate_is_said_to_end(settings: Settings, tmp_path: Path, left: timedelta, verdict: Verdict, words: str) -> None:
    authority = Authority()
    certificate, key, _ = written(tmp_path, "client", authority.issue("me", end=NOW + left))
    (tmp_path / "ca.crt").write_text(authority.certificate)
    auth = f"mtls: {{certificate: {certificate}, key: {key}, ca: {tmp_path}/ca.crt}}"
    findings = found(settings, f"vault: {{spec: /s, base_url: 'https://a', auth: {{{auth}}}}}")
    ending = [finding for finding in findings if "certificate " in finding.text]
    assert [(finding.verdict, words in finding.text) for finding in ending] == [(verdict, True)]
    assert [finding.verdict for finding in findings if "authority" in finding.text] == ["ok"]


def test_a_key_of_another_certificate_is_a_fault(settings: Settings, tmp_path: Path) -> None:
    authority = Authority()
    certificate, _, _ = written(tmp_path, "client", authority.issue("me"))
    _, key, _ = written(tmp_path, "other", authority.issue("other"))
    findings = found(settings, f"vault: {{spec: /s, base_url: 'https://a', auth: {{mtls: {{certificate: {certificate}, key: {key}}}}}}}")
    assert ["client certificate with its key of 'vault'" in finding.text for finding in findings if finding.verdict == "fault"] == [True]


def test_a_missing_key_is_said_once(settings: Settings, tmp_path: Path) -> None:
    certificate, key, _ = written(tmp_path, "client", Authority().issue("me"))
    key.unlink()
    findings = found(settings, f"vault: {{spec: /s, base_url: 'https://a', auth: {{mtls: {{certificate: {certificate}, key: {key}}}}}}}")
    assert [finding.verdict for finding in findings] == ["ok", "ok", "fault"]


@pytest.mark.parametrize(
    ("entry", "problem"),
    [
        ("kubernetes: {kubeconfig: /nowhere/config}", "/nowhere/config can't be read"),
        ("aws: {regions: [eu-west-9]}", "AWS has no region 'eu-west-9'"),
        ("aws: {regions: [eu-west-1], services: [ecc]}", "ecc"),
        ("aws: {regions: [eu-west-1], role_arn: me}", "is no ARN of a role"),
    ],
)
def test_a_cluster_or_an_account_that_can_not_be_is_a_fault(settings: Settings, entry: str, problem: str) -> None:
    (_, fault) = found(settings, f"there: {{{entry}}}")
    assert (fault.verdict, fault.subject) == ("fault", "connection there")
    assert problem in fault.text


@pytest.mark.parametrize(
    ("auth", "verdict", "words"),
    [
        ("google: {secret: 'file:FOLDER/key.json'}", "ok", "its tokens are https://oauth2.googleapis.com's"),
        ("google: {secret: 'file:FOLDER/key.json', token_url: 'http://127.0.0.1:9/t'}", "ok", "its tokens are http://127.0.0.1:9's"),
        ("google: {secret: 'file:FOLDER/foreign.json'}", "fault", "at 'https://evil.example/t', which is not Google's"),
        ("google: {secret: 'file:FOLDER/secret'}", "fault", "is no key of a service account: it is not a JSON object"),
        ("google: {secret: 'file:FOLDER/key.json', ca: FOLDER/secret}", "fault", "The authority (ca) of 'cloud' can't be used"),
        ("azure: {tenant: t, client_id: c, secret: 'file:FOLDER/secret'}", "ok", "its tokens are https://login.microsoftonline.com's"),
        (
            "oauth2: {token_url: 'https://sso/t', client_id: c, secret: env:OPSWRIGHT_TEST_UNSET}",
            "fault",
            "env:OPSWRIGHT_TEST_UNSET is not",
        ),
        ("volcengine: {access_key: 'file:FOLDER/secret', secret_key: env:OPSWRIGHT_TEST_UNSET, region: r, service: s}", "fault", "is not"),
    ],
)
def test_keys_and_grants_are_tried_without_asking_anybody(
    settings: Settings, tmp_path: Path, auth: str, verdict: Verdict, words: str
) -> None:
    for name, text in {"key.json": key_file(), "foreign.json": key_file(token_uri="https://evil.example/t"), "secret": "s3cr3t"}.items():
        (tmp_path / name).write_text(text)
    _, *findings = found(settings, f"cloud: {{spec: /s, base_url: 'https://a', auth: {{{auth.replace('FOLDER', str(tmp_path))}}}}}")
    assert (findings[-1].verdict, words in findings[-1].text) == (verdict, True), findings
    assert len([finding for finding in findings if finding.verdict == "fault"]) == (verdict == "fault")
    assert "s3cr3t" not in repr(findings)
