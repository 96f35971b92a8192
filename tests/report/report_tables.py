"""The tables of a made-up run: endpoints, failures, cross-check."""

from __future__ import annotations

from report_course import P95_OF

from harness.model.stage import Schedule
from harness.model.verdict import CrossCheck, EndpointRow, FailureRow


def rows(schedule: Schedule) -> tuple[EndpointRow, ...]:
    found = []
    for span in schedule.spans:
        slow = 0.55 + 0.45 * (span.stage.end_level / 50) ** 1.6
        length = span.end_s - span.start_s
        for number, endpoint in enumerate((None, *P95_OF)):
            usual = P95_OF[endpoint][0] if endpoint else 0.62
            requests = int(length * span.stage.peak_level * 0.49 / (1 if endpoint is None else 4 + number))
            some = requests > 0
            found.append(
                EndpointRow(
                    stage=span.stage.name,
                    endpoint=endpoint,
                    judged=span.stage.judged,
                    requests=requests,
                    failures=3 if endpoint is None and some else int(number == 2 and some) * 3,
                    unanswered=0,
                    rate_per_s=requests / length,
                    error_ratio=3 / requests if some and number in {0, 2} else (0.0 if some else None),
                    p50_s=usual * slow * 0.44 if some else None,
                    p95_s=usual * slow if some else None,
                    p99_s=usual * slow * 1.4 if some else None,
                    mean_s=usual * slow * 0.5 if some else None,
                    max_s=usual * slow * 2.1 if some else None,
                )
            )
    return tuple(found)


def failure_rows() -> tuple[FailureRow, ...]:
    return (
        FailureRow(
            endpoint="POST /reflection/batch", cause="504 Gateway Timeout", count=2, first_s=184, last_s=231
        ),
        FailureRow(
            endpoint="POST /reflection/batch",
            cause="wrong answer: analyzed_cases is 0",
            count=1,
            first_s=207,
            last_s=207,
        ),
    )


def cross_checks() -> tuple[CrossCheck, ...]:
    note = "Locust rounds 182 ms to 180 ms"
    return (
        CrossCheck(name="p95 POST /search", measured=0.148, csv_measured=0.15, unit="s", agrees=True),
        CrossCheck(name="p95 POST /classify", measured=0.093, csv_measured=None, unit="s", agrees=True),
        CrossCheck(
            name="p95 POST /search against load-10",
            measured=0.182,
            csv_measured=0.18,
            unit="s",
            agrees=False,
            note=note,
        ),
    )
