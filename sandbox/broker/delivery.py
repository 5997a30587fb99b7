"""Step 9: what of a response the tool and the record get to see. Both get the same bytes."""

from __future__ import annotations

import re
from dataclasses import dataclass

from sandbox.broker.headers import header
from sandbox.broker.wire import TransportFailure, WireResponse
from sandbox.redaction import Redactor
from schemas.errors import quoted

_WITHHELD = frozenset(
    {
        # Sessions are the broker's affair; a client that kept one would send it back, and be denied.
        "set-cookie",
        "set-cookie2",
        # They describe the bytes on the wire, which were decompressed and redacted since.
        "content-encoding",
        "content-length",
        "content-md5",
        "digest",
        "connection",
        "keep-alive",
        "trailer",
        "transfer-encoding",
        "upgrade",
    }
)
_CHARSETS = re.compile(
    r"utf-?8|utf-16(?:le|be)?|(?:us-)?ascii|iso-8859-\d{1,2}|latin-?1|windows-125\d|gb(?:2312|k|18030)|big5|shift[_-]jis|euc-(?:jp|kr)",
    re.IGNORECASE,
)
"""What the web uses. Python knows more, some of which (punycode) would take hours over a megabyte."""

_CHARSET = re.compile(r"charset\s*=\s*\"?([\w.:-]+)", re.IGNORECASE)


@dataclass(frozen=True)
class Delivery:
    """A response without credentials. `text` is its body; in `response` the same in UTF-8."""

    response: WireResponse
    text: str
    redactions: int


def deliver(response: WireResponse, redactor: Redactor) -> Delivery:
    """The response as the tool may see it. Raises TransportFailure for a body that is not text: it can't be redacted."""
    text, body_redactions = redactor.redact(_text(response))
    named = [(name.lower(), value) for name, value in response.headers if name.lower() not in _WITHHELD]
    headers = []
    redactions = body_redactions
    for name, value in named:
        shown, count = redactor.redact_named(name, _CHARSET.sub("charset=utf-8", value) if name == "content-type" else value)
        headers.append((name, shown))
        redactions += count
    delivered = WireResponse(response.status, tuple(headers), text.encode())
    return Delivery(delivered, text, redactions)


def _text(response: WireResponse) -> str:
    content_type = header(response.headers, "content-type")
    declared = _CHARSET.search(content_type)
    charset = declared[1] if declared else "utf-8"
    try:
        if _CHARSETS.fullmatch(charset):
            return response.body.decode(charset)
    except (UnicodeDecodeError, LookupError):
        pass  # said below, as for a charset that is none
    raise TransportFailure(
        "protocol",
        f"The response with status {response.status} ({quoted(content_type)}) is not text in {quoted(charset, 40)}.",
        hint="Tools only receive text, because bytes can't be searched for credentials.",
    )
