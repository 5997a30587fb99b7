"""A short way from the bytes of a description to the operations that are cut from it."""

from __future__ import annotations

from doc_sources.effects import load_judge
from doc_sources.formats import reading
from doc_sources.slices import Cutter
from doc_sources.specification import Specification
from schemas.operation import Operation, Slice

JUDGE = load_judge()


def slices_of(content: str | bytes, address: str = "https://docs.example/api") -> dict[str, Slice]:
    """The slices by the names of their operations."""
    read = reading.read(content.encode() if isinstance(content, str) else content, address)
    pieces = Cutter(Specification(read.root), "docs", JUDGE, read.protocol).cut()
    return {piece.operation.name: piece for piece in pieces}


def operations_of(content: str | bytes, address: str = "https://docs.example/api") -> dict[str, Operation]:
    """The operations by their names."""
    return {name: piece.operation for name, piece in slices_of(content, address).items()}
