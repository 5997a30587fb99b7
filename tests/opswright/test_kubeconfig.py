"""Kubernetes clusters: every form that a kubeconfig may have, and the inside of a pod."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

import pytest
import yaml

from opswright.kubeconfig import ClusterAccess, in_cluster, read_access
from opswright.secrets import SecretReferences
from opswright.settings import Settings
from opswright.wiring import Runtime
from schemas.credential import Bearer, Mtls
from schemas.errors import Misconfigured
from tests.opswright.authority import Authority
from tests.opswright.demanding import demanding, server_side
from tests.opswright.test_connections import asked_hosts, write

TOKEN = "t0ken-of-the-cluster-77aa"
SERVER = "https://10.0.0.1:6443"


def encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def config(folder: Path, *, cluster: dict[str, Any] | None = None, user: dict[str, Any] | None = None, **more: Any) -> Path:
    """A kubeconfig with the contexts `staging` (current) and `other`."""
    document = {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": "staging",
        "preferences": {},
        "clusters": [
            {"name": "east", "cluster": {"server": SERVER, **(cluster or {})}},
            {"name": "west", "cluster": {"server": "https://west"}},
        ],
        "users": [{"name": "ann", "user": {"token": TOKEN} if user is None else user}, {"name": "bob", "user": {"token": "b0b-token"}}],
        "contexts": [
            {"name": "staging", "context": {"cluster": "east", "user": "ann", "namespace": "default"}},
            {"name": "other", "context": {"cluster": "west", "user": "bob"}},
            {"name": "nobody", "context": {"cluster": "west"}},
            {"name": "broken", "context": {"cluster": "north", "user": "ann"}},
        ],
        **more,
    }
    path = folder / "config"
    path.write_text(yaml.safe_dump(document))
    return path


def resolved(reference: str) -> str:
    return SecretReferences({}).resolve(reference)


def test_a_token_in_the_file_is_referred_to_and_read_anew(tmp_path: Path) -> None:
    path = config(tmp_path)
    access = read_access(path)
    assert access == ClusterAccess(SERVER, "", Bearer(secret=f"kubeconfig:token:{path}#staging"))
    assert TOKEN not in repr(access)
    assert isinstance(access.credential, Bearer)
    assert resolved(access.credential.secret) == TOKEN
    config(tmp_path, user={"token": "an0ther"})
    assert resolved(access.credential.secret) == "an0ther"


def test_another_context_is_another_cluster_and_user(tmp_path: Path) -> None:
    path = config(tmp_path)
    access = read_access(path, "other")
    assert access == ClusterAccess("https://west", "", Bearer(secret=f"kubeconfig:token:{path}#other"))
    assert resolved(f"kubeconfig:token:{path}#other") == "b0b-token"


def test_a_context_may_be_nobody_s(tmp_path: Path) -> None:
    assert read_access(config(tmp_path), "nobody").credential is None


def test_a_token_file_is_named_relative_to_the_kubeconfig_and_comes_before_a_token(tmp_path: Path) -> None:
    path = config(tmp_path, user={"tokenFile": "tokens/ann", "token": "old"})
    assert read_access(path).credential == Bearer(secret=f"file:{tmp_path}/tokens/ann")


def test_data_of_certificates_comes_before_their_files(tmp_path: Path) -> None:
    user = {"client-certificate": "a.crt", "client-certificate-data": encoded("CERT"), "client-key-data": encoded("KEY")}
    cluster = {"certificate-authority-data": encoded("CA"), "certificate-authority": "/etc/ca.crt"}
    path = config(tmp_path, cluster=cluster, user=user)
    access = read_access(path)
    assert access.credential == Mtls(certificate=f"kubeconfig:certificate:{path}#staging", key=f"kubeconfig:key:{path}#staging")
    assert [resolved(f"kubeconfig:{part}:{path}#staging") for part in ("authority", "certificate", "key")] == ["CA", "CERT", "KEY"]


def test_files_of_certificates_are_named_relative_to_the_kubeconfig(tmp_path: Path) -> None:
    user = {"client-certificate": "a.crt", "client-key": "/keys/a.key"}
    access = read_access(config(tmp_path, cluster={"certificate-authority": "pki/ca.crt"}, user=user))
    assert access == ClusterAccess(
        SERVER, f"file:{tmp_path}/pki/ca.crt", Mtls(certificate=f"file:{tmp_path}/a.crt", key="file:/keys/a.key")
    )


@pytest.mark.parametrize(
    ("cluster", "user", "problem"),
    [
        (
            {},
            {"exec": {"command": "aws", "args": ["eks", "get-token", "s3cr3t-argument"]}},
            "a program that the file names would run outside",
        ),
        ({}, {"auth-provider": {"name": "gcp", "config": {"access-token": "s3cr3t-argument"}}}, "a program that the file names"),
        ({}, {"username": "ann", "password": "s3cr3t-argument"}, "its user has a password"),
        ({}, {"token": "s3cr3t-argument", "as": "admin"}, "acts as another"),
        ({}, {"client-certificate": "s3cr3t-argument"}, "has a client certificate or a key, but not both"),
        ({}, {"client-key-data": "s3cr3t-argument"}, "has a client certificate or a key, but not both"),
        ({"insecure-skip-tls-verify": True}, {}, "does not want the server's certificate checked"),
        ({"proxy-url": "http://s3cr3t-argument@proxy"}, {}, "wants a proxy"),
        ({"tls-server-name": "kubernetes"}, {}, "another name in TLS"),
    ],
)
def test_what_is_not_safe_is_refused_with_the_reason(tmp_path: Path, cluster: dict[str, Any], user: dict[str, Any], problem: str) -> None:
    with pytest.raises(Misconfigured, match=problem) as refused:
        read_access(config(tmp_path, cluster=cluster, user=user))
    assert "'staging'" in str(refused.value)
    assert "s3cr3t" not in repr(refused.value)


@pytest.mark.parametrize(
    ("context", "more", "problem"),
    [
        ("prod", {}, "has no context 'prod'; there are: 'staging', 'other', 'nobody', 'broken'"),
        ("broken", {}, "has no cluster 'north'; there are: 'east', 'west'"),
        ("", {"current-context": ""}, "has no current context"),
        ("", {"contexts": []}, "has no context 'staging'; there are: none"),
        ("", {"users": []}, "has no user 'ann'; there are: none"),
        ("", {"clusters": "s3cr3t"}, "line 2: clusters: Input should be a valid tuple"),
        ("", {"users": [{"name": "ann", "user": {"token": 77777}}]}, "users.0.user.token: Input should be a valid string"),
    ],
)
def test_a_context_that_is_not_there_is_named_with_those_that_are(tmp_path: Path, context: str, more: dict[str, Any], problem: str) -> None:
    with pytest.raises(Misconfigured, match=problem) as caught:
        read_access(config(tmp_path, **more), context)
    assert "s3cr3t" not in str(caught.value)
    assert "77777" not in str(caught.value)


def test_a_name_that_would_end_a_reference_is_refused(tmp_path: Path) -> None:
    broken = [{"name": "a\nb", "context": {"cluster": "east", "user": "ann"}}]
    with pytest.raises(Misconfigured, match="there is a line break in it"):
        read_access(config(tmp_path, contexts=broken), "a\nb")
    (tmp_path / "a#b").mkdir()
    with pytest.raises(Misconfigured, match="has a # in its path"):
        read_access(config(tmp_path / "a#b"))


@pytest.mark.parametrize("content", [None, "{", "- a"])
def test_a_file_that_is_no_kubeconfig_is_named(tmp_path: Path, content: str | None) -> None:
    if content:
        (tmp_path / "config").write_text(content)
    with pytest.raises(Misconfigured, match=str(tmp_path / "config")):
        read_access(tmp_path / "config")


@pytest.mark.parametrize("user", [{}, {"client-key-data": "not base64!"}, {"client-key-data": encoded("\x80")}])
def test_data_that_is_gone_or_broken_is_missing(tmp_path: Path, user: dict[str, Any]) -> None:
    path = config(tmp_path, user=user)
    with pytest.raises(Misconfigured, match=r"'staging' of .* holds no key that can be read"):
        resolved(f"kubeconfig:key:{path}#staging")


# Clusters that answer


def test_a_cluster_is_called_with_the_token_of_its_context(settings: Settings, tmp_path: Path) -> None:
    authority = Authority()
    with demanding(lambda asked: asked.headers.get("authorization") == f"Bearer {TOKEN}", server_side(tmp_path, authority)) as server:
        path = config(tmp_path, cluster={"server": server.url + "/", "certificate-authority-data": encoded(authority.certificate)})
        write(settings, f"k8s: {{kubernetes: {{kubeconfig: {path}, context: staging}}}}")
        with Runtime(settings) as runtime:
            source = runtime.sources.get("k8s")
            assert (source.base_url, source.spec_url, source.title) == (server.url, f"{server.url}/openapi/v2", "Kubernetes")
            _, transcript = asked_hosts(runtime, source)
    assert transcript.calls[0].status == 200
    assert TOKEN not in transcript.model_dump_json()


def test_a_cluster_is_called_with_the_certificate_in_its_context(settings: Settings, tmp_path: Path) -> None:
    authority = Authority()
    issued = authority.issue("kubernetes-admin")
    with demanding(lambda asked: asked.client == "kubernetes-admin", server_side(tmp_path, authority, wants_clients=True)) as server:
        user = {"client-certificate-data": encoded(issued.certificate), "client-key-data": encoded(issued.key)}
        cluster = {"server": server.url, "certificate-authority-data": encoded(authority.certificate)}
        write(settings, f"k8s: {{kubernetes: {{kubeconfig: {config(tmp_path, cluster=cluster, user=user)}}}}}")
        with Runtime(settings) as runtime:
            _, transcript = asked_hosts(runtime, runtime.sources.get("k8s"))
    assert transcript.calls[0].status == 200


@pytest.mark.parametrize("server", ["ftp://x", "https://ann:hunter2@x", "http://169.254.169.254"])
def test_a_server_that_may_not_be_called_is_refused(settings: Settings, tmp_path: Path, server: str) -> None:
    write(settings, f"k8s: {{kubernetes: {{kubeconfig: {config(tmp_path, cluster={'server': server})}}}}}")
    with Runtime(settings) as runtime, pytest.raises(Misconfigured, match="cluster of 'k8s' can't be called") as refused:
        runtime.sources.get("k8s")
    assert "hunter2" not in str(refused.value)


# In a pod


def pod(folder: Path, token: str = TOKEN) -> Path:
    (folder / "token").write_text(token)
    (folder / "ca.crt").write_text("CA")
    return folder


@pytest.mark.parametrize(
    ("host", "more", "server"),
    [
        ("10.96.0.1", {"KUBERNETES_SERVICE_PORT": "6443"}, "https://10.96.0.1:6443"),
        ("fd00::1", {}, "https://[fd00::1]:443"),
    ],
)
def test_a_pod_has_its_service_account(tmp_path: Path, host: str, more: dict[str, str], server: str) -> None:
    access = in_cluster({"KUBERNETES_SERVICE_HOST": host, **more}, pod(tmp_path))
    assert access == ClusterAccess(server, f"file:{tmp_path}/ca.crt", Bearer(secret=f"file:{tmp_path}/token"))


def test_a_token_that_kubelet_has_replaced_is_used_at_once(settings: Settings, tmp_path: Path) -> None:
    authority = Authority()
    folder = pod(tmp_path, "first-token-5d1c")
    (folder / "ca.crt").write_text(authority.certificate)
    with demanding(lambda asked: True, server_side(tmp_path, authority)) as server, Runtime(settings) as runtime:
        host, _, port = server.url.removeprefix("https://").partition(":")
        access = in_cluster({"KUBERNETES_SERVICE_HOST": host, "KUBERNETES_SERVICE_PORT": port}, folder)
        write(
            settings,
            f"k8s: {{spec: {server.url}/openapi/v2, base_url: {server.url}, ca: {folder}/ca.crt, auth: {{bearer: {{secret: 'file:{folder}/token'}}}}}}",
        )
        source = runtime.sources.get("k8s")
        assert (access.server, access.ca, access.credential) == (source.base_url, source.ca, source.credential)
        asked_hosts(runtime, source)
        (folder / "token").write_text("second-token-5d1c\n")
        asked_hosts(runtime, source)
    shown = [asked.headers["authorization"] for asked in server.asked if asked.path == "/hosts"]
    assert shown == ["Bearer first-token-5d1c", "Bearer second-token-5d1c"]


def test_outside_of_a_pod_there_is_no_service_account(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match="no pod with a service account"):
        in_cluster({"KUBERNETES_SERVICE_HOST": "10.96.0.1"}, tmp_path)
    with pytest.raises(Misconfigured, match="no pod with a service account"):
        in_cluster({}, pod(tmp_path))
