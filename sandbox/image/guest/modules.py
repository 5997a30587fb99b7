"""Executes generated code as modules `tool` and `test_tool`, with imports held to the reviewed list."""

from __future__ import annotations

import builtins
import sys
from collections.abc import Mapping, Sequence
from types import CodeType, ModuleType

import baked

TOOL_FILE = "tool.py"
TESTS_FILE = "test_tool.py"
FILES = (TOOL_FILE, TESTS_FILE)


class ImportRefused(ModuleNotFoundError):
    """An import of something that the isolate does not have, with the finding it counts as."""

    def __init__(self, name: str) -> None:
        self.finding = "F_THREADS" if name.partition(".")[0] in baked.CONCURRENCY else "F_IMPORT"
        way_out = (
            "there are no threads, processes or event loops here; call the API in a plain loop"
            if self.finding == "F_THREADS"
            else f"tools may import: {', '.join(baked.MODULES)}"
        )
        super().__init__(f"no module {name!r} in the isolate: {way_out}", name=name)


def execute(code: CodeType, name: str) -> ModuleType:
    """Run module code under `name`; the module is in sys.modules while it runs and afterwards."""
    module = ModuleType(name)
    module.__file__ = code.co_filename
    module.__dict__["__builtins__"] = _BUILTINS
    sys.modules[name] = module
    exec(code, module.__dict__)  # noqa: S102  this is the place that generated code is for
    return module


def _import(
    name: str,
    globals_: Mapping[str, object] | None = None,
    locals_: Mapping[str, object] | None = None,
    fromlist: Sequence[str] | None = (),
    level: int = 0,
) -> ModuleType:
    if level == 0 and name != "tool" and not baked.is_importable(name):
        raise ImportRefused(name)
    return builtins.__import__(name, globals_, locals_, fromlist or (), level)


# Made while the image is built: copying them in a run would touch a memory page for nearly each.
_BUILTINS = {**builtins.__dict__, "__import__": _import}
