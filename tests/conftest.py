"""The cloud, which takes seconds to start and serves all tests that ask for it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from eval.servers import Cloud, moto


@pytest.fixture(scope="session")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cloud]:
    """Read by everybody and changed by nobody: what has to go wrong goes wrong through `tests.clouds.failing`."""
    with moto(tmp_path_factory.mktemp("cloud"), now=datetime.now(UTC)) as started:
        yield started
