"""The accounts of models: every attempt on record, and each run held to its budget.

A run's spending is read from the record, so a run that is resumed in another process goes on with what is left.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC
from typing import NamedTuple

from sqlalchemy import Column, DateTime, Engine, Float, Index, Integer, MetaData, String, Table, func, insert, select

from agents.model.prices import Price
from schemas.base import Frozen
from schemas.errors import LimitExceeded, Misconfigured
from schemas.model import ModelCall, Usage
from schemas.ports import Clock

metadata = MetaData()

model_calls = Table(
    "model_calls",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("run_id", String(64), nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("purpose", String(32), nullable=False),
    Column("model", String(128), nullable=False),
    Column("outcome", String(16), nullable=False),
    Column("input_tokens", Integer, nullable=False),
    Column("output_tokens", Integer, nullable=False),
    Column("microdollars", Integer, nullable=True, comment="null where the model has no price"),
    Column("milliseconds", Float, nullable=False),
    Index("model_calls_by_run", "run_id"),
)


class ModelBudget(Frozen):
    """What one request may use. `dollars` None: as much as the tokens cost."""

    calls: int = 12
    tokens: int = 150_000
    dollars: float | None = 1.0


class Spent(NamedTuple):
    """What a run has used."""

    calls: int
    tokens: int
    microdollars: int


class CallStore:
    """Attempts in the database, in the order in which they were made."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def record(self, call: ModelCall) -> None:
        """Add one."""
        with self._engine.begin() as connection:
            connection.execute(insert(model_calls).values(**call.model_dump()))

    def of_run(self, run_id: str) -> tuple[ModelCall, ...]:
        """Every attempt of a run."""
        columns = [column for column in model_calls.c if column.name != "id"]
        statement = select(*columns).where(model_calls.c.run_id == run_id).order_by(model_calls.c.id)
        with self._engine.connect() as connection:
            rows = connection.execute(statement).mappings().all()
        # SQLite gives times back without their zone; they were written in UTC.
        return tuple(ModelCall.model_validate({**row, "at": row["at"].replace(tzinfo=UTC)}) for row in rows)

    def spent(self, run_id: str) -> Spent:
        """The sums over a run."""
        c = model_calls.c
        sums = (func.count(), func.coalesce(func.sum(c.input_tokens + c.output_tokens), 0), func.coalesce(func.sum(c.microdollars), 0))
        with self._engine.connect() as connection:
            return Spent(*connection.execute(select(*sums).where(c.run_id == run_id)).one())


class Accounts:
    """Admits calls as long as the current run's budget lasts, and books them."""

    def __init__(
        self, calls: CallStore, budget: ModelBudget, prices: Mapping[str, Price], *, clock: Clock, current_run: Callable[[], str]
    ) -> None:
        self._calls = calls
        self._budget = budget
        self._prices = prices
        self._clock = clock
        self._current_run = current_run

    def check_priced(self, model: str) -> None:
        """Raise Misconfigured where a budget in dollars could not be kept."""
        if self._budget.dollars is not None and model not in self._prices:
            raise Misconfigured(
                f"No price is known for {model}, so the limit of {self._budget.dollars:g} dollars can't be kept.",
                hint=f"Give it in dollars per million tokens: OPSWRIGHT_MODEL_PRICES={model}=input/output.",
            )

    def admit(self, prompt_tokens: int) -> None:
        """Raise LimitExceeded where a call with such a prompt is beyond the budget. Only the last answer can still exceed it."""
        spent, budget = self._calls.spent(self._current_run()), self._budget
        if spent.calls >= budget.calls:
            raise _exceeded(f"{spent.calls} of {budget.calls} calls", "OPSWRIGHT_MODEL_MAX_CALLS")
        if spent.tokens + prompt_tokens > budget.tokens:
            raise _exceeded(f"{spent.tokens} of {budget.tokens} tokens", "OPSWRIGHT_MODEL_MAX_TOKENS")
        if budget.dollars is not None and spent.microdollars >= budget.dollars * 1_000_000:
            raise _exceeded(f"{spent.microdollars / 1e6:.4f} of {budget.dollars:g} dollars", "OPSWRIGHT_MODEL_MAX_DOLLARS")

    def book(self, purpose: str, usage: Usage, outcome: str, milliseconds: float) -> None:
        """Put an attempt on record. One that failed on its way has no usage that anybody told us."""
        price = self._prices.get(usage.model)
        call = ModelCall(
            run_id=self._current_run(),
            at=self._clock(),
            purpose=purpose,
            model=usage.model,
            outcome=outcome,
            input_tokens=usage.input_tokens,
            output_tokens=usage.output_tokens,
            microdollars=price.microdollars(usage) if price else None,
            milliseconds=milliseconds,
        )
        self._calls.record(call)


def _exceeded(used: str, setting: str) -> LimitExceeded:
    return LimitExceeded(f"The request's budget for models is used up: {used}.", hint=f"Ask for less, or raise {setting}.")
