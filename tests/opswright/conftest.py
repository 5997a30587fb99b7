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
from eval.servers import Cloud
from opswright.settings import Settings
from opswright.wiring import Runtime
from schemas.credential import Bearer
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
            runtime.connect(f"{url}/openapi.json", name="estate", credential=Bearer(secret=f"file:{token_file}"))
            yield app

    return connect


@pytest.fixture
def estate(connected: Connect) -> Iterator[FastAPI]:
    with connected(create_app(now=datetime.now(UTC), token=TOKEN)) as app:
        yield app


@pytest.fixture(scope="module")
def clouded(cloud: Cloud, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Runtime]:
    """A runtime that reads both regions of the cloud, and nothing else; its tools are shared by the tests of a module."""
    folder = tmp_path_factory.mktemp("clouded")
    with cloud.known_to_the_sdk(), Runtime(Settings(home=folder / "home", library=folder / "library", cache=CACHE)) as wired:
        wired.connect("botocore:ec2,cloudwatch", name="aws", aws=cloud.access())
        yield wired
