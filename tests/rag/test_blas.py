"""Threads of matrix products."""

from __future__ import annotations

import ctypes
from pathlib import Path

import numpy
import pytest

from rag.blas import use_one_thread


def test_numpys_own_openblas_is_left_with_one_thread() -> None:
    if not use_one_thread():
        pytest.skip("numpy came without its own OpenBLAS")
    (library,) = Path(numpy.__file__).parent.with_name("numpy.libs").glob("*openblas*")
    assert ctypes.CDLL(str(library)).scipy_openblas_get_num_threads64_() == 1
