"""Documents on this machine, where the operator names one."""

from __future__ import annotations

import hashlib
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import url2pathname

from doc_sources.download import Download, too_large
from schemas.errors import Misconfigured, SpecUnusable, quoted
from schemas.source import Validators


def is_local(url: str) -> bool:
    """Whether it is a `file:` URL or a path, and not an address on a network."""
    return url.startswith("file:") or "://" not in url


def read(url: str, known: Validators | None, limit_bytes: int) -> Download | None:
    """The file, or None where `known` stands for its present content. Raises SpecUnusable or Misconfigured, naming the file."""
    path = _path(url)
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
    validators = Validators(etag=hashlib.sha256(content).hexdigest())
    return None if validators == known else Download(content, validators)


def _path(url: str) -> Path:
    if not url.startswith("file:"):
        return Path(url)
    parts = urlsplit(url)
    if parts.netloc not in ("", "localhost"):
        raise Misconfigured(f"The file URL {quoted(url, 200)} names the host {quoted(parts.netloc)}.", hint="Write file:///path/to/file.")
    return Path(url2pathname(parts.path))
