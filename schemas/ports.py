"""What one room needs of another, or of the world, as Protocols. `opswright/wiring.py` knows who fulfils them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Protocol

import numpy

from schemas.model import Prompt, Reply, Value
from schemas.source import FetchedSpec, Source, Validators

Vectors = numpy.ndarray[tuple[int, int], numpy.dtype[numpy.float32]]
"""One row a text, each of length 1."""

Clock = Callable[[], datetime]
"""The present as an aware UTC time."""

Progress = Callable[[str, float], None]
"""Told the stage in words and the fraction done, from 0 to 1."""


OnStep = Callable[[str], None]
"""Told the name of each step of a run when it has ended."""


class Fetcher(Protocol):
    """Gets a source's specification."""

    def fetch(self, source: Source, known: Validators | None) -> FetchedSpec | None:
        """The specification, or None where the server says that what `known` stands for is unchanged.

        Raises BackendUnavailable where a later try may help, SpecUnusable where it can't, Misconfigured where the operator
        can mend it (address, credential, TLS), and Denied for an address that is never contacted.
        """


class SourceDirectory(Protocol):
    """The configured sources."""

    def get(self, name: str) -> Source:
        """The source. Raises NotFound, naming the known ones, and Misconfigured where the operator has to mend it first."""

    def all(self) -> tuple[Source, ...]:
        """Every source that can be asked, by name."""


class Embedder(Protocol):
    """Turns texts into vectors of meaning."""

    @property
    def name(self) -> str:
        """Identifies model and version: vectors under different names are not comparable."""

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Shape (texts, the model's dimensions), rows of length 1."""


class SecretResolver(Protocol):
    """Turns a reference into the secret."""

    def resolve(self, reference: str) -> str:
        """The secret behind `env:NAME`, `file:PATH` or a part of a kubeconfig.

        Raises Misconfigured, naming the reference and never a value.
        """


class TextModel(Protocol):
    """Answers a prompt with a value of a type."""

    def ask(self, prompt: Prompt, answer: type[Value]) -> Reply[Value]:
        """The model's answer, complete and valid as an `answer`, or an error: there is nothing in between.

        Raises InvalidAnswer where the model could mend what it sent, another BackendUnavailable where no model gave a usable
        answer, LimitExceeded where the run's budget is used up, and Misconfigured where a model's name, address or key is wrong.
        """
