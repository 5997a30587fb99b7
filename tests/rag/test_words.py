"""Questions and identifiers meet in the same words."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from rag.words import STOP_WORDS, split_identifier, tokens


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("listOnCallRotas", ["list", "on", "call", "rotas"]),
        ("list_on_call_rotas", ["list", "on", "call", "rotas"]),
        ("on-call-rotas", ["on", "call", "rotas"]),
        ("actions/list-jobs_forRun", ["actions", "list", "jobs", "for", "run"]),
        ("getHTTPServerByID", ["get", "http", "server", "by", "id"]),
        ("DescribeVPCs", ["describe", "vpcs"]),
        ("DescribeEC2Instances", ["describe", "ec2", "instances"]),
        ("listIPv4Addresses", ["list", "ipv4", "addresses"]),
        ("k8s_p99_latency", ["k8s", "p99", "latency"]),
        ("memory_info.rss", ["memory", "info", "rss"]),
        ("getV1Pods", ["get", "v1", "pods"]),
        ("", []),
        ("__--..", []),
    ],
)
def test_identifier_splits_into_its_words(name: str, words: list[str]) -> None:
    assert split_identifier(name) == words


@pytest.mark.parametrize(
    ("question", "identifier"),
    [
        ("failed deployments", "deployment_failure_failed"),
        ("filesystem usage", "listFileSystem_filesystems_usages"),
        ("services", "listService"),
        ("CERTIFICATES expiring", "certificateExpires"),
    ],
)
def test_inflected_words_meet_in_one_stem(question: str, identifier: str) -> None:
    assert set(tokens(question)) <= set(tokens(identifier))


def test_words_without_a_subject_are_dropped_and_negations_are_not() -> None:
    assert tokens("Which of the services are without an owner?") == ["servic", "without", "owner"]
    assert not STOP_WORDS & {"no", "not", "without", "over", "above", "below", "most", "least", "all"}


def test_repetitions_and_order_are_kept() -> None:
    assert tokens("host by host") == ["host", "host"]


def test_chinese_becomes_pairs_of_characters_beside_latin_words() -> None:
    assert tokens("查询CPU使用率") == ["查询", "cpu", "使用", "用率"]
    assert tokens("主 host") == ["主", "host"]


def test_caller_may_change_what_it_was_given() -> None:
    tokens("list hosts").clear()
    split_identifier("listHosts").clear()
    assert tokens("list hosts") == ["list", "host"]
    assert split_identifier("listHosts") == ["list", "hosts"]


def test_threads_do_not_garble_each_others_stems() -> None:
    words = [f"{stem}{number}ing" for number in range(300) for stem in ("deploy", "restart", "monitor")]
    with ThreadPoolExecutor(8) as pool:
        shared = list(pool.map(tokens, words))
    assert shared == [[word.removesuffix("ing")] for word in words]
