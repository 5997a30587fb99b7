"""What we know of providers beyond what their specifications say: how to recognise one, its words, and an overlay.

`catalogue/<provider>.yaml` holds one provider each. One with an OpenAPI description is recognised by its paths; AWS is a kind of
source of its own, and its file another (`aws_catalogue.py`). An overlay is OpenAPI in our own words, for operations that a server has but
describes with less than it does: `GET /api/4/{plugin}` with an untyped response. It never invents: an operation of it is taken only
where the live specification has a path that covers it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from pathlib import Path
from typing import Annotated, Final

from pydantic import Field, model_validator

from doc_sources import data_files
from doc_sources.aws_catalogue import AwsProvider
from doc_sources.normal_form import METHODS
from schemas.base import Frozen, Json
from schemas.operation import Slice

FOLDER: Final = Path(__file__).with_name("catalogue")

_AWS: Final = "aws"

OpenApiPath = Annotated[str, Field(pattern=r"^/")]


class Overlay(Frozen):
    """`paths` and `components` of OpenAPI 3.1."""

    paths: dict[OpenApiPath, dict[str, dict[str, Json]]]
    components: dict[str, Json] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _is_complete(self) -> Overlay:
        for path, item in self.paths.items():
            for method, operation in item.items():
                if method not in METHODS or not {"operationId", "summary", "responses"} <= operation.keys():
                    raise ValueError(f"{method} {path} is no operation with operationId, summary and responses")
        return self

    def document(self, title: str) -> dict[str, Json]:
        """The overlay as a document that can be cut into slices."""
        return {"openapi": "3.1.0", "info": {"title": title, "version": ""}, "paths": self.paths, "components": self.components}


class Provider(Frozen):
    """One provider. A specification is this provider's where it has all the paths of `recognise`.

    `words` are what people call the product and what it is about, for search.
    """

    title: str
    recognise: Annotated[tuple[OpenApiPath, ...], Field(min_length=1)]
    words: tuple[str, ...] = ()
    overlay: Overlay | None = None


class Catalogue:
    """All providers by name, which is the name of the file, and AWS."""

    def __init__(self, providers: dict[str, Provider], aws: AwsProvider | None = None) -> None:
        self.providers = providers
        self.aws = aws

    def recognise(self, paths: Collection[str]) -> str | None:
        """The name of the provider with the most telling paths among these, or None."""
        fitting = [name for name, provider in self.providers.items() if all(path in paths for path in provider.recognise)]
        return max(fitting, key=lambda name: (len(self.providers[name].recognise), name), default=None)


def load_catalogue(folder: Path = FOLDER) -> Catalogue:
    """Every file of the folder. Reads the disk; raises Misconfigured with file and line at a broken one."""
    files = {path.stem: path for path in sorted(folder.glob("*.yaml"))}
    aws = files.pop(_AWS, None)
    providers = {name: data_files.load(path, Provider) for name, path in files.items()}
    return Catalogue(providers, data_files.load(aws, AwsProvider) if aws else None)


def merged(live: Sequence[Slice], overlay: Iterable[Slice]) -> tuple[Slice, ...]:
    """The live slices; where the overlay says more of the same operation, the overlay's; then those that a live path covers."""
    exact = {(s.operation.method, s.operation.path): s for s in live}
    names = {s.operation.name for s in live}
    better, added = {}, []
    for candidate in overlay:
        operation = candidate.operation
        described = exact.get((operation.method, operation.path))
        if described is not None and described.operation.rows_path is None:
            better[operation.method, operation.path] = candidate
        elif described is None and operation.name not in names and any(_covers(s, candidate) for s in live):
            added.append(candidate)
    return (*(better.get((s.operation.method, s.operation.path), s) for s in live), *added)


def _covers(live: Slice, candidate: Slice) -> bool:
    """Whether a call of the candidate is a call of the live operation: its parameters stand where the candidate has words."""
    if live.operation.method != candidate.operation.method:
        return False
    template, path = live.operation.path.split("/"), candidate.operation.path.split("/")
    return len(template) == len(path) and all(_fits(one, other) for one, other in zip(template, path, strict=True))


def _fits(segment: str, candidate: str) -> bool:
    return segment == candidate or (segment.startswith("{") and segment.endswith("}") and bool(candidate))
