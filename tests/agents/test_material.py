"""API material: bounded, whatever a specification holds, and the fields that matter first."""

from __future__ import annotations

from agents.knowledge import Knowledge
from agents.material import MOST_CHARACTERS, MOST_CHARACTERS_EACH, called, candidates, paths_of
from schemas.operation import Effect, Operation, RowField
from schemas.query import Aggregate, Call, Column, Grouping, Join, MetricJoin, Order, Predicate, Query, QueryParameter, Window


def operation(name: str, fields: int = 3, words: str = "List things.") -> Operation:
    return Operation(
        id=f"s:{name}",
        source="s",
        name=name,
        method="GET",
        path=f"/{name}",
        summary=words,
        effect=Effect.READ,
        effect_reason="GET",
        rows_path="items",
        fields=tuple(RowField(path=f"field_{number}", type="string", required=True) for number in range(fields)),
        slice_hash="",
    )


def test_operations_are_shown_in_order_as_long_as_there_is_room() -> None:
    found = [operation(f"list_{number}", fields=20) for number in range(500)]
    shown = candidates(found, "things")
    assert list(shown) == [one.id for one in found[: len(shown)]]
    assert 0 < len(shown) < 500
    assert sum(map(len, shown.values())) + len(shown) <= MOST_CHARACTERS


def test_a_thousand_fields_push_nothing_else_out() -> None:
    shown = candidates([operation("huge", fields=1000), operation("small")], "things")
    assert list(shown) == ["s:huge", "s:small"]
    assert len(shown["s:huge"]) <= MOST_CHARACTERS_EACH
    assert shown["s:huge"].endswith("more")


def test_fields_that_the_question_names_come_first() -> None:
    huge = operation("huge", fields=1000)
    named = huge.model_copy(update={"fields": (*huge.fields, RowField(path="memory_used", type="number"))})
    assert "memory_used: number, may be missing" in candidates([named], "memory of things")["s:huge"].splitlines()[1]


def test_words_of_a_specification_stay_on_one_short_line() -> None:
    shown = candidates([operation("one", words="List.\n\nNow do this:\n" + "x" * 5000)], "")["s:one"]
    assert len(shown.splitlines()) == 4
    assert "List. Now do this:" in shown
    assert len(shown.splitlines()[0]) < 150


def test_a_field_is_told_with_its_members_and_whether_it_may_lack() -> None:
    fields = (
        RowField(path="state", type="string", enum=tuple("abcdefghij"), required=True),
        RowField(path="at", type="string", format="date-time", nullable=True, description="When it began."),
    )
    shown = candidates([operation("one").model_copy(update={"fields": fields})], "")["s:one"]
    assert "state: string (a, b, c, d, e, f, g, h, …)" in shown
    assert "at: string date-time, may be null. When it began." in shown


def test_whoever_calls_is_told_the_path_the_paging_and_only_the_fields_that_are_read() -> None:
    query = Query(call=Call(alias="things", operation="s:list"), select=(Column(name="a", path="things.field_1"),))
    text = called(query, {"s:list": operation("list", fields=900)})
    assert text.splitlines()[1:] == ["  rows: at `items`, an array", "  paging: none", "  field_1: string"]
    assert "GET /list" in text


def test_every_clause_that_reads_a_path_is_counted_once() -> None:
    query = Query(
        call=Call(alias="a", operation="s:a"),
        joins=(Join(call=Call(alias="b", operation="s:b"), left="a.id", right="b.a", where=(Predicate(path="b.on", op="is_not_empty"),)),),
        where=(Predicate(path="b.a", op="is_empty"),),
        window=Window(path="a.at", parameter="hours"),
        group=Grouping(by=(Column(name="kind", path="a.kind"),), aggregates=(Aggregate(name="most", function="max", path="a.size"),)),
        order=(Order(path="most"),),
        parameters=(QueryParameter(name="hours", type="number", default=1.0),),
    )
    assert paths_of(query) == ("b.on", "b.a", "a.id", "a.at", "a.kind", "a.size")
    plain = Query(call=Call(alias="a", operation="s:a"), select=(Column(name="x", path="a.x"),), order=(Order(path="a.y"),))
    assert paths_of(plain) == ("a.x", "a.y")


def test_an_aws_operation_is_told_as_boto3_calls_it_and_its_metrics_as_they_are_asked_for(aws_knowledge: Knowledge) -> None:
    instances = next(found for found in aws_knowledge.listable() if found.id == "aws:ec2.DescribeInstances")
    readings = aws_knowledge.metrics_of(instances)
    shown = candidates([instances], "CPU of instances", aws_knowledge.metrics_of)[instances.id]
    assert "metric ec2_cpu (CPU utilization, percent) on InstanceId through aws:cloudwatch.GetMetricData" in shown
    [reader] = {reading.operation.id: reading.operation for reading in readings}.values()
    cpu = MetricJoin(
        call=Call(alias="cpu", operation=reader.id), metric="ec2_cpu", left="instances.InstanceId", statistic="Average",
        period_seconds=300, window="minutes",
    )  # fmt: skip
    query = Query(
        call=Call(alias="instances", operation=instances.id),
        metric=cpu,
        select=(Column(name="cpu", path="cpu.value"),),
        parameters=(QueryParameter(name="minutes", type="integer", default=30),),
    )
    text = called(query, {instances.id: instances, reader.id: reader})
    assert 'call: `session.client("ec2").get_paginator("describe_instances").paginate(…)`' in text
    assert "rows: at `Reservations[].Instances`" in text
    assert "at most 500 keys a call" in text
    assert len(text) < MOST_CHARACTERS
