"""What values look like, by format and by the words of a field's name: tables that know no vendor's operations."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Iterable
from random import Random
from typing import Final

TextMaker = Callable[[Random], str]

WORDS: Final = ("amber", "birch", "cobalt", "delta", "ember", "falcon", "granite", "harbor", "indigo", "juniper", "krypton", "lagoon")
PEOPLE: Final = ("Dana Whitfield", "Mateo Alvarez", "Ingrid Solberg", "Priya Raman", "Wen Li", "Aisha Bello", "Jonas Keller", "Elif Demir")
REGIONS: Final = ("eu-west-1", "us-east-1", "ap-southeast-1", "cn-north-1", "sa-east-1")
SIZES: Final = ("250m", "500m", "1", "4", "128Mi", "512Mi", "2Gi", "20Gi", "1500m", "64Ki")
"""Quantities as Kubernetes writes them."""

ACCOUNT: Final = "123456789012"


def _hex(random: Random, digits: int) -> str:
    return f"{random.getrandbits(4 * digits):0{digits}x}"


def _version(random: Random) -> str:
    return f"{random.randrange(9)}.{random.randrange(30)}.{random.randrange(30)}"


def _network(random: Random) -> str:
    return f"10.{random.randrange(256)}.{random.randrange(256)}.0/{random.randrange(16, 29)}"


def _resource(prefix: str) -> TextMaker:
    """Ids such as `i-0a1b2c3d4e5f60718`."""
    return lambda random: f"{prefix}-0{_hex(random, 16)}"


FORMATS: Final[dict[str, TextMaker]] = {
    "uuid": lambda random: str(uuid.UUID(int=random.getrandbits(128), version=4)),
    "email": lambda random: f"{random.choice(WORDS)}-{random.randrange(1000)}@corp.example",
    "ipv4": lambda random: f"10.{random.randrange(256)}.{random.randrange(256)}.{random.randrange(1, 255)}",
    "ipv6": lambda random: f"2001:db8::{random.randrange(1, 65536):x}",
    "cidr": _network,
    "mac": lambda random: ":".join(_hex(random, 2) for _ in range(6)),
    "uri": lambda random: f"https://{random.choice(WORDS)}.corp.example/{random.randrange(10_000)}",
    "uri-template": lambda random: f"https://{random.choice(WORDS)}.corp.example/{random.randrange(10_000)}{{/id}}",
    "hostname": lambda random: f"{random.choice(WORDS)}-{random.randrange(1000):03d}.corp.example",
    "time": lambda random: f"{random.randrange(24):02d}:{random.randrange(60):02d}:00Z",
    "duration": lambda random: f"PT{random.randrange(1, 600)}M",
    "google-duration": lambda random: f"{random.randrange(1, 3600)}.{random.randrange(1, 10)}s",
    "google-fieldmask": lambda random: ",".join(random.sample(WORDS, 2)),
    "decimal": lambda random: f"{random.randrange(1000)}.{random.randrange(100):02d}",
    "semver": _version,
    "quantity": lambda random: random.choice(SIZES),
    "byte": lambda _: "b3Bz",
    "binary": lambda _: "ops",
    "json": lambda random: f'{{"{random.choice(WORDS)}": {random.randrange(1000)}}}',
    "json-pointer": lambda random: f"/{random.choice(WORDS)}/{random.randrange(10)}",
    "regex": lambda random: f"^{random.choice(WORDS)}-[0-9]+$",
}
"""Beside those that depend on the time: `date-time` and `date`."""

SAME_FORMATS: Final = {
    "url": "uri",
    "uri-reference": "uri",
    "iri": "uri",
    "iri-reference": "uri",
    "idn-email": "email",
    "idn-hostname": "hostname",
    "ip": "ipv4",
    "ip-address": "ipv4",
    "CIDR": "cidr",
    "bytes": "byte",
    "base64": "byte",
    "guid": "uuid",
    "dateTime": "date-time",
    "datetime": "date-time",
    "google-datetime": "date-time",
    "rfc3339": "date-time",
}

NUMBERS: Final[dict[str, tuple[int, int]]] = {
    "int8": (-(1 << 7), (1 << 7) - 1),
    "int16": (-(1 << 15), (1 << 15) - 1),
    "int32": (-(1 << 31), (1 << 31) - 1),
    "int64": (-(1 << 63), (1 << 63) - 1),
    "uint8": (0, (1 << 8) - 1),
    "uint16": (0, (1 << 16) - 1),
    "uint32": (0, (1 << 32) - 1),
    "uint64": (0, (1 << 64) - 1),
}
"""The least and the most of each; where they are formats of texts, the text is such a number."""

MOMENT_FORMATS: Final = frozenset({"unix-time", "unixtime", "unix-timestamp", "timestamp", "epoch"})
"""Of numbers that are Unix seconds whatever their name."""

NAMED_TEXT: Final[tuple[tuple[str, TextMaker], ...]] = (
    # of the field's name in snake case, or of its type's; the first that fits
    (r"mail", FORMATS["email"]),
    (r"(^|_)arn$", lambda random: f"arn:aws:ec2:{random.choice(REGIONS)}:{ACCOUNT}:{random.choice(WORDS)}/{_hex(random, 8)}"),
    (r"cidr", FORMATS["cidr"]),
    (r"(^|_)mac(_|$)", FORMATS["mac"]),
    (r"ipv6", FORMATS["ipv6"]),
    (r"(^|_)ip(v4)?(_|$)|address", FORMATS["ipv4"]),
    (r"ur[il]$|link|href", FORMATS["uri"]),
    (r"(^|_)instance_id$", _resource("i")),
    (r"(^|_)volume_id$", _resource("vol")),
    (r"(^|_)snapshot_id$", _resource("snap")),
    (r"(^|_)(image|ami)_id$", _resource("ami")),
    (r"(^|_)vpc_id$", _resource("vpc")),
    (r"(^|_)subnet_id$", _resource("subnet")),
    (r"(^|_)(security_)?group_id$", _resource("sg")),
    (r"(^|_)network_interface_id$", _resource("eni")),
    (r"(^|_)(account|owner|subscription)_id$", lambda _: ACCOUNT),
    (r"(^|_)(uuid|guid|trace_id|request_id|correlation_id)$", FORMATS["uuid"]),
    (r"(^|_)(sha|sha1|commit)(_|$)", lambda random: _hex(random, 40)),
    (r"digest|checksum|sha256|etag", lambda random: f"sha256:{_hex(random, 64)}"),
    (r"(^|_)image$", lambda random: f"registry.corp.example/{random.choice(WORDS)}/{random.choice(WORDS)}:{_version(random)}"),
    (r"quantity$|(^|_)(cpu|memory|storage|capacity|allocatable)$", FORMATS["quantity"]),
    (r"percent|pct", lambda random: f"{random.randrange(1000) / 10}%"),
    (r"duration|interval|timeout|(^|_)ttl$", lambda random: f"{random.randrange(1, 60)}{random.choice('smh')}"),
    (r"host|node|machine", lambda random: f"{random.choice(WORDS)}-{random.randrange(1000):03d}"),
    (r"region|zone", lambda random: random.choice(REGIONS)),
    (r"version|release", _version),
    (r"path|mount|mnt|device", lambda random: f"/srv/{random.choice(WORDS)}/{random.randrange(1000)}"),
    (r"engineer|person|user|login|_by$|escalation|contact", lambda random: random.choice(PEOPLE)),
    (r"(^|_)(id|uid|key|ref)$", lambda random: f"{random.choice(WORDS)}-{_hex(random, 6)}"),
)

NAMED_RANGES: Final[tuple[tuple[str, float, float], ...]] = (
    # of the field's name, the least and the most where the schema says neither
    (r"percent|ratio|usage|pct", 0, 100),
    (r"bytes|size|memory|disk", 1 << 20, 1 << 38),
    (r"port$", 1, 65535),
    (r"seconds|duration|latency|uptime", 0, 90_000),
)

MOMENTS: Final = r"(_at|_ts|_time|timestamp|epoch)(_ms|_millis|_milliseconds)?$|(^|_)(time|date|created|updated|started|finished)$"
"""Names of whole numbers that are Unix times."""

MILLISECONDS: Final = re.compile(r"milli|_ms\b|\bms\b", re.IGNORECASE)
"""Where a name or a description says that they count milliseconds, not seconds."""

_HUMP: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


def snake(name: str) -> str:
    """`instanceId` and `InstanceID` as `instance_id`."""
    return _HUMP.sub("_", name).lower().replace("-", "_")


def text_named(names: Iterable[str], random: Random) -> str:
    """A text for a field, or a type, of one of these names in snake case; two words and a number where they tell nothing."""
    told = [name for name in names if name]
    for words, make in NAMED_TEXT:
        if any(re.search(words, name) for name in told):
            return make(random)
    return f"{random.choice(WORDS)}-{random.choice(WORDS)}-{random.randrange(1000)}"
