"""Opening Chroma's engine in memory. Import it when it is used: chromadb takes most of a second.

Never on disk: its HNSW index saves memory that it has not written to, and with it whatever the process held there before.
"""

from __future__ import annotations

import threading
from typing import Any, cast
from uuid import uuid4

import chromadb
from chromadb import Collection, EmbeddingFunction, Embeddings
from chromadb.api.client import Client
from chromadb.api.types import Embeddable
from chromadb.config import Settings

_sharing = threading.Lock()
"""All clients in memory share one engine of the process, which Chroma starts and stops without minding threads."""


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


def open_collection() -> tuple[Client, Collection]:
    """An empty collection of the caller's own, compared by cosine, and the client to `close` it with. Reports nothing to anyone."""
    with _sharing:
        client = cast(Client, chromadb.EphemeralClient(Settings(anonymized_telemetry=False)))  # its interface has no `close`
    collection = client.create_collection(
        f"operations-{uuid4().hex}",  # the engine is shared, so the name must not be
        embedding_function=GivenVectorsOnly(),
        configuration={"hnsw": {"space": "cosine"}},
    )
    return client, collection


def close(client: Client, collection: Collection) -> None:
    """Give the collection's memory back, and the engine's with its last client."""
    with _sharing:
        client.delete_collection(collection.name)
        client.close()
