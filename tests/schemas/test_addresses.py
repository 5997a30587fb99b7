"""What an address means to a network that unwraps it."""

from __future__ import annotations

from ipaddress import ip_address

import pytest

from schemas.addresses import forms, is_forbidden, is_public


@pytest.mark.parametrize(
    ("address", "meant"),
    [
        ("10.0.0.1", []),
        ("2606:2800:21f:cb07::1", []),
        ("::ffff:10.0.0.1", ["10.0.0.1"]),
        ("::10.0.0.1", ["10.0.0.1"]),
        ("64:ff9b::10.0.0.1", ["10.0.0.1"]),
        ("64:ff9b::1:10.0.0.1", []),
        ("2002:a00:1::1", ["10.0.0.1"]),
        ("2001:0:a00:1:8000:63bf:f5ff:fffd", ["10.0.0.1", "10.0.0.2"]),
    ],
)
def test_an_address_is_taken_for_itself_and_for_all_that_it_wraps(address: str, meant: list[str]) -> None:
    assert [str(form) for form in forms(ip_address(address))] == [str(ip_address(address)), *meant]


@pytest.mark.parametrize("server", ["93.184.215.14", "10.0.0.1"])
@pytest.mark.parametrize("client", ["93.184.215.14", "10.0.0.1"])
def test_a_tunnel_is_public_where_both_of_its_ends_are(server: str, client: str) -> None:
    tunnel = ip_address((0x20010000 << 96) | (int(ip_address(server)) << 64) | (int(ip_address(client)) ^ 0xFFFFFFFF))
    assert is_public(tunnel) is (server == client == "93.184.215.14")


@pytest.mark.parametrize(
    ("inside", "outside"),
    [
        ("169.254.0.0", "169.253.255.255"),
        ("169.254.255.255", "169.255.0.0"),
        ("100.100.100.200", "100.100.100.201"),
        ("192.0.0.192", "192.0.0.193"),
        ("168.63.129.16", "168.63.129.17"),
        ("febf:ffff::", "fec0::"),
        ("fd00:ec2:ffff::", "fd00:ec3::"),
        ("fd20:ce:ffff::", "fd20:cf::"),
    ],
)
def test_the_forbidden_networks_end_where_they_end(inside: str, outside: str) -> None:
    assert is_forbidden(ip_address(inside))
    assert not is_forbidden(ip_address(outside))
