"""The listing of `data/kubernetes.yaml`, cut as it is for a source."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from doc_sources.effects import load_judge
from doc_sources.slices import Cutter
from doc_sources.specification import Specification
from schemas.operation import Slice
from tests.sandbox.rehearsal.fleet import load

NODES = "cluster:listCoreV1Node"


@cache
def slices() -> Mapping[str, Slice]:
    """By operation id."""
    return {slice_.operation.id: slice_ for slice_ in Cutter(Specification(load("kubernetes.yaml")), "cluster", load_judge()).cut()}
