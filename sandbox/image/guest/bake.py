"""Imports, while the image is built, all that may be imported later, and uses once what loads the rest lazily."""

from __future__ import annotations

import argparse
import copy
import email.utils
import gc
import importlib
import importlib.resources
import logging
import statistics
import sys
import time
import uuid
import zoneinfo
from datetime import UTC, datetime
from decimal import Decimal

import baked
import httpx
from guest import aws, dry, output, run, tls, transport
from wit_world.imports import egress

DRY_RUNS = 20

_zones: list[zoneinfo.ZoneInfo] = []
"""Keeps every zone alive: zoneinfo finds them again in its weak cache and never looks for a file."""


def everything() -> None:
    """Leave the interpreter as every run will find it."""
    for name in (*baked.MODULES, *baked.LAZY):
        importlib.import_module(name)
    tls.forget()
    _bind_to_the_host()
    _load_zones()
    _use_once()
    logging.getLogger("httpx").setLevel(logging.WARNING)
    output.capture()
    _run_dry()
    gc.collect()
    gc.freeze()


def _bind_to_the_host() -> None:
    httpx._client.HTTPTransport = transport.EgressTransport  # type: ignore[misc, assignment]
    httpx.HTTPTransport = transport.EgressTransport  # type: ignore[misc, assignment]
    time.sleep = transport.sleep
    aws.bind()
    # Or uuid1 goes looking for a network card. The bit marks an address that stands for no card (RFC 9562, section 6.10).
    uuid._node = 1 << 40  # type: ignore[attr-defined]


def _load_zones() -> None:
    index = importlib.resources.files("tzdata").joinpath("zones").read_text()
    _zones.extend(zoneinfo.ZoneInfo(name) for name in index.split())


def _use_once() -> None:
    parser = argparse.ArgumentParser(description="dry run")
    parser.add_argument("--threshold", type=float, default=80.0)
    parser.format_help()
    parser.parse_args([])
    time.strptime("2026-01-31", "%Y-%m-%d")
    datetime.strptime("2026-01-31T10:00:00+0000", "%Y-%m-%dT%H:%M:%S%z").astimezone(UTC)
    email.utils.parsedate_to_datetime("Fri, 31 Jan 2026 10:00:00 GMT")
    statistics.quantiles([1.0, 2.0, 3.0, 4.0])
    copy.deepcopy({"row": [Decimal("1.5"), uuid.uuid5(uuid.NAMESPACE_DNS, "a")]})


def _run_dry() -> None:
    """Run as later runs will. CPython adapts its bytecode and fills its caches now, once, instead of in each of them."""
    transport.egress = dry.Echo  # type: ignore[assignment]
    try:
        for _ in range(DRY_RUNS):
            for job, said in dry.JOBS:
                result = run.report(job)
                if said not in result:
                    raise RuntimeError(result)
    finally:
        transport.egress = egress
    for name in ("tool", "test_tool"):
        del sys.modules[name]
    aws.begin({})
