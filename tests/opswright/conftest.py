"""The wired product on data of the test's own, and the estate as a real server in a thread."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from fastapi import FastAPI

from eval.estate.app import create_app
from eval.estate.serve import serving
from opswright.settings import Settings
from opswright.wiring import Runtime
from schemas.source import Credential
from tests.opswright.estates import TOKEN, Connect

CACHE = Path(__file__).parents[2] / ".cache"
"""Images and type caches are shared by all tests of a checkout."""


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path / "home", library=tmp_path / "library", cache=CACHE)


@pytest.fixture
def runtime(settings: Settings) -> Iterator[Runtime]:
    with Runtime(settings) as made:
        yield made


@pytest.fixture
def connected(runtime: Runtime, tmp_path: Path) -> Connect:
    """Serves an estate and makes it the source `estate` of the runtime."""
    token_file = tmp_path / "token"
    token_file.write_text(TOKEN)

    @contextmanager
    def connect(app: FastAPI) -> Iterator[FastAPI]:
        with serving(app) as url:
            runtime.connect(f"{url}/openapi.json", name="estate", credential=Credential(secret=f"file:{token_file}"))
            yield app

    return connect


@pytest.fixture
def estate(connected: Connect) -> Iterator[FastAPI]:
    with connected(create_app(now=datetime.now(UTC), token=TOKEN)) as app:
        yield app
