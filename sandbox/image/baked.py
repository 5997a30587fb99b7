"""What generated code may import: the reviewed list.

There is no filesystem in the isolate, so what is not imported while the image is built does not exist later. Static review
reads the same list. This module is baked too: it must stay plain data and functions of it, in 3.11 syntax.
"""

from __future__ import annotations

MODULES = (
    "__future__",
    "abc",
    "argparse",
    "base64",
    "bisect",
    "boto3",
    "botocore.client",
    "botocore.config",
    "botocore.exceptions",
    "botocore.paginate",
    "botocore.response",
    "botocore.stub",
    "botocore.waiter",
    "calendar",
    "collections",
    "collections.abc",
    "contextlib",
    "copy",
    "csv",
    "dataclasses",
    "datetime",
    "decimal",
    "email.utils",
    "enum",
    "fractions",
    "functools",
    "hashlib",
    "heapq",
    "html",
    "http",
    "httpx",
    "io",
    "ipaddress",
    "itertools",
    "json",
    "logging",
    "math",
    "operator",
    "os",
    "random",
    "re",
    "secrets",
    "statistics",
    "string",
    "sys",
    "textwrap",
    "time",
    "types",
    "typing",
    "urllib.parse",
    "uuid",
    "warnings",
    "zoneinfo",
)
"""Importable by name, with the parents of a dotted one."""

PACKAGES = {
    "boto3": "boto3",
    "botocore": "botocore",
    "dateutil": "python-dateutil",
    "httpx": "httpx",
    "idna": "idna",
    "jmespath": "jmespath",
    "s3transfer": "s3transfer",
    "six": "six",
    "tzdata": "tzdata",
    "urllib3": "urllib3",
}
"""What is copied into the image's path, with the distribution that it is of; `MODULES` above are the interpreter's own or theirs."""

LAZY = (
    "_ast_unparse",
    "_strptime",
    "encodings.ascii",
    "encodings.idna",
    "encodings.latin_1",
    "encodings.punycode",
    "encodings.unicode_escape",
    "encodings.utf_16",
    "encodings.utf_8_sig",
    "importlib.resources",
    "shutil",
    "tzdata.zoneinfo",
)
"""Imported by the modules above only when they are used, so it has to happen before the filesystem goes away."""

CONCURRENCY = ("_thread", "anyio", "asyncio", "concurrent", "multiprocessing", "queue", "subprocess", "threading", "trio")
"""Top-level names that stand for threads, processes or an event loop: the isolate has none."""


def is_importable(name: str) -> bool:
    """Whether `name` is on the list, a parent of a listed name, or inside a listed package."""
    return any(name == listed or listed.startswith(f"{name}.") or name.startswith(f"{listed}.") for listed in MODULES)
