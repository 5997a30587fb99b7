"""Whether what the rehearsal API answers is what its slice declares. Where it is not, the fault is ours."""

from __future__ import annotations

import re
from typing import Final

import orjson
from openapi_core import Config, OpenAPI
from openapi_core.exceptions import OpenAPIError
from openapi_core.testing import MockRequest, MockResponse

from sandbox.rehearsal.shapes import PlantingFailed, body_type
from schemas.base import Json
from schemas.errors import quoted
from schemas.operation import Slice

ORIGIN: Final = "https://rehearsal.invalid"
LONGEST_REASON: Final = 400


class Fidelity:
    """Judges bodies by one slice, with openapi-core. The slice must be a lenient one: credentials would be asked for."""

    def __init__(self, slice_: Slice) -> None:
        self._operation = slice_.operation
        self._type = body_type(slice_.document)
        # Whether the slice is good OpenAPI is not the question here, and takes 70 ms to answer.
        self._api = OpenAPI.from_dict({**slice_.document, "servers": [{"url": ORIGIN}]}, config=Config(spec_validator_cls=None))

    def check(self, body: Json) -> None:
        """Raise PlantingFailed where the slice does not allow this body."""
        path = re.sub(r"\{[^/]*?\}", "x", self._operation.path)
        request = MockRequest(ORIGIN, self._operation.method.lower(), path)
        try:
            self._api.validate_response(request, MockResponse(orjson.dumps(body), content_type=self._type))
        except OpenAPIError as error:
            causes = getattr(error.__cause__, "schema_errors", ()) or (error,)
            reasons = "; ".join(str(getattr(cause, "message", cause)) for cause in causes)
            raise PlantingFailed(
                f"a planted response of {self._operation.id} does not fit its own schema: {quoted(reasons, LONGEST_REASON)}",
                hint="This is a fault of the rehearsal, not of the tool.",
            ) from error
