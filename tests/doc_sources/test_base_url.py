from __future__ import annotations

import pytest

from doc_sources.servers import base_url
from schemas.base import Json

FETCHED = "http://registry.corp:8080/docs/openapi.json?v=1"


def openapi3(*servers: Json) -> dict[str, Json]:
    return {"openapi": "3.1.0", "servers": list(servers)}


@pytest.mark.parametrize(
    ("document", "url"),
    [
        ({"openapi": "3.1.0"}, "http://registry.corp:8080"),
        (openapi3(), "http://registry.corp:8080"),
        (openapi3({"url": "/"}), "http://registry.corp:8080"),
        (openapi3({"url": ""}), "http://registry.corp:8080"),
        (openapi3({"url": "/api/v2/"}), "http://registry.corp:8080/api/v2"),
        (openapi3({"url": "v2"}), "http://registry.corp:8080/docs/v2"),
        (openapi3({"url": "../v2"}), "http://registry.corp:8080/v2"),
        (openapi3({"url": "//api.corp/v2"}), "http://api.corp/v2"),
        (openapi3({"url": "https://api.corp/v2"}, {"url": "https://second.corp"}), "https://api.corp/v2"),
        (openapi3({"url": "https://{zone}.corp/{v}", "variables": {"zone": {"default": "eu"}, "v": {"default": 2}}}), "https://eu.corp/2"),
        (openapi3({"url": "https://{zone}.corp"}), "http://registry.corp:8080"),
        (openapi3({"url": "ws://api.corp"}), "http://registry.corp:8080"),
        (openapi3({"url": "http://[::1"}), "http://registry.corp:8080"),
        (openapi3({"url": "https://ann:pa55@api.corp/v2"}), "https://api.corp/v2"),
        (openapi3("text"), "http://registry.corp:8080"),
    ],
)
def test_the_first_server_is_taken_relative_to_the_document(document: Json, url: str) -> None:
    assert base_url(document, FETCHED) == url


@pytest.mark.parametrize(
    ("parts", "url"),
    [
        ({}, "http://registry.corp:8080"),
        ({"basePath": "/api/v2"}, "http://registry.corp:8080/api/v2"),
        ({"basePath": "api/v2/"}, "http://registry.corp:8080/api/v2"),
        ({"host": "api.corp"}, "http://api.corp"),
        ({"host": "api.corp:9", "basePath": "/v2", "schemes": ["https"]}, "https://api.corp:9/v2"),
        ({"host": "api.corp", "schemes": ["https", "http"]}, "http://api.corp"),
        ({"host": "api.corp", "schemes": ["ws", "https"]}, "https://api.corp"),
    ],
)
def test_swagger_puts_its_server_together(parts: Json, url: str) -> None:
    assert base_url({"swagger": "2.0", **parts}, FETCHED) == url


@pytest.mark.parametrize(
    ("document", "url"),
    [
        ({"openapi": "3.1.0"}, ""),
        (openapi3({"url": "/api"}), ""),
        (openapi3({"url": "https://api.corp/v2"}), "https://api.corp/v2"),
        ({"swagger": "2.0", "host": "api.corp"}, "https://api.corp"),
    ],
)
def test_a_file_has_no_server_unless_it_names_one(document: Json, url: str) -> None:
    assert base_url(document, "/etc/specs/registry.yaml") == url


def test_a_password_in_the_document_s_address_goes_nowhere() -> None:
    assert base_url({"openapi": "3.1.0"}, "https://ann:pa55@registry.corp/openapi.json") == "https://registry.corp"
