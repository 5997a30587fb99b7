"""The record of runs: what was asked, how far it came and what came of it."""

from __future__ import annotations

from sqlalchemy import Column, DateTime, Engine, Index, MetaData, String, Table, Text, insert, select, update

from schemas.errors import NotFound, quoted
from schemas.run import RunRecord

metadata = MetaData()

runs = Table(
    "runs",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("started_at", DateTime(timezone=True), nullable=False),
    Column("status", String(16), nullable=False),
    Column("record", Text, nullable=False),
    Index("runs_by_start", "started_at"),
)


class RunStore:
    """Runs in the database, the newest first."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def save(self, record: RunRecord) -> None:
        """Write the record, or what has become of it since."""
        values = {"started_at": record.started_at, "status": record.status, "record": record.model_dump_json()}
        with self._engine.begin() as connection:
            if connection.execute(update(runs).where(runs.c.id == record.id).values(values)).rowcount == 0:
                connection.execute(insert(runs).values(id=record.id, **values))

    def load(self, run_id: str) -> RunRecord:
        """The run. Raises NotFound naming the latest ones; an unambiguous beginning of an id is enough."""
        with self._engine.connect() as connection:
            statement = select(runs.c.record).where(runs.c.id.startswith(run_id, autoescape=True)).limit(2)
            found = connection.scalars(statement).all() if run_id else []
        if len(found) == 1:
            return RunRecord.model_validate_json(found[0])
        latest = ", ".join(record.id for record in self.latest(3)) or "none yet"
        problem = f"no run is called {quoted(run_id)}." if not found else f"several runs begin with {quoted(run_id)}."
        raise NotFound(problem, hint=f"The latest: {latest}.")

    def latest(self, limit: int = 20) -> tuple[RunRecord, ...]:
        """The newest runs."""
        with self._engine.connect() as connection:
            found = connection.scalars(select(runs.c.record).order_by(runs.c.started_at.desc()).limit(limit)).all()
        return tuple(RunRecord.model_validate_json(record) for record in found)
