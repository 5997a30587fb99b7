"""The tools that the demonstration wrote and that are kept here as examples: sound, proven, and as they were verified."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import create_engine

from generated_tools.registry import Registry

LIBRARY = Path(__file__).parents[2] / "generated_tools" / "library"


def test_every_kept_tool_is_sound_and_proven() -> None:
    registry = Registry(LIBRARY, create_engine("sqlite://"), lambda: datetime.now(UTC))
    assert registry.damaged() == ()
    assert len(registry.all()) >= 5
    for manifest in registry.all():
        verification = registry.load(manifest.reference).verification
        assert (verification.passed, verification.semantics) == (True, "proven")
