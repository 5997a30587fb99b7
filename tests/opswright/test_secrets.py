"""References to secrets: what resolves, and that no message gives a secret away."""

from __future__ import annotations

from pathlib import Path

import pytest

from opswright.secrets import MAX_BYTES, SecretReferences
from schemas.errors import Misconfigured
from schemas.ports import SecretResolver

SECRET = "s3cr3t-value"


@pytest.fixture
def references() -> SecretResolver:
    return SecretReferences({"ESTATE_TOKEN": SECRET, "EMPTY": ""})


def test_a_variable_is_looked_up_in_the_environment_handed_in(references: SecretResolver) -> None:
    assert references.resolve("env:ESTATE_TOKEN") == SECRET


@pytest.mark.parametrize("content", [SECRET, f"{SECRET}\n", f"{SECRET}\r\n"])
def test_a_file_is_read_without_its_last_line_break(references: SecretResolver, tmp_path: Path, content: str) -> None:
    file = tmp_path / "token"
    file.write_bytes(content.encode())
    assert references.resolve(f"file:{file}") == SECRET


def test_the_largest_file_is_read_and_one_byte_more_is_not(references: SecretResolver, tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text("x" * MAX_BYTES)
    assert len(references.resolve(f"file:{file}")) == MAX_BYTES
    file.write_text("x" * (MAX_BYTES + 1))
    with pytest.raises(Misconfigured, match="larger than 64 KiB"):
        references.resolve(f"file:{file}")


@pytest.mark.parametrize("reference", ["env:MISSING", "env:EMPTY"])
def test_a_variable_without_a_value_is_named_with_the_way_out(references: SecretResolver, reference: str) -> None:
    with pytest.raises(Misconfigured, match=f"{reference}.*Set {reference.removeprefix('env:')}"):
        references.resolve(reference)


@pytest.mark.parametrize("content", [b"", b"\n", b"\xff\xfe"], ids=["empty", "only a line break", "not text"])
def test_a_file_without_a_secret_is_named(references: SecretResolver, tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "token"
    file.write_bytes(content)
    with pytest.raises(Misconfigured, match=f"file:{file}"):
        references.resolve(f"file:{file}")


def test_a_file_that_cannot_be_read_is_named(references: SecretResolver, tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match=f"file:{tmp_path}/absent.*No such file"):
        references.resolve(f"file:{tmp_path}/absent")


@pytest.mark.parametrize("pasted", [SECRET, f"env:{SECRET}", f"file:{SECRET}", f"vault:{SECRET}", f"Bearer {SECRET}", "env:", "file:", ""])
def test_what_is_no_reference_is_never_repeated_since_it_may_be_the_secret(references: SecretResolver, pasted: str) -> None:
    with pytest.raises(Misconfigured, match="neither") as caught:
        references.resolve(pasted)
    assert SECRET not in str(caught.value)


def test_its_printed_form_shows_nothing() -> None:
    assert SECRET not in repr(SecretReferences({"ESTATE_TOKEN": SECRET}))


def test_text_that_is_not_utf8_leaves_no_bytes_in_the_cause(references: SecretResolver, tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_bytes(SECRET.encode() + b"\xff")
    with pytest.raises(Misconfigured) as caught:
        references.resolve(f"file:{file}")
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__
