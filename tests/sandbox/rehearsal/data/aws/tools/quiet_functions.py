def quiet_functions(session: boto3.Session, *, errors: float = 5, window_minutes: int = 60) -> list[dict[str, Any]]:
    """Return how many functions of each runtime had few errors in every period, and the most of any."""
    functions = [f for page in _pages(session) for f in page.get("Functions", [])]
    figures = _errors(session, [f.get("FunctionName") for f in functions], window_minutes)
    groups: dict[Any, list[float]] = {}
    for function in functions:
        value = figures.get(function.get("FunctionName"))
        if value is not None and value < errors:
            groups.setdefault(function.get("Runtime"), []).append(value)
    return [{"runtime": runtime, "count": len(values), "most": max(values)} for runtime, values in groups.items()]


def _pages(session: boto3.Session) -> Iterator[dict[str, Any]]:
    yield from session.client("lambda").get_paginator("list_functions").paginate()


def _errors(session: boto3.Session, keys: list[Any], window_minutes: float) -> dict[Any, float]:
    client, end = session.client("cloudwatch"), datetime.now(UTC)
    known = sorted({key for key in keys if key})
    found: dict[Any, float] = {}
    for first in range(0, len(known), 100):
        batch = known[first : first + 100]
        asked: dict[str, Any] = {
            "MetricDataQueries": [_query(number, key) for number, key in enumerate(batch)],
            "StartTime": end - timedelta(minutes=window_minutes),
            "EndTime": end,
            "ScanBy": "TimestampDescending",
        }
        for _ in range(1000):
            page = client.get_metric_data(**asked)
            for result in page.get("MetricDataResults", []):
                key = batch[int(result["Id"][1:])]
                found[key] = max([*result["Values"], found.get(key, 0.0)]) if result["Values"] else found.get(key)
            if not page.get("NextToken"):
                break
            asked["NextToken"] = page["NextToken"]
    return found


def _query(number: int, key: str) -> dict[str, Any]:
    metric = {"Namespace": "AWS/Lambda", "MetricName": "Errors", "Dimensions": [{"Name": "FunctionName", "Value": key}]}
    return {"Id": f"m{number}", "MetricStat": {"Metric": metric, "Period": 300, "Stat": "Sum"}}
