"""Opening Chroma's embedded engine. Import it when it is used: chromadb takes most of a second."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

import chromadb
from chromadb import Collection, EmbeddingFunction, Embeddings
from chromadb.api.client import Client
from chromadb.api.types import Embeddable
from chromadb.config import Settings

from schemas.base import text_digest


class GivenVectorsOnly(EmbeddingFunction[Embeddable]):
    """Refuses to embed. Without an embedding function of ours Chroma would download a model and use that."""

    def __init__(self) -> None: ...

    def __call__(self, input: Embeddable) -> Embeddings:  # noqa: A002 - Chroma's name
        raise TypeError(f"Vectors are given, never made by the store; it was handed {len(input)} texts.")

    @staticmethod
    def name() -> str:
        return "opswright-given-vectors-only"

    def get_config(self) -> dict[str, Any]:
        return {}

    @staticmethod
    def build_from_config(config: dict[str, Any]) -> GivenVectorsOnly:  # noqa: ARG004 - Chroma's signature
        return GivenVectorsOnly()


def open_client(folder: Path) -> Client:
    """A client of the store under `folder`, which is made where it is missing. Reports nothing to anyone."""
    client = chromadb.PersistentClient(str(folder), settings=Settings(anonymized_telemetry=False))
    return cast(Client, client)  # declared as its interface, which has no `close`


def open_collection(client: Client, embedder_name: str) -> Collection:
    """The embedder's own collection: vectors of two models are not comparable. Compares by cosine."""
    return client.get_or_create_collection(
        # Chroma allows few characters in a name, so the embedder's own stands in the metadata.
        f"operations-{text_digest(embedder_name)[:16]}",
        metadata={"embedder": embedder_name},
        embedding_function=GivenVectorsOnly(),
        configuration={"hnsw": {"space": "cosine"}},
    )
