"""MiniLM in numpy is MiniLM."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy
import pytest

from rag import minilm
from rag.minilm import MAX_WORD_PIECES, MODEL_FILE, TOKENIZER_FILE, WEIGHTS_PACKAGE, MiniLmEmbedder, find_weights
from schemas.errors import Misconfigured


@pytest.fixture(scope="module")
def weights() -> Path:
    if (folder := find_weights()) is None:
        pytest.skip(f"{WEIGHTS_PACKAGE} is not installed")
    return folder


@pytest.mark.parametrize(
    ("texts", "similarities"),
    [
        # The quick start of Sentence Transformers' documentation.
        (["The weather is lovely today.", "It's so sunny outside!", "He drove to the stadium."], [0.6660, 0.1046]),
        # The example of Hugging Face's documentation of sentence similarity.
        (
            ["That is a happy person", "That is a happy dog", "That is a very happy person", "Today is a sunny day"],
            [0.6945773363113403, 0.9429150819778442, 0.2568760812282562],
        ),
    ],
)
def test_similarities_are_the_published_ones(weights: Path, texts: list[str], similarities: list[float]) -> None:
    first, *others = MiniLmEmbedder(weights).embed(texts)
    assert [float(first @ other) for other in others] == pytest.approx(similarities, abs=5e-5)


def test_text_is_cut_at_the_bound_and_not_before(weights: Path) -> None:
    embedder = MiniLmEmbedder(weights)
    full = "disk " * (MAX_WORD_PIECES - 2)  # the two marks count
    at_bound, beyond, below = embedder.embed([full, full + "banana", full.replace("disk", "banana", 1)])
    assert at_bound == pytest.approx(beyond, abs=1e-6)
    assert not numpy.allclose(at_bound, below, atol=1e-4)


@pytest.mark.parametrize("file", [MODEL_FILE, TOKENIZER_FILE])
def test_changed_file_is_refused_before_it_is_used(weights: Path, tmp_path: Path, file: str) -> None:
    for name in (MODEL_FILE, TOKENIZER_FILE):
        (tmp_path / name).symlink_to(weights / name)
    (tmp_path / file).unlink()
    shutil.copyfile(weights / file, tmp_path / file)
    with (tmp_path / file).open("ab") as stream:
        stream.write(b" ")
    with pytest.raises(Misconfigured, match=f"{file}.*is not the published file.*Reinstall"):
        MiniLmEmbedder(tmp_path).embed(["hosts"])


def test_missing_file_is_named_at_the_first_use_and_not_before(tmp_path: Path) -> None:
    embedder = MiniLmEmbedder(tmp_path)
    with pytest.raises(Misconfigured, match=rf"{TOKENIZER_FILE}.*Reinstall"):
        embedder.embed(["hosts"])


def test_absent_package_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(minilm, "WEIGHTS_PACKAGE", "no-such-package-of-weights")
    assert find_weights() is None
