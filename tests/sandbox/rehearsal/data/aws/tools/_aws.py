"""What the tools here share. Each is written as tools are: ordinary boto3."""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3


def _folded(value: Any) -> Any:
    return value.casefold() if isinstance(value, str) else value


def _at(row: Any, *steps: str) -> Any:
    for step in steps:
        row = row.get(step) if isinstance(row, dict) else None
    return row
