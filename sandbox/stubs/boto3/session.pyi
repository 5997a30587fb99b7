from typing import Any

from botocore.config import Config

class Session:
    def __init__(
        self,
        aws_access_key_id: str | None = None,
        aws_secret_access_key: str | None = None,
        aws_session_token: str | None = None,
        region_name: str | None = None,
        botocore_session: Any = None,
        profile_name: str | None = None,
    ) -> None: ...
    @property
    def region_name(self) -> str | None: ...
    @property
    def profile_name(self) -> str: ...
    @property
    def events(self) -> Any: ...
    def get_available_services(self) -> list[str]: ...
    # Any: the operations of a client come from its service's model, which no stub knows.
    def client(
        self,
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
