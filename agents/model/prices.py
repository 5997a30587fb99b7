"""What models cost: the list that ships, and what an operator adds to it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import yaml
from pydantic import Field, TypeAdapter

from schemas.base import Frozen
from schemas.errors import Misconfigured, quoted
from schemas.model import Usage


class Price(Frozen):
    """US dollars per million tokens, which is microdollars per token."""

    input: float = Field(ge=0)
    output: float = Field(ge=0)

    def microdollars(self, usage: Usage) -> int:
        """What a call costs, rounded up: a thousand tiny calls must not be free."""
        return -int(-(usage.input_tokens * self.input + usage.output_tokens * self.output) // 1)


def load_prices(added: str = "") -> Mapping[str, Price]:
    """Prices by model: the list, overridden by `added`, which reads `provider:model=input/output,…`. Raises Misconfigured."""
    listed = yaml.safe_load(Path(__file__).with_name("prices.yaml").read_text(encoding="utf-8"))
    return TypeAdapter(dict[str, Price]).validate_python(listed) | dict(_parsed(entry) for entry in added.split(",") if entry.strip())


def _parsed(entry: str) -> tuple[str, Price]:
    name, _, figures = entry.strip().rpartition("=")
    into, _, out = figures.partition("/")
    try:
        price = Price(input=float(into), output=float(out))
    except ValueError:
        price = None
    if not name or price is None:
        raise Misconfigured(
            f"OPSWRIGHT_MODEL_PRICES has {quoted(entry.strip())}.",
            hint="Write provider:model=input/output in dollars per million tokens, as in ollama:llama4=0/0.",
        )
    return name, price
