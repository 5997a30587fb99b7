"""Server-side request forgery: every way to write an address that must not be reached."""

from __future__ import annotations

import pytest

from doc_sources.addresses import check_metadata, check_public, resolve_host
from schemas.errors import Denied


@pytest.mark.parametrize(
    "address",
    [
        "169.254.169.254",
        "169.254.170.2",
        "169.254.0.0",
        "169.254.255.255",
        "192.0.0.192",
        "100.100.100.200",
        "168.63.129.16",
        "fd00:ec2::254",
        "fd00:0ec2:0:0:0:0:0:254",
        "fd20:ce::254",
        "fe80::1",
        "fe80::1%eth0",
        "2001:0:a9fe:a9fe::1",
        "2001:0:4136:e378:8000:63bf:5601:5601",
        "::ffff:169.254.169.254",
        "::ffff:a9fe:a9fe",
        "::169.254.169.254",
        "64:ff9b::169.254.169.254",
        "2002:a9fe:a9fe::1",
    ],
)
def test_a_metadata_service_is_never_contacted_whatever_its_address_is_wrapped_in(address: str) -> None:
    with pytest.raises(Denied, match="metadata service"):
        check_metadata("harmless.example", ["93.184.215.14", address])


@pytest.mark.parametrize("host", ["metadata.google.internal", "METADATA.google.internal.", "metadata.goog", "metadata", "instance-data"])
def test_a_metadata_service_is_never_contacted_by_name(host: str) -> None:
    with pytest.raises(Denied, match="metadata service"):
        check_metadata(host, [])


@pytest.mark.parametrize("address", ["127.0.0.1", "10.0.0.1", "169.253.255.255", "169.255.0.0", "::1", "fd00::1", "93.184.215.14"])
def test_an_operator_may_name_any_other_address(address: str) -> None:
    check_metadata("api.internal", [address])


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "127.1.2.3", "0.0.0.0", "10.1.2.3", "172.16.0.1", "172.31.255.255", "192.168.0.1", "169.254.1.1", "100.64.0.1"),
        *("192.0.2.1", "198.18.0.1", "224.0.0.1", "255.255.255.255", "240.0.0.1"),
        *("::", "::1", "fe80::1", "fe80::1%eth0", "fc00::1", "fd12::1", "ff02::1", "2001:db8::1", "fec0::1"),
        *("::ffff:127.0.0.1", "::ffff:10.0.0.1", "::127.0.0.1", "64:ff9b::10.0.0.1", "2002:7f00:1::1", "2002:0a00:0001::"),
        *("2001:0:7f00:1::1", "2001:0:5db8:d70e:8000:63bf:80ff:fffe"),
    ],
)
def test_a_redirect_never_leads_inside(address: str) -> None:
    with pytest.raises(Denied, match="is not public"):
        check_public("cdn.example", ["93.184.215.14", address])


@pytest.mark.parametrize("address", ["93.184.215.14", "172.15.0.1", "172.32.0.1", "2606:2800:21f:cb07::1", "::ffff:93.184.215.14"])
def test_a_redirect_may_lead_to_the_public(address: str) -> None:
    check_public("cdn.example", [address])


def test_the_system_resolves_an_address_to_itself() -> None:
    assert resolve_host("127.0.0.1", 80) == ["127.0.0.1"]
