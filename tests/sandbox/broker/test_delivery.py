"""Step 9: the tool and the record get the same bytes, and no credential."""

from __future__ import annotations

import time

import pytest

from sandbox.broker.delivery import deliver
from sandbox.broker.denials import Unsearched
from sandbox.broker.wire import TransportFailure, WireResponse
from sandbox.redaction import Redactor


def _delivered(body: bytes, *headers: tuple[str, str]) -> WireResponse:
    return deliver(WireResponse(200, headers, body), Redactor()).response


@pytest.mark.parametrize("name", ["Set-Cookie", "set-cookie2", "Content-Encoding", "Content-Length", "Transfer-Encoding", "Connection"])
def test_sessions_and_the_framing_of_the_wire_are_withheld(name: str) -> None:
    assert _delivered(b"x", (name, "a"), ("ETag", "b")).headers == (("etag", "b"),)


def test_headers_that_pagination_needs_survive() -> None:
    link = '<http://estate.test/hosts?cursor=eyJpZCI6NDJ9>; rel="next"'

    assert _delivered(b"[]", ("Link", link), ("Retry-After", "2")).headers == (("link", link), ("retry-after", "2"))


def test_credentials_in_headers_are_counted_with_those_in_the_body() -> None:
    delivery = deliver(WireResponse(200, (("X-Auth-Token", "abc"),), b'{"password": "hunter2"}'), Redactor())

    assert delivery.response.headers == (("x-auth-token", "[redacted:token]"),)
    assert delivery.text == '{"password": "[redacted:password]"}'
    assert delivery.response.body == delivery.text.encode()
    assert delivery.redactions == 2


@pytest.mark.parametrize(("seconds", "is_withheld"), [(60, False), (-1, True)])
def test_what_can_t_be_searched_before_the_run_is_over_is_withheld(seconds: float, is_withheld: bool) -> None:
    response = WireResponse(200, (), b"password=a " * 300)
    if is_withheld:
        with pytest.raises(Unsearched, match="3300 characters"):
            deliver(response, Redactor(), time.monotonic() + seconds)
    else:
        assert deliver(response, Redactor(), time.monotonic() + seconds).redactions == 300


def test_another_charset_arrives_as_utf_8_and_says_so() -> None:
    delivered = _delivered("Zürich".encode("latin-1"), ("Content-Type", "text/plain; charset=iso-8859-1"))

    assert delivered.body.decode() == "Zürich"
    assert delivered.headers == (("content-type", "text/plain; charset=utf-8"),)


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"\x89PNG\r\n\x1a\n\x00\xff", "image/png"),
        (b"\xff\xfe", "application/json"),
        (b"x", "text/plain; charset=nonsense"),
        (b"\x80", "text/plain; charset=ascii"),
    ],
)
def test_what_is_not_text_is_not_delivered(body: bytes, content_type: str) -> None:
    with pytest.raises(TransportFailure, match="is not text") as failure:
        _delivered(body, ("Content-Type", content_type))

    assert failure.value.kind == "protocol"


@pytest.mark.parametrize("charset", ["zlib_codec", "punycode", "unicode_escape", "utf-7", "idna"])
def test_a_codec_that_no_server_uses_is_not_run(charset: str) -> None:
    with pytest.raises(TransportFailure, match="is not text"):
        _delivered(b"78da", ("Content-Type", f"text/plain; charset={charset}"))
