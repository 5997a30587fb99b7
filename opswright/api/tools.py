"""The registered tools, as a team reviews them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import Field

from opswright.api.context import InContext
from opswright.api.problems import BadRequest, declared
from schemas.base import Frozen
from schemas.errors import Misconfigured, NotFound
from schemas.tool import EngineName, RegisteredTool

router = APIRouter(prefix="/tools", tags=["tools"])

Reference = Annotated[
    str, Path(max_length=120, description="A tool's name for its newest version, or `name@version`.", examples=["services_by_tier@1"])
]


class ToolSummary(Frozen):
    """A version in a list."""

    reference: str = Field(examples=["services_by_tier@1"])
    title: str = Field(description="What it returns.", examples=["Services by tier"])
    source: str = Field(description="Where it reads.", examples=["registry"])
    question: str = Field(description="What it was first written for.", examples=["count services by tier"])
    engine: EngineName = Field(description="What wrote it.", examples=["rules"])
    created_at: datetime = Field(examples=["2026-11-20T12:00:00Z"])
    uses: int = Field(description="How often it answered.", examples=[3])


class Tools(Frozen):
    """A list, in an object so that it can be extended."""

    tools: tuple[ToolSummary, ...]


@router.get("", operation_id="listTools", summary="List the registered tools", responses=declared())
def list_tools(context: InContext) -> Tools:
    """Every sound version, by name and version."""
    usage = context.wired.registry.usage()
    uses = {reference: statistics.uses for reference, statistics in usage.items()}
    return Tools(
        tools=tuple(
            ToolSummary(
                reference=manifest.reference,
                title=manifest.title,
                source=manifest.source,
                question=manifest.question,
                engine=manifest.engine,
                created_at=manifest.created_at,
                uses=uses.get(manifest.reference, 0),
            )
            for manifest in context.wired.registry.all()
        )
    )


@router.get("/{reference}", operation_id="getTool", summary="Look at a tool", responses=declared(BadRequest, NotFound, Misconfigured))
def get_tool(reference: Reference, context: InContext) -> RegisteredTool:
    """Its manifest, its code and tests, and what the checks said of them."""
    return context.wired.registry.load(reference)
