"""A fetched document with the files that it may refer to."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from doc_sources.file_tree import Archive, FileTree, Listed, main_file
from doc_sources.urls import shown
from schemas.errors import SpecUnusable, quoted
from schemas.source import Validators


@dataclass(frozen=True)
class Document:
    """`content` is that of the file `name` in `files`. `revision` is the commit of a checkout, or empty.

    `digest` is the SHA-256 of the content, where it is known already.
    `is_whole`: the validators stand for all of the files, so that none has changed as long as they hold.
    """

    content: bytes
    validators: Validators
    files: FileTree
    name: str
    is_whole: bool = False
    revision: str = ""
    digest: str = ""


@contextmanager
def named(address: str) -> Iterator[None]:
    """Lets a SpecUnusable say which document is no use."""
    try:
        yield
    except SpecUnusable as error:
        raise SpecUnusable(f"The document at {shown(address)} can't be used. {error.message}", hint=error.hint) from error


def opened_archive(content: bytes, wanted: str, validators: Validators) -> Document:
    """The document in an archive that begins in the file `wanted`, or in the one that is found. Raises SpecUnusable."""
    return opened_tree(Archive(content), wanted, validators)


def opened_tree(files: Listed, wanted: str, validators: Validators, revision: str = "") -> Document:
    """The same of any tree."""
    name = main_file(files, wanted)
    try:
        content = files.read(name)
    except LookupError as error:
        raise SpecUnusable(f"The file {quoted(name)} can't be had: {error.args[0]}.") from error
    return Document(content, validators, files, name, is_whole=True, revision=revision)
