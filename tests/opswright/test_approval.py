"""Which descriptions were added by hand, and who approves them."""

from __future__ import annotations

import os
import pwd

import pytest

from opswright.approval import is_added_by_hand, operator
from schemas.source import Source


@pytest.mark.parametrize(
    ("spec_url", "expected"),
    [
        ("/srv/wiki.yaml", True),
        ("wiki.yaml", True),
        ("file:///srv/wiki.yaml", True),
        ("https://wiki.test/openapi.json", False),
        ("botocore:ec2", False),
        ("catalogue:prometheus", False),
        ("github:owner/repository", False),
    ],
)
def test_files_are_added_by_hand_and_what_is_published_is_not(spec_url: str, expected: bool) -> None:
    assert is_added_by_hand(Source(name="wiki", spec_url=spec_url, base_url="http://wiki.test")) is expected


def test_the_operator_is_whoever_the_system_says_whatever_the_environment_says(monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in ("LOGNAME", "USER", "USERNAME"):
        monkeypatch.setenv(variable, "somebody else")
    assert operator() == pwd.getpwuid(os.geteuid()).pw_name


def test_a_user_without_an_entry_goes_by_number(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 4_000_000_001)
    assert operator() == "4000000001"
