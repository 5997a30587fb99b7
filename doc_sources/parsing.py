"""The bytes of a document to its JSON value, and a word on what they are where they are no specification."""

from __future__ import annotations

import re
from typing import Final

import orjson

from doc_sources.yaml_reader import read_yaml
from schemas.base import Json
from schemas.errors import SpecUnusable, quoted

_BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"
# Each part is read once, for good: comments that are cut at any of their ends make a kilobyte take days.
_HTML: Final = re.compile(
    rb"\s*+(?:<\?xml[^>]*+>\s*+)?+(?:(?><!--.*?-->)\s*+)*+<(?:!doctype\s++html|html|head|body)\b", re.IGNORECASE | re.DOTALL
)
_HTML_TITLE: Final = re.compile(rb"<title[^<>]{0,100}>([^<]{0,200})", re.IGNORECASE)
_SIGN_IN: Final = re.compile(r"log\s?in|sign\s?in|sso|登录|登入", re.IGNORECASE)
_KEYS_SHOWN: Final = 5


def parse(content: bytes) -> Json:
    """The JSON value of a JSON or YAML document. Raises SpecUnusable, saying what the bytes are instead."""
    content = content.removeprefix(_BYTE_ORDER_MARK)
    start = content[:4096].lstrip()
    if not start:
        raise SpecUnusable("It is empty.")
    if is_html(content):
        raise html_refusal(content)
    if b"\0" in start or start.startswith((b"\x1f\x8b", b"PK\x03\x04")):
        raise SpecUnusable("It is binary data.", hint="Give the address of the JSON or YAML text itself, not of an archive.")
    if start[:1] not in b"{[":
        return read_yaml(content)
    try:
        return orjson.loads(content)
    except orjson.JSONDecodeError as error:
        raise SpecUnusable(f"It is not valid JSON: {error}") from error


def described(value: Json) -> str:
    """What a parsed value is, in a few words for a message: its keys, or how its text begins."""
    match value:
        case dict():
            keys = ", ".join(quoted(key, 40) for key in list(value)[:_KEYS_SHOWN])
            more = f" and {len(value) - _KEYS_SHOWN} more" if len(value) > _KEYS_SHOWN else ""
            return f"an object with the keys {keys}{more}" if value else "an empty object"
        case list():
            return f"a list of {len(value)}"
        case str():
            return f"text that begins {quoted(value, 60)}"
        case _:
            return f"the value {quoted(value)}"


def is_html(content: bytes) -> bool:
    """Whether it begins as a page of HTML does."""
    return _HTML.match(content.removeprefix(_BYTE_ORDER_MARK)[:4096]) is not None


def is_titled_as_sign_in(content: bytes) -> bool:
    """Whether an HTML page's title speaks of signing in."""
    return _SIGN_IN.search(_title(content)) is not None


def html_refusal(content: bytes, *, asks_for_password: bool = False) -> SpecUnusable:
    """Why a page of HTML is no description."""
    title = _title(content)
    named = f"It is an HTML page titled {quoted(title)}." if title else "It is an HTML page."
    if asks_for_password or is_titled_as_sign_in(content):
        return SpecUnusable(named, hint="The server asks for a sign-in: add the source with a credential.")
    return SpecUnusable(named, hint="Give the address of the JSON or YAML that the page loads, such as /openapi.json or /swagger.json.")


def _title(content: bytes) -> str:
    found = _HTML_TITLE.search(content[:65536])
    return " ".join(found[1].decode(errors="replace").split()) if found else ""
