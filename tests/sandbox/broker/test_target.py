"""Step 6: private addresses may be reached, those where machines keep their credentials never."""

from __future__ import annotations

import pytest

from sandbox.broker.denials import ForbiddenTarget
from sandbox.broker.target import resolve, system_lookup
from sandbox.broker.wire import TransportFailure


@pytest.mark.parametrize(
    "address",
    [
        "169.254.169.254",
        "169.254.170.2",
        "169.254.0.0",
        "169.254.255.255",
        "100.100.100.200",
        "192.0.0.192",
        "168.63.129.16",
        "fe80::1",
        "fe80::1%eth0",
        "fd00:ec2::254",
        "fd20:ce::254",
        "::ffff:169.254.169.254",
        "::ffff:a9fe:a9fe",
        "::169.254.169.254",
        "64:ff9b::a9fe:a9fe",
        "2002:a9fe:a9fe::1",
        "2001:0:a9fe:a9fe::1",
        "2001:0:4136:e378:8000:63bf:5601:5601",
        "::ffff:100.100.100.200",
    ],
)
def test_a_metadata_address_is_forbidden_in_any_clothes(address: str) -> None:
    with pytest.raises(ForbiddenTarget):
        resolve("estate.test", 80, lambda host, port: [address])


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "::1",
        "10.0.0.1",
        "192.168.1.1",
        "172.16.0.1",
        "100.64.0.1",
        "169.253.255.255",
        "169.255.0.0",
        "100.100.100.199",
        "8.8.8.8",
        "fd00::1",
        "2001:db8::1",
    ],
)
def test_a_private_or_public_address_is_not(address: str) -> None:
    assert [str(found) for found in resolve("estate.test", 80, lambda host, port: [address])] == [address]


@pytest.mark.parametrize(
    "host",
    ["metadata.google.internal", "METADATA.google.internal.", "metadata", "metadata.goog", "instance-data", "instance-data.ec2.internal"],
)
def test_a_metadata_name_is_not_even_looked_up(host: str) -> None:
    asked: list[str] = []

    def lookup(name: str, _: int) -> list[str]:
        asked.append(name)
        return ["127.0.0.1"]

    with pytest.raises(ForbiddenTarget):
        resolve(host, 80, lookup)
    assert asked == []


@pytest.mark.parametrize(
    "notation", ["169.254.169.254", "0xa9fea9fe", "2852039166", "0251.0376.0251.0376", "169.254.43518", "0xa9.0xfe.0xa9.0xfe"]
)
def test_every_notation_of_the_system_comes_out_plain(notation: str) -> None:
    with pytest.raises(ForbiddenTarget, match=r"leads to 169\.254\.169\.254"):
        resolve(notation, 80, system_lookup)


def test_one_forbidden_address_among_good_ones_forbids_the_name() -> None:
    with pytest.raises(ForbiddenTarget) as denied:
        resolve("estate.test", 80, lambda host, port: ["127.0.0.1", "169.254.169.254"])

    assert str(denied.value).startswith("'estate.test' leads to 169.254.169.254, where machines keep their credentials")


def test_addresses_keep_their_order_and_lose_their_doubles_and_zones() -> None:
    found = resolve("estate.test", 80, lambda host, port: ["::1%lo", "127.0.0.1", "127.0.0.1"])

    assert [str(address) for address in found] == ["::1", "127.0.0.1"]


def test_a_name_without_an_address_is_a_failure_to_connect() -> None:
    def nowhere(host: str, port: int) -> list[str]:
        raise OSError("Name or service not known")

    with pytest.raises(TransportFailure, match=r"'estate\.test' can't be resolved") as failure:
        resolve("estate.test", 80, nowhere)
    assert failure.value.kind == "connect"
