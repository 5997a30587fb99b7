from __future__ import annotations

import pytest

from doc_sources.words import split


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("list_hosts_hosts_get", "list hosts hosts get"),
        ("listCSIDrivers", "list csi drivers"),
        ("readCoreV1NamespacedPodLog", "read core v 1 namespaced pod log"),
        ("GetAPIKey", "get api key"),
        ("repos/list-commits", "repos list commits"),
        ("_api_4", "api 4"),
        ("Reboots the host at once.", "reboots the host at once"),
        ("EC2Instances", "ec 2 instances"),
        ("", ""),
        ("主机", ""),
    ],
)
def test_a_name_is_split_into_its_words(name: str, words: str) -> None:
    assert " ".join(split(name)) == words
