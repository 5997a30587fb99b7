"""Vectors of texts, each made once: what the database has is not embedded again."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Final

import numpy

from rag.vectors import VectorStore
from schemas.base import text_digest
from schemas.ports import Embedder, Vectors

_AT_ONCE: Final = 64
"""Texts between two looks at whether anybody still wants them."""

_REMEMBERED: Final = 512


class Embeddings:
    """An embedder with its memory. Threads may share it, processes the store."""

    def __init__(self, embedder: Embedder, store: VectorStore) -> None:
        self.embedder = embedder
        self.store = store
        self._question = lru_cache(maxsize=_REMEMBERED)(self._embed_one)

    @property
    def name(self) -> str:
        """The embedder's."""
        return self.embedder.name

    def of_question(self, question: str) -> Vectors:
        """One vector; the last few hundred are remembered."""
        return self._question(question)

    def of_texts(self, texts: Sequence[str], is_wanted: Callable[[], bool], progress: Callable[[float], None]) -> Vectors | None:
        """A row for each text; None as soon as nobody wants them any more, and what was made by then is kept."""
        rows = []
        for start in range(0, len(texts), _AT_ONCE):
            if not is_wanted():
                return None
            rows.append(self._rows(texts[start : start + _AT_ONCE]))
            progress(min(1.0, (start + _AT_ONCE) / len(texts)))
        return numpy.concatenate(rows) if rows else numpy.zeros((0, 0), dtype=numpy.float32)

    def kept(self, kind: str, keys: Sequence[str]) -> list[Vectors] | None:
        """What `keep` was given under these keys, each in one row; None where any is missing."""
        found = self.store.read(f"{self.name}|{kind}", keys)
        return [found[key].reshape(1, -1) for key in keys] if found.keys() >= set(keys) else None

    def keep(self, kind: str, made: Mapping[str, Vectors]) -> None:
        """Hold what was derived from vectors."""
        for key, part in made.items():
            self.store.keep(f"{self.name}|{kind}", [key], part.reshape(1, -1))

    def prune(self, texts: Sequence[str]) -> None:
        """Forget the vectors of other texts, once there are many."""
        self.store.prune(self.name, {text_digest(text) for text in texts})

    def _embed_one(self, question: str) -> Vectors:
        vector: Vectors = self.embedder.embed([question])[0]
        return vector

    def _rows(self, texts: Sequence[str]) -> Vectors:
        keys = [text_digest(text) for text in texts]
        found = self.store.read(self.name, keys)
        new = {key: text for key, text in zip(keys, texts, strict=True) if key not in found}
        if new:
            made = self.embedder.embed(list(new.values()))
            self.store.keep(self.name, list(new), made)
            found |= zip(new, made, strict=True)
        return numpy.stack([found[key] for key in keys])
