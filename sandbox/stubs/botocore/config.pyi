from collections.abc import Mapping
from typing import Any

class Config:
    region_name: str | None
    retries: Mapping[str, Any] | None
    connect_timeout: float
    read_timeout: float
    def __init__(
        self,
        *,
        region_name: str | None = None,
        connect_timeout: float = 60,
        read_timeout: float = 60,
        retries: Mapping[str, Any] | None = None,
        max_pool_connections: int = 10,
        parameter_validation: bool = True,
        user_agent_extra: str | None = None,
    ) -> None: ...
    def merge(self, other_config: Config) -> Config: ...
