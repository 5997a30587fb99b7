"""The words of the Chinese grammar, each as a mark that patterns run over: 大于, 超过 and > are all `<gt>`."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from agents.rules.words import BYTES, PERCENT, SECONDS
from schemas.query import AggregateFunction, Comparison

_DATA = Path(__file__).parent / "keywords.yaml"


@lru_cache(maxsize=1)
def keywords() -> Mapping[str, str]:
    """Mark by spelling, in simplified characters and lower case."""
    marks: dict[str, str] = _parsed()["marks"]
    return {spelling: f"<{mark}>" for mark, spellings in marks.items() for spelling in spellings.split()}


@lru_cache(maxsize=1)
def fillers() -> frozenset[str]:
    """Words that carry no condition."""
    said: str = _parsed()["fillers"]
    return frozenset(said.split())


@lru_cache(maxsize=1)
def _parsed() -> Any:
    return yaml.safe_load(_DATA.read_text(encoding="utf-8"))


TOLERATED = frozenset(f"<{mark}>" for mark in "of which is and count each has group agent".split())
"""Marks that may be left over: they join words and say nothing of their own."""

COMPARISONS: Mapping[str, Comparison] = {"gt": "gt", "ge": "ge", "lt": "lt", "le": "le", "longer": "gt"}
LOOSENED: Mapping[tuple[str, str], Comparison] = {("gt", "up"): "ge", ("lt", "down"): "le"}
AGGREGATES: Mapping[str, AggregateFunction] = {"avg": "avg", "sum": "sum", "max": "max", "min": "min", "most": "max", "least": "min"}
SUPERLATIVES: Mapping[str, tuple[str, bool]] = {
    "most": ("", True), "least": ("", False), "longest": ("duration", True), "shortest": ("duration", False),
}  # fmt: skip
"""Mark to (the figure that it means where no words name one, whether it comes first that has most of it)."""
SPANS = {"today": 24, "week": 168, "month": 720, "hour": 1}
"""Hours."""

MEASURES = "台个個条次位名起项套份组件座例款颗张"
UNITS: Mapping[str, tuple[str, float]] = {
    "成": (PERCENT, 10.0), "%": (PERCENT, 1.0), "百分点": (PERCENT, 1.0), "字节": (BYTES, 1.0), "位元组": (BYTES, 1.0),
    "兆": (BYTES, 1e6), "兆字节": (BYTES, 1e6), "吉字节": (BYTES, 1e9), "毫秒": (SECONDS, 0.001), "秒": (SECONDS, 1.0),
    "秒钟": (SECONDS, 1.0), "分钟": (SECONDS, 60.0), "分": (SECONDS, 60.0), "小时": (SECONDS, 3600.0), "钟头": (SECONDS, 3600.0),
    "天": (SECONDS, 86400.0), "日": (SECONDS, 86400.0), "周": (SECONDS, 604800.0), "星期": (SECONDS, 604800.0),
    "礼拜": (SECONDS, 604800.0), "个月": (SECONDS, 2592000.0), "年": (SECONDS, 31536000.0),
}  # fmt: skip
"""Chinese units to (dimension, size in its base unit); the Latin ones are those of English."""
