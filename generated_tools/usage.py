"""How often and how fast each tool version ran."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import Engine, func, insert, select
from sqlalchemy.exc import IntegrityError

from generated_tools.tables import tool_uses
from schemas.base import Frozen
from schemas.ports import Clock
from schemas.tool import ToolManifest


class Usage(Frozen):
    """The statistics of one version."""

    uses: int = 0
    last_used_at: datetime | None = None
    mean_milliseconds: float = 0.0


class UsageLog:
    """One row a use in the database; figures are worked out when they are read."""

    def __init__(self, engine: Engine, clock: Clock) -> None:
        self._engine = engine
        self._clock = clock

    def record(self, tool: ToolManifest, *, run_id: str, milliseconds: float) -> None:
        """Count one use. The same run counts once for a version, however often its step is repeated."""
        row = {
            "run_id": run_id,
            "tool": tool.name,
            "version": tool.version,
            "used_at": self._clock().astimezone(UTC),
            "milliseconds": milliseconds,
        }
        try:
            with self._engine.begin() as connection:
                connection.execute(insert(tool_uses), row)
        except IntegrityError:
            return  # the step ran before, and counted

    def by_reference(self) -> dict[str, Usage]:
        """The statistics of every version that was ever used, by `name@version`."""
        columns = tool_uses.c
        figures = select(columns.tool, columns.version, func.count(), func.max(columns.used_at), func.avg(columns.milliseconds)).group_by(
            columns.tool, columns.version
        )
        with self._engine.connect() as connection:
            return {
                f"{name}@{version}": Usage(uses=uses, last_used_at=_aware(last), mean_milliseconds=mean)
                for name, version, uses, last, mean in connection.execute(figures)
            }


def _aware(time: datetime) -> datetime:
    """SQLite keeps no offset; what we write is UTC."""
    return time if time.tzinfo else time.replace(tzinfo=UTC)
