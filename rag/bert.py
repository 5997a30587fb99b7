"""The forward pass of a BERT encoder in numpy.

Devlin et al., "BERT: Pre-training of Deep Bidirectional Transformers for Language Understanding", 2018. Tensor names are those
of Hugging Face's `BertModel`. Shapes: B texts, T word pieces, H hidden width, N attention heads.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy

Array = numpy.ndarray[Any, numpy.dtype[numpy.float32]]
Integers = numpy.ndarray[Any, numpy.dtype[numpy.int64]]

_LAYER_NORM_EPSILON = 1e-12
_MASKED = numpy.float32(-1e9)


class BertEncoder:
    """A BERT encoder over the tensors of a checkpoint. Stateless once built: threads may share it."""

    def __init__(self, tensors: Mapping[str, Array], *, heads: int) -> None:
        self._tensors = tensors
        self._heads = heads
        self._layers = 1 + max(int(name.split(".")[2]) for name in tensors if name.startswith("encoder.layer."))

    def encode(self, pieces: Integers, mask: Integers) -> Array:
        """The last hidden states, B x T x H, of piece ids B x T. `mask` is 1 for pieces and 0 for padding."""
        hidden = self._embeddings(pieces)
        penalty = (1 - mask[:, None, None, :]).astype(numpy.float32) * _MASKED
        for layer in range(self._layers):
            hidden = self._layer(f"encoder.layer.{layer}", hidden, penalty)
        return hidden

    def _embeddings(self, pieces: Integers) -> Array:
        words = self._tensors["embeddings.word_embeddings.weight"][pieces]
        positions = self._tensors["embeddings.position_embeddings.weight"][: pieces.shape[1]]
        sentence_a = self._tensors["embeddings.token_type_embeddings.weight"][0]
        return self._normalised("embeddings.LayerNorm", words + positions + sentence_a)

    def _layer(self, name: str, hidden: Array, penalty: Array) -> Array:
        attended = self._linear(f"{name}.attention.output.dense", self._attention(f"{name}.attention.self", hidden, penalty))
        hidden = self._normalised(f"{name}.attention.output.LayerNorm", hidden + attended)
        widened = _gelu(self._linear(f"{name}.intermediate.dense", hidden))
        return self._normalised(f"{name}.output.LayerNorm", hidden + self._linear(f"{name}.output.dense", widened))

    def _attention(self, name: str, hidden: Array, penalty: Array) -> Array:
        query, key, value = (self._by_head(self._linear(f"{name}.{part}", hidden)) for part in ("query", "key", "value"))
        scores = query @ key.transpose(0, 1, 3, 2) / numpy.float32(math.sqrt(query.shape[-1])) + penalty
        mixed: Array = _softmax(scores) @ value
        return mixed.transpose(0, 2, 1, 3).reshape(hidden.shape)

    def _by_head(self, hidden: Array) -> Array:
        """B x T x H as B x N x T x H/N."""
        return hidden.reshape(*hidden.shape[:2], self._heads, -1).transpose(0, 2, 1, 3)

    def _linear(self, name: str, hidden: Array) -> Array:
        # One matrix product over all pieces of all texts: a stack of small ones is several times slower.
        flat = hidden.reshape(-1, hidden.shape[-1]) @ self._tensors[f"{name}.weight"].T
        return (flat + self._tensors[f"{name}.bias"]).reshape(*hidden.shape[:-1], -1)

    def _normalised(self, name: str, hidden: Array) -> Array:
        centred = hidden - hidden.mean(-1, keepdims=True)
        spread = numpy.sqrt((centred * centred).mean(-1, keepdims=True) + numpy.float32(_LAYER_NORM_EPSILON))
        scaled: Array = centred / spread * self._tensors[f"{name}.weight"] + self._tensors[f"{name}.bias"]
        return scaled


def _softmax(scores: Array) -> Array:
    raised = numpy.exp(scores - scores.max(-1, keepdims=True))
    shares: Array = raised / raised.sum(-1, keepdims=True)
    return shares


def _gelu(values: Array) -> Array:
    return numpy.float32(0.5) * values * (1 + _erf(values * numpy.float32(math.sqrt(0.5))))


def _erf(values: Array) -> Array:
    """The error function to 1.5e-7: Abramowitz and Stegun, "Handbook of Mathematical Functions", formula 7.1.26. numpy has none."""
    size = numpy.abs(values)
    t = 1 / (1 + numpy.float32(0.3275911) * size)
    series = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))))
    signed: Array = numpy.sign(values) * (1 - series * numpy.exp(-size * size))
    return signed
