"""Documents on this machine, where the operator names a file, an archive or a folder.

With a `#` the file in which the description begins may be named: `api.tar.gz#specification/main.yaml`. A single file may refer to others
of its checkout, or, outside of any, of its folder.
"""

from __future__ import annotations

import glob
import hashlib
from pathlib import Path
from urllib.parse import unquote, urlsplit
from urllib.request import url2pathname

from doc_sources import checkout
from doc_sources.document import Document, named, opened_archive, opened_tree
from doc_sources.download import too_large
from doc_sources.file_tree import Folder, is_archive
from doc_sources.urls import is_catalogued, is_github
from schemas.base import text_digest
from schemas.errors import Misconfigured, SpecUnusable, quoted
from schemas.source import Validators


def is_local(url: str) -> bool:
    """Whether it is a `file:` URL or a path, and not an address on a network."""
    return url.startswith("file:") or not ("://" in url or is_catalogued(url) or is_github(url))


def read(url: str, known: Validators | None, limit_bytes: int) -> Document | None:
    """The document, or None where `known` stands for its present content. Raises SpecUnusable or Misconfigured, naming the file."""
    path, wanted = _path(url)
    if path.is_dir():
        return _folder(path, wanted, known, limit_bytes)
    content = _content(path, limit_bytes)
    digest = hashlib.sha256(content).hexdigest()
    validators = Validators(etag=" ".join([digest, *_beside(path)]))
    if validators == known:
        return None
    if is_archive(content):
        with named(url):
            return opened_archive(content, wanted, validators)
    root = checkout.root_of(path.resolve().parent)
    files = Folder(root or path.resolve().parent, limit_bytes)
    name = path.resolve().relative_to(files.root).as_posix()
    return Document(content, validators, files, name, revision=checkout.revision(root) if root else "", digest=digest)


def _folder(path: Path, wanted: str, known: Validators | None, limit_bytes: int) -> Document | None:
    files = Folder(path, limit_bytes)
    revision = checkout.revision(path) if checkout.root_of(path.resolve()) else ""
    validators = Validators(etag=f"{files.fingerprint()} {revision}".rstrip())
    if validators == known:
        return None
    with named(path.as_posix()):
        return opened_tree(files, wanted, validators, revision)


def _beside(path: Path) -> list[str]:
    """The files of its folder that are named like it up to its first dot, of which one may belong to it, by size and time."""
    named_alike = path.parent.glob(f"{glob.escape(path.name.partition('.')[0])}.*")
    others = [other for other in sorted(named_alike) if other.name != path.name and other.is_file()]
    marks = [f"{other.name} {other.stat().st_size} {other.stat().st_mtime_ns}" for other in others]
    return [text_digest("\n".join(marks))[:16]] if marks else []


def _content(path: Path, limit_bytes: int) -> bytes:
    name = quoted(path, 200)
    try:
        with path.open("rb") as file:
            content = file.read(limit_bytes + 1)
    except FileNotFoundError as error:
        raise SpecUnusable(f"There is no file {name}.", hint="Give its whole path.") from error
    except OSError as error:
        raise Misconfigured(f"The file {name} can't be read: {error.strerror}.") from error
    if len(content) > limit_bytes:
        raise too_large(f"The file {name}", limit_bytes)
    return content


def _path(url: str) -> tuple[Path, str]:
    """The path, and the file within it that is named after a `#`, which a file's own name may hold, too."""
    if not url.startswith("file:"):
        path, mark, wanted = url.rpartition("#")
        return (Path(path), wanted) if mark and not Path(url).exists() else (Path(url), "")
    parts = urlsplit(url)
    if parts.netloc not in ("", "localhost"):
        raise Misconfigured(f"The file URL {quoted(url, 200)} names the host {quoted(parts.netloc)}.", hint="Write file:///path/to/file.")
    return Path(url2pathname(parts.path)), unquote(parts.fragment)
