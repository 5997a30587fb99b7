"""One ground for all attacks, with a canary in the environment that its workers are started from."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import pytest

from sandbox.supervisor import WorkerPool
from tests.sandbox.attacks.attack import Attack
from tests.sandbox.attacks.ground import CANARY, Aftermath, Ground
from tests.sandbox.broker.loopback import answer, serving


class Kept(logging.Handler):
    """Keeps what is logged anywhere, at any level that the command line lets through."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(record.getMessage())


@pytest.fixture(scope="session")
def ground(image: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    canary_file = tmp_path_factory.mktemp("host") / "canary"
    canary_file.write_text(CANARY)
    with pytest.MonkeyPatch.context() as patch, serving(answer()) as other, WorkerPool(image) as pool:
        patch.setenv("OPSWRIGHT_CANARY", CANARY)
        pool.walls()
        yield Ground(pool, canary_file, other)


@pytest.fixture(scope="session")
def log() -> Iterator[Kept]:
    kept, root, httpcore = Kept(), logging.getLogger(), logging.getLogger("httpcore")
    levels = root.level, httpcore.level
    root.addHandler(kept)
    root.setLevel(logging.DEBUG)
    httpcore.setLevel(logging.WARNING)  # it logs whole headers; `opswright.cli.opening` keeps it quiet, whatever level was asked for
    yield kept
    root.setLevel(levels[0])
    httpcore.setLevel(levels[1])
    root.removeHandler(kept)


@pytest.fixture(scope="session")
def aftermaths(ground: Ground, log: Kept, request: pytest.FixtureRequest) -> Iterator[dict[str, Future[Aftermath]]]:
    """What becomes of each attack that was selected; two run at a time, while the tests look at those that are over."""
    callspecs = (getattr(item, "callspec", None) for item in request.session.items)
    chosen = [spec.params["attack"] for spec in callspecs if spec is not None and isinstance(spec.params.get("attack"), Attack)]
    with ThreadPoolExecutor(2) as threads:
        yield {attack.name: threads.submit(ground.run, attack) for attack in chosen}
