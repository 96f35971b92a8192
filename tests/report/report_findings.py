"""Findings of a made-up run: many that passed, some that need attention."""

from __future__ import annotations

from report_course import P95_OF

from harness.model.verdict import Finding, Interval, Status


def objective(
    metric: str, endpoint: str | None, measured: float | None, limit: float, unit: str, **more: object
) -> Finding:
    failed = measured is not None and measured > limit
    values: dict[str, object] = {
        "kind": "objective",
        "name": f"{metric} {endpoint}" if endpoint else metric,
        "status": Status.FAIL if failed else Status.PASS,
        "sentence": f"{metric} of {endpoint or 'the target'} stayed within its limit",
        "endpoint": endpoint,
        "metric": metric,
        "measured": measured,
        "limit": limit,
        "comparison": "at_most",
        "unit": unit,
        "confidence": "proven",
        "requirement": "REQ-6",
        "source": "scenarios/load-50.yaml:14:5",
        **more,
    }
    return Finding.model_validate(values)


def passing_findings() -> tuple[Finding, ...]:
    found = []
    for endpoint, (p95, limit) in P95_OF.items():
        for metric, share, times in (("p50", 0.44, 0.5), ("p95", 1.0, 1.0), ("p99", 1.4, 2.0)):
            value = p95 * share
            low, high = value * 0.93, value * 1.08
            found.append(
                objective(
                    metric,
                    endpoint,
                    value,
                    limit * times,
                    "s",
                    samples=1436,
                    interval=Interval(low=low, high=high),
                    requirement="REQ-1",
                    source="scenarios/sla/phase3.yaml:3:5",
                )
            )
    found += [
        objective("p95", "POST /search", 0.148, 0.183, "s", reference=0.122, samples=1436),
        objective("error_rate", None, 0.00043, 0.01, "ratio", samples=7043),
        objective("pool_use", None, 0.46, 0.8, "ratio", requirement="REQ-11", confidence=""),
        objective(
            "throughput",
            None,
            121.4,
            100.0,
            "per_s",
            comparison="at_least",
            status=Status.PASS,
            confidence="",
        ),
    ]
    checks = {
        "requests were sent": "7,043 requests in 300 s of judged stages",
        "every endpoint was hit": "7 of 7 endpoints of the traffic, the rarest 142 times",
        "planned load was reached": "50 of 50 users during 100 % of the judged seconds",
        "the generator was not saturated": "at most 0.31 of one core, event loop at most 11 ms late",
        "counts agree": "7,412 requests recorded and counted by Locust",
    }
    found += [
        Finding(kind="validity", name=name, status=Status.PASS, sentence=text)
        for name, text in checks.items()
    ]
    return tuple(found)


def attention_findings() -> tuple[Finding, ...]:
    batch = "POST /reflection/batch"
    return (
        objective(
            "p95",
            batch,
            12.4,
            10.0,
            "s",
            sentence=(
                "P95 of POST /reflection/batch was 12.4 s, 24 % above its limit of 10 s; "
                "the slowest minute was 3:00 to 4:00 with 14.1 s"
            ),
            mend="look at the statements of this endpoint: `SELECT … FROM execution_log` took 71 % of it",
            interval=Interval(low=11.6, high=13.3),
            samples=412,
            requirement="REQ-5",
            evidence=("series.jsonl", "evidence/statements.json"),
            source="scenarios/sla/phase3.yaml:4:28",
        ),
        objective(
            "p95",
            "POST /consolidation/run",
            1.12,
            0.98,
            "s",
            status=Status.INCONCLUSIVE,
            reference=0.65,
            sentence="only 17 answers in the judged stages; a P95 needs at least 20",
            mend="run it longer: about 25 s more at this rate",
            confidence="not proven, needs about 3 requests (25 s at this rate)",
            interval=Interval(low=0.81, high=None),
            samples=17,
            evidence=("series.jsonl",),
        ),
        Finding(
            kind="remark",
            name="consolidation found no work",
            status=Status.WARN,
            sentence="38 of 210 answers of POST /consolidation/run removed, merged and archived nothing",
            mend="raise the top-up of the data set, or lower the weight of this endpoint",
            evidence=("series.jsonl",),
        ),
    )
