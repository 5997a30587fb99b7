"""The image is built once per checkout and kept, the workers once per session."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from sandbox.image.store import ImageStore
from sandbox.supervisor import WorkerPool

IMAGES = Path(__file__).parents[2] / ".cache" / "images"


@pytest.fixture(scope="session")
def image() -> Path:
    """The artefact; built where the sources have changed, which takes some 20 seconds."""
    return ImageStore(IMAGES).ensure(lambda _stage, _share: None)


@pytest.fixture(scope="session")
def pool(image: Path) -> Iterator[WorkerPool]:
    """Two workers for whichever tests don't harm them."""
    with WorkerPool(image) as made:
        yield made
