"""How many threads numpy's matrix products take."""

from __future__ import annotations

import ctypes
from pathlib import Path

import numpy


def use_one_thread() -> bool:
    """Keep matrix products on the calling thread, in the whole process. False where numpy came without its own OpenBLAS.

    OpenBLAS's threads wait by spinning. For MiniLM two of them save a sixth of the time of a batch on an idle machine and cost twice
    the work; where something else wants the processor, the same batch was seen to take six times as long.
    """
    folder = Path(numpy.__file__).parent.with_name("numpy.libs")
    setters = [getattr(ctypes.CDLL(str(file)), "scipy_openblas_set_num_threads64_", None) for file in folder.glob("*openblas*")]
    for setter in filter(None, setters):
        setter(1)
    return any(setters)
