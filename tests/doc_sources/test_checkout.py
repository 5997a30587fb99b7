from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from doc_sources import checkout
from doc_sources.local_files import read


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A checkout of one commit."""
    written = tmp_path / "api"
    written.mkdir()
    (written / "openapi.yaml").write_text("openapi: 3.1.0")
    author = ("-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false")
    for words in (("init", "-q"), ("add", "."), (*author, "commit", "-qm", "first")):
        subprocess.run(["git", *words], cwd=tmp_path, check=True)
    return tmp_path


def test_the_version_of_a_checkout_is_its_commit_and_whether_it_was_changed(repository: Path) -> None:
    clean = checkout.revision(repository)
    assert checkout.revision(repository / "api") == clean
    assert len(clean) == 12
    assert set(clean) <= set("0123456789abcdef")
    (repository / "api" / "openapi.yaml").write_text("openapi: 3.0.0")
    assert checkout.revision(repository) == checkout.revision(repository / "api") == f"{clean}+changes"


def test_a_description_is_fetched_with_its_revision_and_the_files_of_the_whole_checkout(repository: Path) -> None:
    document = read(str(repository / "api" / "openapi.yaml"), None, 100)
    assert document is not None
    assert (document.name, document.revision) == ("api/openapi.yaml", checkout.revision(repository))
    folder = read(str(repository), None, 100)
    assert folder is not None
    assert (folder.content, folder.revision) == (document.content, document.revision)
    assert read(str(repository), folder.validators, 100) is None


@pytest.mark.parametrize("setting", ["core.fsmonitor", "filter.own.clean", "filter.own.process"])
def test_a_program_that_the_repository_names_is_not_run(repository: Path, setting: str) -> None:
    program = repository / "program"
    program.write_text(f"#!/bin/sh\ntouch {repository}/it-ran\n")
    program.chmod(0o755)
    (repository / ".gitattributes").write_text("* filter=own\n")
    subprocess.run(["git", "config", setting, str(program)], cwd=repository, check=True)
    (repository / "api" / "openapi.yaml").write_text("openapi: 3.1.1")  # as long as before: its content has to be compared
    assert checkout.revision(repository).endswith("+changes")
    assert not (repository / "it-ran").exists()


def test_a_program_that_a_submodule_names_is_not_run(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    other = tmp_path_factory.mktemp("other")
    author = ("-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false")
    for words in (("init", "-q"), (*author, "commit", "-q", "--allow-empty", "-m", "first")):
        subprocess.run(["git", *words], cwd=other, check=True)
    add = ("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(other), "part")
    subprocess.run(["git", *add], cwd=repository, check=True)
    subprocess.run(["git", *author, "commit", "-qm", "second"], cwd=repository, check=True)
    subprocess.run(["git", "config", "core.fsmonitor", f"touch {repository}/it-ran;"], cwd=repository / "part", check=True)
    assert not checkout.revision(repository).endswith("+changes")
    assert not (repository / "it-ran").exists()


def test_a_worktree_of_another_checkout_has_a_revision_too(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    beside = tmp_path_factory.mktemp("trees") / "beside"
    subprocess.run(["git", "worktree", "add", "-q", str(beside)], cwd=repository, check=True, capture_output=True)
    assert checkout.revision(beside) == checkout.revision(repository)
    (beside / "api" / "openapi.yaml").write_text("openapi: 3.0.0")
    assert checkout.revision(beside) == f"{checkout.revision(repository)}+changes"


def test_a_folder_without_git_has_no_revision(tmp_path: Path) -> None:
    assert checkout.root_of(tmp_path) is None
    assert checkout.revision(tmp_path) == ""
