"""Functions of values, one for each shape of a service model, made when a value of that shape is first met.

They go by the model's own JSON. botocore's shape objects are resolved by name at each look, which is slow in the isolate.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from botocore.model import ServiceModel

ValueFunction = Callable[[Any], Any]

Definition = dict[str, Any]
"""A shape as the model has it, or how it is used in another shape: by its name, sometimes with traits."""


class ShapeFunctions:
    """The functions of one service. None stands for the one that does nothing, so that values need not be walked for it."""

    def __init__(self, service: ServiceModel) -> None:
        self._operations: dict[str, Definition] = service._service_description["operations"]
        self._shapes: dict[str, Definition] = service._service_description["shapes"]
        self._made: dict[str, ValueFunction | None] = {}

    def of_operation(self, operation: str, side: str) -> ValueFunction | None:
        """That of the operation's `input` or `output`."""
        reference = self._operations[operation].get(side)
        return self.of(reference) if reference else None

    def of(self, reference: Definition) -> ValueFunction | None:
        """That of a shape where it is used."""
        name = reference["shape"]
        shape = self._shapes[name]
        if len(reference) > 1 and (special := self.make_special(shape, reference)) is not None:
            return special
        if name not in self._made:
            self._made[name] = lambda value: self._of_itself(name, value)
            self._made[name] = self.make(shape)
        return self._made[name]

    def make(self, shape: Definition) -> ValueFunction | None:
        """What to do with values of a shape."""
        raise NotImplementedError

    def make_special(self, shape: Definition, reference: Definition) -> ValueFunction | None:
        """What to do instead where it is used with traits; None where they make no difference."""
        raise NotImplementedError

    def _of_itself(self, name: str, value: Any) -> Any:
        """For a shape that holds itself, whose function is not made yet where it is first needed."""
        made = self._made[name]
        return made(value) if made else value
