from __future__ import annotations

import gzip
import tarfile
from pathlib import Path

import pytest

from doc_sources import file_tree
from doc_sources.file_tree import Archive, Folder, is_archive, main_file
from schemas.errors import SpecUnusable
from tests.doc_sources.trees import packed, written

FILES = {"api/main.yaml": b"openapi: 3.1.0", "api/part.yml": b"type: string", "notes.txt": b"x", ".git/config.json": b"{}"}


def test_a_folder_and_an_archive_hold_the_same_files(tmp_path: Path) -> None:
    folder, archive = Folder(written(tmp_path, FILES), 100), Archive(packed(FILES))
    assert folder.read("api/main.yaml") == archive.read("api/main.yaml") == b"openapi: 3.1.0"
    assert list(folder.names()) == ["api/main.yaml", "api/part.yml"]
    for tree in (folder, archive):
        with pytest.raises(LookupError, match=r"no file 'gone\.yaml'"):
            tree.read("gone.yaml")


def test_symbolic_links_are_not_followed(tmp_path: Path) -> None:
    secret = tmp_path / "secret.yaml"
    secret.write_text("x: 1")
    root = written(tmp_path / "tree", {"api/main.yaml": b"openapi: 3.1.0"})
    (root / "link.yaml").symlink_to(secret)
    (root / "away").symlink_to(tmp_path)
    for name in ("link.yaml", "away/secret.yaml", "../secret.yaml"):
        with pytest.raises(LookupError, match=r"symbolic link|no file"):
            Folder(root, 100).read(name)
    with pytest.raises(LookupError, match="holds no file"):
        Archive(packed({}, links={"link.yaml": str(secret)})).read("link.yaml")


def test_a_file_of_a_folder_may_be_as_large_as_the_bound(tmp_path: Path) -> None:
    written(tmp_path, {"a.yaml": b"x" * 10})
    assert Folder(tmp_path, 10).read("a.yaml") == b"x" * 10
    with pytest.raises(LookupError, match="is larger than"):
        Folder(tmp_path, 9).read("a.yaml")


def test_a_device_or_a_folder_is_no_file(tmp_path: Path) -> None:
    written(tmp_path, {"a/b.yaml": b""})
    with pytest.raises(LookupError, match="no file 'a'"):
        Folder(tmp_path, 10).read("a")


def test_an_archive_may_unpack_up_to_the_bound() -> None:
    content = packed({"a.yaml": b" " * 100_000})
    size = len(gzip.decompress(content))
    assert Archive(content, size).read("a.yaml") == b" " * 100_000
    with pytest.raises(SpecUnusable, match="unpacks to more than"):
        Archive(content, size - 1)


def _announced(kind: bytes) -> bytes:
    """An archive of headers, each of which announces the next one."""
    entry = tarfile.TarInfo("x")
    entry.type = kind
    return gzip.compress(entry.tobuf(tarfile.GNU_FORMAT) * 5_000)


@pytest.mark.parametrize(
    "content",
    [
        b"\x1f\x8b",
        gzip.compress(b"no archive" * 100),
        b"\x1f\x8b" + b"x" * 100,
        _announced(tarfile.GNUTYPE_LONGNAME),
        _announced(tarfile.XHDTYPE),
    ],
)
def test_what_is_compressed_but_no_archive_is_told(content: bytes) -> None:
    assert is_archive(content)
    with pytest.raises(SpecUnusable, match="no archive of files"):
        Archive(content)


def test_an_archive_may_hold_folders_and_links_up_to_the_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    content = packed({"a.yaml": b""}, links={"b": "a.yaml", "c": "a.yaml"})
    monkeypatch.setattr(file_tree, "MAX_ENTRIES", 3)
    assert list(Archive(content).names()) == ["a.yaml"]
    monkeypatch.setattr(file_tree, "MAX_ENTRIES", 2)
    with pytest.raises(SpecUnusable, match="more than"):
        Archive(content)


def test_the_fingerprint_changes_with_a_file(tmp_path: Path) -> None:
    folder = Folder(written(tmp_path, FILES), 100)
    before = folder.fingerprint()
    assert folder.fingerprint() == before
    written(tmp_path, {"api/part.yml": b"type: integer"})
    assert folder.fingerprint() != before


def test_the_main_file_is_the_one_nearest_to_the_root() -> None:
    files = {**FILES, "api/deeper/other.json": b'{"openapi": "3.1.0"}'}
    assert main_file(Archive(packed(files)), "") == "api/main.yaml"
    assert main_file(Archive(packed(files)), "/api/deeper/other.json") == "api/deeper/other.json"


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ({"a.yaml": b"x: 1"}, "no file that begins one"),
        ({"a.yaml": b"openapi: 3", "b.yaml": b"swagger: 2"}, "There are several descriptions: 'a.yaml', 'b.yaml'"),
    ],
)
def test_without_one_main_file_its_name_is_asked_for(files: dict[str, bytes], words: str) -> None:
    with pytest.raises(SpecUnusable, match=f"{words}.*Name the file after a #"):
        main_file(Archive(packed(files)), "")
