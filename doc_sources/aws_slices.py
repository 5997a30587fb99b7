"""The slices of one AWS service: each operation's document, and the `Operation` that is read off it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from doc_sources import aws_rows, pagination
from doc_sources.aws_catalogue import AwsProvider
from doc_sources.aws_documents import METHOD, ServiceDocuments, description, shape_of, summary
from doc_sources.aws_effects import AwsEffectJudge, AwsFacts
from doc_sources.aws_services import ServiceModel
from doc_sources.aws_shapes import MAX_DESCRIPTION, plain
from doc_sources.effects import Judgement
from doc_sources.pagination import Envelope
from doc_sources.rows import NO_ROWS, RowReader, Rows
from doc_sources.shapes import Shape, ShapeReader
from schemas.base import Json, digest
from schemas.metric import Metric
from schemas.operation import CursorPagination, Effect, Operation, Parameter, Slice


@dataclass(frozen=True)
class AwsKnowledge:
    """What is known of AWS beyond its models: what operations do, `catalogue/aws.yaml`, and its metrics by operation."""

    judge: AwsEffectJudge
    provider: AwsProvider
    metrics: Mapping[str, tuple[Metric, ...]]


class ServiceCutter:
    """Cuts the slices of one service for one source."""

    def __init__(self, source: str, service: ServiceModel, knowledge: AwsKnowledge) -> None:
        self._source = source
        self._service = service
        self._knowledge = knowledge
        self._words = knowledge.provider.words_of(service.name)
        self._documents = ServiceDocuments(service)
        self._shapes = self._documents.shapes
        self._reader = ShapeReader(self._documents.components.schema_at)
        self._rows = RowReader(self._reader)

    def cut(self) -> Iterator[Slice]:
        """Every operation's slice, in the model's order."""
        return (self._slice(name, model) for name, model in self._service.operations.items())

    def _slice(self, name: str, model: Mapping[str, Json]) -> Slice:
        metrics = self._knowledge.metrics.get(self._full(name), ())
        document = self._documents.document(name, metrics)
        return Slice(operation=self._operation(name, model, metrics, document), document=document)

    def _operation(self, name: str, model: Mapping[str, Json], metrics: tuple[Metric, ...], document: dict[str, Json]) -> Operation:
        judgement, output = self._judgement(name, model), shape_of(model, "output")
        # Nobody asks what a change takes and answers with, and changes are more than half of all operations.
        is_read = judgement.effect is Effect.READ
        parameters = tuple(self._parameters(name, shape_of(model, "input"), in_full=is_read))
        rows, pages = self._answer(name, output, parameters, document) if is_read and output else (NO_ROWS, None)
        return Operation(
            id=f"{self._source}:{self._full(name)}",
            source=self._source,
            name=self._full(name),
            protocol="aws",
            method=METHOD,
            path=self._documents.path(name),
            summary=summary(model),
            description=description(model),
            tags=self._words,
            effect=judgement.effect,
            effect_reason=judgement.reason,
            parameters=parameters,
            rows_path=rows.path,
            row_is_single=rows.is_single,
            row_title=rows.title,
            fields=rows.fields,
            pagination=pages,
            metrics=metrics,
            is_global=self._knowledge.provider.is_global(self._service.name, name),
            slice_hash=digest(document),
        )

    def _full(self, name: str) -> str:
        return f"{self._service.name}.{name}"

    def _judgement(self, name: str, model: Mapping[str, Json]) -> Judgement:
        output = shape_of(model, "output")
        facts = AwsFacts(
            self._service.name,
            name,
            summary(model),
            description(model),
            texts=self._shapes.texts(output) if output else frozenset(),
            is_streamed=bool(output) and self._shapes.is_streamed(output),
        )
        return self._knowledge.judge.judge(facts)

    def _parameters(self, operation: str, structure: str, *, in_full: bool) -> Iterator[Parameter]:
        """The members of an input, with what they take and what is said of them where `in_full`."""
        shape = self._shapes[structure] if structure else {}
        required = {*shape.get("required", ()), *self._knowledge.provider.needs.get(self._full(operation), ())}
        for name, member in shape.get("members", {}).items():
            yield Parameter(
                name=name,
                location="body",
                required=name in required and not member.get("idempotencyToken"),
                value_schema=self._shapes.inlined(member["shape"]) if in_full else None,
                description=plain(member.get("documentation", ""), MAX_DESCRIPTION) if in_full else "",
            )

    def _answer(
        self, name: str, output: str, parameters: tuple[Parameter, ...], document: dict[str, Json]
    ) -> tuple[Rows, CursorPagination | None]:
        """The rows that an operation answers with, and how their pages follow one another: none where boto3 can't follow them."""
        rows = self._rows_of(name, output, document)
        paginator = self._service.paginators.get(name)
        if paginator is None:
            has_pages = pagination.detect(parameters, Envelope(self._rows.scalars(self._envelope(output)), ()), self._reader)
            return (NO_ROWS if has_pages else rows), None
        pages = _pagination(paginator, parameters)
        # A single row that goes on is a page of plain values, or of several lists.
        return (NO_ROWS, None) if pages is None or rows.path is None or rows.is_single else (rows, pages)

    def _rows_of(self, name: str, output: str, document: dict[str, Json]) -> Rows:
        path = self._knowledge.provider.rows.get(self._full(name))
        if path is None:
            found = aws_rows.listed(self._shapes, name, output, self._service.paginators.get(name, {}))
        else:
            found = aws_rows.list_at(self._shapes, output, path)
        if found is None:
            return self._rows.read(document["paths"][self._documents.path(name)][METHOD.lower()], f"/{name}")
        return self._rows.collection(found.path, self._documents.schema(found.member), None)

    def _envelope(self, output: str) -> Shape:
        return self._reader.read(self._documents.schema(output))


def _pagination(paginator: Mapping[str, Json], parameters: tuple[Parameter, ...]) -> CursorPagination | None:
    """botocore's paginator in our words; None for one that makes the next page's token out of the rows."""
    size, next_path = paginator.get("limit_key"), aws_rows.plain_path(paginator["output_token"])
    if not next_path:
        return None
    return CursorPagination(
        cursor_parameter=aws_rows.plain_path(paginator["input_token"]),
        next_path=next_path,
        more_path=paginator.get("more_results"),
        size_parameter=size,
        max_size=next((p.value_schema.get("maximum") for p in parameters if p.name == size), None),
    )
