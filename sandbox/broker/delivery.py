"""Step 9: what of a response the tool and the record get to see. Both get the same bytes."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

from sandbox.broker.denials import Unsearched
from sandbox.broker.headers import header
from sandbox.broker.wire import TransportFailure, WireResponse
from sandbox.pace import SearchOverdue
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


def deliver(response: WireResponse, redactor: Redactor, ends: float = math.inf) -> Delivery:
    """The response as the tool may see it.

    Raises TransportFailure for a body that is not text: it can't be redacted. Raises Unsearched where that takes until after the
    run's end, which is at `ends`.
    """
    text, body_redactions = searched(redactor, _text(response), ends)
    named = [(name.lower(), value) for name, value in response.headers if name.lower() not in _WITHHELD]
    headers = []
    redactions = body_redactions
    for name, value in named:
        shown, count = redactor.redact_named(name, _CHARSET.sub("charset=utf-8", value) if name == "content-type" else value)
        headers.append((name, shown))
        redactions += count
    delivered = WireResponse(response.status, tuple(headers), text.encode())
    return Delivery(delivered, text, redactions)


def searched(redactor: Redactor, text: str, ends: float) -> tuple[str, int]:
    """The text without credentials, and how many there were. Raises Unsearched where the run is over before that is known."""
    try:
        return redactor.redact(text, ends)
    except SearchOverdue as error:
        raise Unsearched(
            f"{len(text)} characters could not be searched for credentials before the run was over, so nobody gets to see them.",
            hint="Filter on the server, or ask for fewer fields.",
        ) from error


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
