"""Reflection: how well cases do, and what the LLM advises for the weak ones."""

import asyncio
import json
from typing import Any

from sqlalchemy import Row

from target.api.bodies import Analysis, Batch, CommonError, Suggestion
from target.api.clock import timestamp
from target.api.database import Database
from target.api.llm_client import LlmClient

LOGS_PER_CASE = 100  # the newest ones, like the default of a single analysis
FEWEST_LOGS = 10
LOW_PERFORMANCE = 50.0  # percent


class UpstreamError(Exception):
    """The LLM answered none of the questions of a batch."""


async def analyze(database: Database, case_id: str, limit: int) -> Analysis | None:
    """The last `limit` executions of a case, in numbers; None for an unknown case."""
    (row,) = await database.rows("analyze_case", case_id=case_id, limit=limit)
    if not row.known:
        return None
    failed = row.total - row.successful
    return {
        "case_id": case_id,
        "total_executions": row.total,
        "successful_executions": row.successful,
        "failed_executions": failed,
        "success_rate": _percentage(row.successful, row.total),
        "avg_execution_time_ms": round(row.average_ms, 2),
        "common_errors": [_common_error(error, failed) for error in json.loads(row.errors)],
        "timestamp": timestamp(),
    }


async def batch(database: Database, llm: LlmClient) -> Batch:
    """Analyse all active cases that have enough logs, store what changed, and ask about the weak ones.

    Three set-based statements, and no connection is held while the LLM thinks.
    """
    analysed = await database.rows("analyze_active", logs=LOGS_PER_CASE, fewest=FEWEST_LOGS)
    changed = [row for row in analysed if row.stored_rate != row.success_rate]
    if changed:
        ids, rates = [row.case_id for row in changed], [row.success_rate for row in changed]
        await database.count("store_success_rates", case_ids=ids, success_rates=rates)
    weak = [row for row in analysed if row.success_rate < LOW_PERFORMANCE]
    return {
        "analyzed_cases": len(analysed),
        "low_performance_cases": len(weak),
        "suggestions": await _suggestions(database, llm, weak) if weak else [],
        "timestamp": timestamp(),
    }


async def _suggestions(database: Database, llm: LlmClient, weak: list[Row[Any]]) -> list[Suggestion]:
    failures = await database.rows(
        "weak_case_errors", case_ids=[row.case_id for row in weak], logs=LOGS_PER_CASE
    )
    described = {row.case_id: row for row in failures}
    advice = await asyncio.gather(
        *(llm.suggest(_prompt(described[row.case_id], row.success_rate)) for row in weak)
    )
    if all(lines is None for lines in advice):
        raise UpstreamError
    return [
        {"case_id": row.case_id, "performance": row.success_rate, "suggestions": lines or []}
        for row, lines in zip(weak, advice, strict=True)
    ]


def _prompt(row: Row[Any], rate: float) -> str:
    errors = ", ".join(f"{error['error_type']} ({error['count']})" for error in json.loads(row.errors))
    numbers = f"It succeeds in {rate:.0f} % of its runs; failures: {errors}."
    return f"Suggest improvements of the case '{row.query}'. {numbers}"


def _common_error(error: dict[str, Any], failed: int) -> CommonError:
    count = error["count"]
    return {"error_type": error["error_type"], "count": count, "percentage": _percentage(count, failed)}


def _percentage(part: int, whole: int) -> float:
    return round(100 * part / whole, 2) if whole else 0.0
