from __future__ import annotations

from pathlib import Path

import pytest

from doc_sources.local_files import is_local, read
from schemas.errors import Misconfigured, SpecUnusable


@pytest.mark.parametrize(
    ("url", "answer"),
    [
        ("spec.yaml", True),
        ("/etc/spec.yaml", True),
        ("file:///etc/spec.yaml", True),
        ("file:spec.yaml", True),
        ("http://a/spec.yaml", False),
        ("ftp://a/b", False),
    ],
)
def test_a_path_is_told_from_an_address(url: str, answer: bool) -> None:
    assert is_local(url) is answer


@pytest.mark.parametrize("prefix", ["", "file://", "file:", "file://localhost"])
def test_a_file_is_read_until_it_is_known(tmp_path: Path, prefix: str) -> None:
    path = tmp_path / "my spec.yaml"
    path.write_bytes(b"openapi: 3.1.0")
    url = prefix + (str(path) if not prefix else str(path).replace(" ", "%20"))
    first = read(url, None, 100)
    assert first is not None
    assert first.content == b"openapi: 3.1.0"
    assert read(url, first.validators, 100) is None
    path.write_bytes(b"openapi: 3.0.0")
    assert read(url, first.validators, 100) is not None


def test_a_file_may_be_as_large_as_the_bound(tmp_path: Path) -> None:
    path = tmp_path / "spec.yaml"
    path.write_bytes(b"x" * 100)
    assert read(str(path), None, 100) is not None
    with pytest.raises(SpecUnusable, match=r"spec.yaml' is larger than"):
        read(str(path), None, 99)


def test_a_file_that_is_not_there_or_can_not_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(SpecUnusable, match=r"There is no file '.*gone\.yaml'"):
        read(str(tmp_path / "gone.yaml"), None, 100)
    with pytest.raises(Misconfigured, match="can't be read: Not a directory"):
        read("/dev/null/spec.yaml", None, 100)


def test_a_file_of_another_machine_is_refused() -> None:
    with pytest.raises(Misconfigured, match="names the host 'server'"):
        read("file://server/etc/spec.yaml", None, 100)
