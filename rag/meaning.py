"""Finding families by meaning: where a question's answer lies, in a space of families, as shipped questions taught it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy

from rag.embeddings import Embeddings
from rag.families import Family
from rag.latent import Matrix, centred, latent_space, normalised
from rag.projection import Example, Projection, Vocabulary, learn
from rag.questions import is_chinese
from schemas.base import digest

_FORMAT: Final = 1
"""Another one as soon as what is derived would come out differently."""

_KIND: Final = "families"
_PARTS: Final = ("sentences", "centres", "latent", "english", "chinese")
"""What is kept, in this order."""


@dataclass(frozen=True, eq=False)
class Space:
    """Where families lie, a row each: by the meaning of what is written about them, and by the words that they share."""

    sentences: Matrix
    centres: Matrix
    latent: Matrix

    @property
    def targets(self) -> Matrix:
        return numpy.concatenate([self.centres, self.latent], axis=1)


@dataclass(frozen=True, eq=False)
class Texts:
    """What is written about families: one sentence each, all terms each, and questions with the position of their family."""

    sentences: tuple[str, ...]
    terms: tuple[tuple[str, ...], ...]
    english: tuple[Example, ...]
    chinese: tuple[Example, ...]

    @classmethod
    def of(cls, families: Sequence[Family], sentences: Sequence[str], terms: Sequence[Sequence[str]]) -> Texts:
        asked = [(position, family.asked) for position, family in enumerate(families) if family.asked]
        return cls(
            sentences=tuple(sentences),
            terms=tuple(map(tuple, terms)),
            english=tuple(Example(text, position) for position, family in asked for text in family.english),
            chinese=tuple(Example(text, position) for position, family in asked for text in family.chinese),
        )

    @property
    def digest(self) -> str:
        examples = [[example.text, example.answer] for example in self.english + self.chinese]
        return digest([_FORMAT, list(self.sentences), [" ".join(terms) for terms in self.terms], examples])

    @property
    def to_embed(self) -> tuple[str, ...]:
        return (*self.sentences, *(example.text for example in self.english))

    @property
    def english_lessons(self) -> tuple[Example, ...]:
        """The sentences are lessons, too: an operation must be found by its own words."""
        return (*(Example(text, position) for position, text in enumerate(self.sentences)), *self.english)


class Meaning:
    """Compares questions with families. Threads may share it."""

    def __init__(self, texts: Texts, embeddings: Embeddings, space: Space, english: Matrix, chinese: Matrix) -> None:
        self._embeddings = embeddings
        self._space = space
        self._english = Projection(Vocabulary([lesson.text for lesson in texts.english_lessons], is_chinese=False), english)
        self._chinese = Projection(Vocabulary([example.text for example in texts.chinese], is_chinese=True), chinese)

    def similarities(self, question: str) -> Mapping[str, Matrix]:
        """Cosines of the question with every family: `centre` and `latent` by what was learned, `sentence` by its own vector."""
        if is_chinese(question):  # the embedder knows no Chinese
            return self._projected(self._chinese.of(question))
        vector = self._embeddings.of_question(question)
        return {**self._projected(self._english.of(question, vector)), "sentence": self._space.sentences @ vector}

    def _projected(self, place: Matrix) -> Mapping[str, Matrix]:
        width = self._space.centres.shape[1]
        return {"centre": _cosines(self._space.centres, place[:width]), "latent": _cosines(self._space.latent, place[width:])}


def prepare(
    texts: Texts, embeddings: Embeddings, is_wanted: Callable[[], bool], progress: Callable[[float], None] = lambda _: None
) -> Meaning | None:
    """What was learned before from the same texts, or learned now. None as soon as nobody wants it any more.

    The first time embeds every text: 5 to 10 ms each on one core.
    """
    if not texts.sentences:
        return None
    key = texts.digest
    if kept := embeddings.kept(_KIND, [f"{key}:{part}" for part in _PARTS]):
        return _restored(texts, embeddings, kept)
    vectors = embeddings.of_texts(texts.to_embed, is_wanted, progress)
    if vectors is None:
        return None
    sentences = vectors[: len(texts.sentences)]
    space = Space(sentences, _centres(texts, vectors), latent_space(texts.terms))
    learned = _learned(texts, vectors, space)
    if not is_wanted():
        return None
    parts = (space.sentences, space.centres, space.latent, *learned)
    embeddings.keep(_KIND, {f"{key}:{name}": part for name, part in zip(_PARTS, parts, strict=True)})
    embeddings.prune(texts.to_embed)
    return Meaning(texts, embeddings, space, *learned)


def _learned(texts: Texts, vectors: Matrix, space: Space) -> tuple[Matrix, Matrix]:
    lessons = texts.english_lessons
    english = learn(Vocabulary([lesson.text for lesson in lessons], is_chinese=False), lessons, vectors, space.targets)
    chinese = learn(Vocabulary([example.text for example in texts.chinese], is_chinese=True), texts.chinese, None, space.targets)
    return english, chinese


def _restored(texts: Texts, embeddings: Embeddings, kept: Sequence[Matrix]) -> Meaning:
    families = len(texts.sentences)
    space = Space(*(part.reshape(families, -1) for part in kept[:3]))
    width = space.centres.shape[1] + space.latent.shape[1]
    english, chinese = (part.reshape(-1, width) for part in kept[3:])
    return Meaning(texts, embeddings, space, english, chinese)


def _centres(texts: Texts, vectors: Matrix) -> Matrix:
    """Of each family the mean of its sentence and its questions."""
    total = vectors[: len(texts.sentences)].copy()
    counts = numpy.ones((len(total), 1), dtype=numpy.float32)
    for number, example in enumerate(texts.english, len(texts.sentences)):
        total[example.answer] += vectors[number]
        counts[example.answer] += 1
    means: Matrix = (total / counts).astype(numpy.float32)
    return centred(means)


def _cosines(rows: Matrix, place: Matrix) -> Matrix:
    found: Matrix = rows @ normalised(place)
    return found
