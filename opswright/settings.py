"""All settings, and the only place that reads the environment. `docs/settings.md` is generated from here."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal

from platformdirs import user_cache_path, user_data_path
from pydantic import AfterValidator, Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from opswright import IS_INSTALLED, ROOT
from schemas.errors import Misconfigured, quoted

PREFIX = "OPSWRIGHT_"

Folder = Annotated[Path, AfterValidator(lambda path: path.expanduser().absolute())]


def environment() -> Mapping[str, str]:
    """The process's environment, for what has to look names up in it: references such as `env:ESTATE_TOKEN`."""
    return os.environ


class Settings(BaseSettings):
    """Each field is the variable `OPSWRIGHT_<NAME>`. Make one with `load`, which explains a wrong value."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, extra="ignore", env_ignore_empty=True)

    home: Folder = Field(
        default_factory=lambda: user_data_path("opswright", appauthor=False),
        description="Folder of everything that must survive: the database, checkpoints, transcripts and the search index.",
        examples=["~/.local/share/opswright"],
    )
    connections: Folder = Field(
        default_factory=lambda data: data["home"] / "connections.yaml",
        description="File of connections: APIs, clusters and accounts with how they are authenticated. See connections.md.",
        examples=["<OPSWRIGHT_HOME>/connections.yaml"],
    )
    library: Folder = Field(
        default_factory=lambda data: data["home"] / "library" if IS_INSTALLED else ROOT / "generated_tools" / "library",
        description="Folder of the generated tools. Point it into a git repository to review them like other code.",
        examples=["generated_tools/library in a checkout, <OPSWRIGHT_HOME>/library when installed"],
    )
    cache: Folder = Field(
        default_factory=lambda: user_cache_path("opswright", appauthor=False),
        description="Folder of what can be made again: the isolate's image and the type checker's cache.",
        examples=["~/.cache/opswright"],
    )
    specs: Folder | None = Field(
        default=None,
        description="Folder of published API descriptions with their manifest.json, for measuring on them: `opswright bench documents`.",
        examples=["../shared/specs"],
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(default="warning", description="How much is logged on standard error.")
    document_max_age_hours: float = Field(
        default=24.0, ge=0, description="A description that was read longer ago is read again, in the background: the copy still answers."
    )
    document_max_stale_hours: float = Field(
        default=168.0, ge=0, description="A description that was read longer ago is read again before it answers, if its server is there."
    )
    document_cache_mib: int = Field(
        default=1024, ge=1, description="Size of all descriptions that are kept, in MiB. Those of removed sources go first."
    )
    workers: int = Field(default=2, ge=1, le=64, description="Sandbox workers kept warm: as many tools can run at once.")
    worker_queue: int = Field(
        default=128,
        ge=8,
        description="Tool runs that may wait for a worker; more are turned away, over HTTP with 503. A question to AWS asks for one in "
        "each region at once.",
    )
    worker_wait_seconds: float = Field(default=120.0, ge=0, description="How long a tool run may wait for a worker.")
    tool_cpu_seconds: float = Field(default=10.0, gt=0, description="Computing time of one tool run.")
    tool_wall_seconds: float = Field(default=30.0, gt=0, description="Time of one tool run in all, its waits included.")
    tool_memory_mib: int = Field(default=256, ge=64, le=4096, description="Memory of one tool run, in MiB.")
    tool_requests: int = Field(default=200, ge=1, description="Requests that one tool run may send.")
    tool_request_mib: int = Field(default=4, ge=1, description="Request bytes that one tool run may send in all, in MiB.")
    tool_response_mib: int = Field(default=64, ge=1, description="Response bytes that one tool run may receive in all, in MiB.")
    tool_output_mib: int = Field(default=8, ge=1, le=64, description="What one tool run may print, return or send at once, each in MiB.")
    transcript_days: float = Field(
        default=30.0,
        gt=0,
        description="How long a run's calls are kept, in days. After that it can't be replayed, nor compared call by call.",
    )
    api_key: str = Field(
        default="",
        description="Reference to the key that the HTTP API asks for: `env:NAME` or `file:/absolute/path`, never the key itself. "
        "Without one, `opswright serve` listens on this machine only.",
    )
    api_threads: int = Field(default=4, ge=1, le=64, description="Questions that the HTTP API works on at once.")
    api_queue: int = Field(default=32, ge=0, description="Questions that may wait for that; more are turned away with 503.")
    api_body_kib: int = Field(default=64, ge=1, description="Body of one request to the HTTP API, in KiB.")
    api_shutdown_seconds: float = Field(
        default=20.0, ge=0, description="How long `opswright serve`, told to stop, lets runs finish. Those that don't can be resumed."
    )

    model: str = Field(
        default="",
        description="Language model for questions that the rules can't read, as `provider:model`; several, separated by commas, stand in "
        "for one another in that order. Empty: no model is used. See models.md.",
    )
    model_key: str = Field(
        default="",
        description="Where the model's API key is: a reference such as `env:GEMINI_API_KEY` or `file:/run/secrets/gemini`. "
        "One for all models, or one for each, separated by commas.",
    )
    model_base_url: str = Field(
        default="", description="Where the model is served, if not at its provider's address. One for all models, or one for each."
    )
    model_timeout_seconds: float = Field(default=60.0, gt=0, description="How long a model may take for one answer.")
    model_attempts: int = Field(default=3, ge=1, le=10, description="How often one model is asked while it is busy or unreachable.")
    model_max_calls: int = Field(default=12, ge=1, description="Calls to models that one request may make, failed ones included.")
    model_max_tokens: int = Field(default=150_000, ge=1, description="Tokens that one request may use, prompts and answers together.")
    model_max_dollars: float = Field(default=1.0, ge=0, description="US dollars that one request may cost.")
    model_prices: str = Field(
        default="",
        description="Prices of models that are not on the list, as `provider:model=input/output` in US dollars per million tokens, "
        "separated by commas; `ollama:llama4=0/0` costs nothing.",
    )

    def at_home(self, home: Path) -> Settings:
        """These settings with all that must survive in another folder: database, tools and connections."""
        own = {"home": home, "library": home / "library", "connections": home / "connections.yaml"}
        return self.model_copy(update=own)

    @property
    def database(self) -> Path:
        """The SQLite file of all tables."""
        return self.home / "opswright.db"


def load() -> Settings:
    """The settings of this process. Raises Misconfigured, naming the variable, its value and what it may be."""
    try:
        return Settings()
    except ValidationError as error:
        first = error.errors()[0]
        name = PREFIX + str(first["loc"][0]).upper()
        message = f"{name} is {quoted(first['input'])}: {first['msg']}."
        raise Misconfigured(message, hint="Change it, or unset it for the default.") from error
