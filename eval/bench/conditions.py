"""What every area of the benchmark is given."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from eval.runtime import RuntimeFactory


@dataclass(frozen=True)
class Conditions:
    """How to measure: within a minute if `quick`, with the product that `open_runtime` makes.

    `specs` is a folder of published API descriptions with a `manifest.json`, for the areas that run over them.
    """

    quick: bool
    open_runtime: RuntimeFactory
    specs: Path | None = None
