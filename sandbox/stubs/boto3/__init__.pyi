# What a tool has of boto3, for its type check. `resource` is left out: the isolate has no models of resources.

from typing import Any

from boto3.session import Session as Session
from botocore.config import Config

__version__: str

def client(
    service_name: str,
    region_name: str | None = None,
    api_version: str | None = None,
    use_ssl: bool = True,
    verify: bool | str | None = None,
    endpoint_url: str | None = None,
    aws_access_key_id: str | None = None,
    aws_secret_access_key: str | None = None,
    aws_session_token: str | None = None,
    config: Config | None = None,
) -> Any: ...
def setup_default_session(**kwargs: Any) -> None: ...
