"""Responses as the isolate gets them."""

from __future__ import annotations

import json

from sandbox.broker.envelope import write_response
from sandbox.broker.wire import WireResponse

RESPONSE = WireResponse(200, (("content-type", "application/json"),), '{"Name": "数据"}'.encode())


def test_a_body_is_text() -> None:
    assert json.loads(write_response(RESPONSE)) == {
        "status": 200,
        "headers": [["content-type", "application/json"]],
        "body": '{"Name": "数据"}',
    }


def test_json_is_embedded_as_it_is() -> None:
    assert json.loads(write_response(RESPONSE, as_json=True))["json"] == {"Name": "数据"}
    assert '{"Name": "数据"}' in write_response(RESPONSE, as_json=True)
