"""Where a document says that its calls go (OpenAPI 3.1, section 4.8.5; Swagger 2.0, `host`, `basePath` and `schemes`)."""

from __future__ import annotations

from urllib.parse import urljoin, urlsplit

from doc_sources.normal_form import mapping, objects, text
from schemas.base import Json


def base_url(root: dict[str, Json], spec_url: str) -> str:
    """The first server, relative to where the document came from; without one, the origin of `spec_url`.

    Empty where neither is on HTTP: a relative server in a local file.
    """
    server = _swagger_server(root, spec_url) if "swagger" in root else _first_server(root)
    home = _without_user(spec_url) if _is_http(spec_url) else ""
    for place in (server, "/"):
        found = _joined(home, place or "/")
        if _is_http(found):
            return _without_user(found).rstrip("/")
    return ""


def _first_server(root: dict[str, Json]) -> str:
    server = next(iter(objects(root.get("servers"))), {})
    url = text(server.get("url"))
    for name, variable in mapping(server.get("variables")).items():
        url = url.replace(f"{{{name}}}", str(mapping(variable).get("default", "")))
    return url


def _swagger_server(root: dict[str, Json], spec_url: str) -> str:
    """Relative where the document names no host."""
    path = "/" + text(root.get("basePath")).strip("/")
    host = text(root.get("host"))
    if not host:
        return path
    listed = root.get("schemes")
    schemes = [scheme for scheme in listed if scheme in ("http", "https")] if isinstance(listed, list) else []
    own = urlsplit(spec_url).scheme
    scheme = own if own in schemes or (not schemes and _is_http(spec_url)) else next(iter(schemes), "https")
    return f"{scheme}://{host}{path}"


def _is_http(url: str) -> bool:
    """Whether it is an address on HTTP with nothing left to fill in."""
    return url.partition("://")[0] in ("http", "https") and bool(urlsplit(url).netloc) and not {"{", "}"} & set(url)


def _without_user(url: str) -> str:
    parts = urlsplit(url)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2], query="", fragment="").geturl()


def _joined(home: str, server: str) -> str:
    """Empty where the server is no address at all."""
    try:
        return urljoin(home, server)
    except ValueError:
        return ""
