"""Operations and slices as they are kept: JSON, the slice's document compressed."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Iterable
from functools import lru_cache

import orjson

from schemas.base import Json, digest
from schemas.garbage import uncollected
from schemas.operation import Operation, Slice
from schemas.source import FetchedSpec

# Stripe's 468 slices are 342 MB as they are and 69 MB at the fastest level; unpacking one of Kubernetes' takes 0.1 ms.
_COMPRESSION_LEVEL = 1


@lru_cache(maxsize=1)
def present_format() -> str:
    """Stands for the fields that an operation has in this release."""
    return digest(Operation.model_json_schema())


def packed(document: Json) -> bytes:
    """A slice's document at rest; keys that YAML made numbers become text."""
    return zlib.compress(orjson.dumps(document, option=orjson.OPT_NON_STR_KEYS), _COMPRESSION_LEVEL)


def unpacked(document: bytes) -> Json:
    """A slice's document."""
    return orjson.loads(zlib.decompress(document))


@lru_cache(maxsize=256)
def slice_of(operation: str, document: bytes) -> Slice:
    """Every question reads the slices of its operations, nearly always the same few; one of EC2 takes milliseconds."""
    return Slice(operation=Operation.model_validate_json(operation), document=unpacked(document))


def operations_of(texts: Iterable[str]) -> tuple[Operation, ...]:
    """Parses many at once: 20 ms for a thousand, half a second for the 19,796 of AWS."""
    with uncollected():
        return tuple(Operation.model_validate_json(text) for text in texts)


def revision_of(operations: Iterable[str]) -> str:
    """Over whole operations, not slice hashes alone: a better rule for effects changes one without the other."""
    # Not over the list as one value: that of AWS took 2.6 s.
    made = hashlib.sha256()
    for text in operations:
        made.update(text.encode(errors="surrogatepass") + b"\n")
    return made.hexdigest()


def pack_specification(fetched: FetchedSpec) -> bytes:
    """A whole specification at rest."""
    return packed(fetched.model_dump(mode="json"))


def unpack_specification(content: bytes) -> FetchedSpec:
    """A whole specification, of the present format."""
    return FetchedSpec.model_validate(unpacked(content))
