"""What we know of AWS beyond botocore's models: `catalogue/aws.yaml`."""

from __future__ import annotations

from collections import Counter
from typing import Annotated

from pydantic import Field, model_validator

from schemas.base import Frozen, Json
from schemas.metric import Metric, fill, place_of

OperationName = Annotated[str, Field(pattern=r"^[a-z0-9-]+\.[A-Z]\w+$")]
"""`ec2.DescribeInstances`."""


class Figure(Frozen):
    """One metric of a namespace. In `words` a space parts the words of a name, in Chinese too."""

    name: str
    metric: str
    title: str
    unit: str
    statistic: str
    words: Annotated[tuple[str, ...], Field(min_length=1)]


class Subject(Frozen):
    """An operation whose rows have figures: those of `namespace` whose `dimension` is the rows' `key`."""

    operation: OperationName
    key: str
    namespace: str
    dimension: str
    figures: Annotated[tuple[Figure, ...], Field(min_length=1)]


class MetricReading(Frozen):
    """How figures are read through one operation; the rest is as in `schemas.metric.Metric`.

    Beside that template's places there are `{namespace}`, `{metric}` and `{dimension}`.
    """

    through: OperationName
    statistics: Annotated[tuple[str, ...], Field(min_length=1)]
    period_seconds: Annotated[int, Field(ge=1)]
    window_minutes: Annotated[int, Field(ge=1)]
    batch: Annotated[int, Field(ge=1)]
    request: dict[str, Json]
    items_path: str
    item: dict[str, Json]
    results_path: str
    id_path: str
    values_path: str
    subjects: tuple[Subject, ...]

    @model_validator(mode="after")
    def _is_complete(self) -> MetricReading:
        missing = {"start", "end"} - _places(self.request) | {"id", "key", "period", "statistic"} - _places(self.item)
        if missing:
            raise ValueError(f"the templates have no place for {', '.join(sorted(missing))}")
        for subject in self.subjects:
            for figure in subject.figures:
                if figure.statistic not in self.statistics:
                    raise ValueError(f"{figure.name} has the statistic {figure.statistic}, which is none of {', '.join(self.statistics)}")
        return self

    def metrics(self, source: str) -> tuple[Metric, ...]:
        """All figures, as metrics of one source's operations."""
        return tuple(self._metric(source, subject, figure) for subject in self.subjects for figure in subject.figures)

    def _metric(self, source: str, subject: Subject, figure: Figure) -> Metric:
        constants = {"namespace": subject.namespace, "metric": figure.metric, "dimension": subject.dimension}
        return Metric(
            name=figure.name,
            title=figure.title,
            subject=f"{source}:{subject.operation}",
            key=subject.key,
            unit=figure.unit,
            statistic=figure.statistic,
            statistics=self.statistics,
            period_seconds=self.period_seconds,
            window_minutes=self.window_minutes,
            batch=self.batch,
            request=self.request,
            items_path=self.items_path,
            item=fill(self.item, constants),
            results_path=self.results_path,
            id_path=self.id_path,
            values_path=self.values_path,
            words=tuple(tuple(name.casefold().split()) for name in figure.words),
        )


class AwsProvider(Frozen):
    """AWS as a provider. `services` are those of `botocore:`, each with what people call it; `words` are about all of them.

    `everywhere_the_same` are services and operations that answer alike in all regions. `needs` are parameters that AWS calls optional, and
    without which an answer is not what its operation's name says. `rows` says where an operation holds its rows, as
    in `Operation.rows_path`, where its name and its pages mislead.
    """

    title: str
    words: tuple[str, ...]
    services: Annotated[dict[str, tuple[str, ...]], Field(min_length=1)]
    everywhere_the_same: tuple[tuple[str, ...], ...] = ()
    needs: dict[OperationName, tuple[str, ...]] = Field(default_factory=dict)
    rows: dict[OperationName, str] = Field(default_factory=dict)
    metrics: tuple[MetricReading, ...] = ()

    @model_validator(mode="after")
    def _names_each_figure_once(self) -> AwsProvider:
        names = Counter(figure.name for reading in self.metrics for subject in reading.subjects for figure in subject.figures)
        if twins := [name for name, times in names.items() if times > 1]:
            raise ValueError(f"several figures have the name {', '.join(twins)}")
        return self

    def words_of(self, service: str) -> tuple[str, ...]:
        """What people call a service and AWS: boto3's name for it comes first."""
        return tuple(dict.fromkeys((service, *self.services.get(service, ()), *self.words)))

    def is_global(self, service: str, operation: str) -> bool:
        """Whether an operation answers the same in every region."""
        return any(service in names or f"{service}.{operation}" in names for names in self.everywhere_the_same)

    def metrics_through(self, source: str) -> dict[str, tuple[Metric, ...]]:
        """The metrics of one source by the operation that they are read through: `cloudwatch.GetMetricData`."""
        return {reading.through: reading.metrics(source) for reading in self.metrics}


def _places(template: Json) -> set[str]:
    if isinstance(template, dict | list):
        parts = template.values() if isinstance(template, dict) else template
        return {place for part in parts for place in _places(part)}
    return {place} if (place := place_of(template)) else set()
