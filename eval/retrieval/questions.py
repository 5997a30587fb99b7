"""Questions with every operation that answers them, as `queries.jsonl` files hold them."""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel, ValidationError

from schemas.errors import Misconfigured, quoted
from schemas.operation import Operation


class Asked(BaseModel, frozen=True):
    """A question. Any operation of `gold` answers it; `api` is the provider that it names; `seen`: questions ship for its answers."""

    query: str
    lang: str
    gold: frozenset[str]
    api: str | None = None
    seen: bool = True

    @property
    def language(self) -> str:
        """`en` or `zh`, in whichever characters."""
        return self.lang[:2]

    @property
    def answered_by(self) -> str:
        """The provider whose operations answer it."""
        return min(self.gold).partition(":")[0].partition(".")[0]


def load(file: Path) -> tuple[Asked, ...]:
    """A question a line. Raises Misconfigured, naming the line, for what is none."""
    try:
        lines = file.read_text().splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise Misconfigured(f"{quoted(file)} can't be read: {error}.", hint="Name a file of questions, one JSON object a line.") from error
    return tuple(_asked(file, number, line) for number, line in enumerate(lines, 1) if line.strip())


def names_of(operation: Operation) -> frozenset[str]:
    """How a file of questions may call an operation: by its id, by its provider's name, and AWS's by their service."""
    source, name = operation.source, operation.name
    first, _, rest = source.partition(".")
    names = {operation.id, f"{first}:{name}", f"{first}:{rest}.{name}"}
    if operation.protocol == "aws":
        names.add(f"aws.{name.replace('.', ':', 1)}")
    return frozenset(names)


def _asked(file: Path, number: int, line: str) -> Asked:
    try:
        return Asked.model_validate_json(line)
    except ValidationError as error:
        problem = error.errors()[0]
        raise Misconfigured(
            f"{file.name}:{number}: {'.'.join(map(str, problem['loc']))}: {problem['msg']}.",
            hint='Write {"query": …, "lang": "en", "gold": ["source:operation", …]}.',
        ) from error
