"""Consolidation: take failing, repeated and unused cases out of use, in this order.

Each statement is a short transaction of its own that locks a bounded number of rows in the order of their
ids and skips rows that another run holds. So parallel runs share the work, none waits for another, and no
two can lock in a circle. What is archived goes into the backup queue in the same transaction; the copy is
made later (see `backup`).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row

from target.api.bodies import Consolidation, ConsolidationRequest, Merge
from target.api.clock import timestamp
from target.api.database import Database

BATCH = 100  # rows that one transaction archives
COMPARED = 100  # cases that one statement compares
NEIGHBOURS = 10  # nearest cases looked at; as in nearest_cases.sql


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """Two cases that are too similar: the more used one stays."""

    keeper: str
    removed: str
    similarity: float


async def consolidate(database: Database, rules: ConsolidationRequest, *, dry_run: bool) -> Consolidation:
    """Apply the rules, or with `dry_run` tell what they would do now."""
    step = _dry if dry_run else _wet
    removed = await step(database, "remove_cases", threshold=rules.threshold)
    merged = await _merge(database, rules, dry_run=dry_run)
    archived = await step(
        database,
        "archive_cases",
        threshold=rules.threshold,
        inactive_days=rules.inactive_days,
        merged=[pair.removed for pair in merged],
    )
    return {
        "removed_cases": len(removed),
        "merged_cases": len(merged),
        "archived_cases": len(archived),
        "dry_run": dry_run,
        "details": {"removed": removed, "merged": [_details(pair) for pair in merged], "archived": archived},
        "timestamp": timestamp(),
    }


async def _dry(database: Database, statement: str, **values: object) -> list[str]:
    return [row.case_id for row in await database.rows(f"would_{statement}", **values)]


async def _wet(database: Database, statement: str, **values: object) -> list[str]:
    done: list[str] = []
    while True:
        taken = [row.case_id for row in await database.rows(statement, **values, batch=BATCH)]
        done += taken
        if len(taken) < BATCH:
            return sorted(done)


async def _merge(database: Database, rules: ConsolidationRequest, *, dry_run: bool) -> list[Pair]:
    merged: list[Pair] = []
    after = ""
    while True:
        found = await database.rows(
            "nearest_cases",
            similarity=rules.similarity_threshold,
            threshold=rules.threshold,
            after=after,
            batch=COMPARED,
        )
        if not found:
            return merged
        compared = list(dict.fromkeys(row.case_id for row in found))
        gone = {pair.removed for pair in merged}
        pairs = pairs_of(found, gone)
        if dry_run:
            merged += pairs
        else:
            merged += await _merge_pairs(database, pairs)
            await _remember(database, rules.similarity_threshold, compared, found, pairs, merged)
        if len(compared) < COMPARED:
            return merged
        after = compared[-1]


async def _merge_pairs(database: Database, pairs: list[Pair]) -> list[Pair]:
    if not pairs:
        return []
    keepers, removed = [pair.keeper for pair in pairs], [pair.removed for pair in pairs]
    rows = await database.rows("merge_cases", keepers=keepers, removed=removed)
    done = {row.case_id for row in rows}
    return [pair for pair in pairs if pair.removed in done]


async def _remember(
    database: Database,
    similarity: float,
    compared: list[str],
    found: Iterable[Row[Any]],
    pairs: list[Pair],
    merged: list[Pair],
) -> None:
    """Note which cases need no second look.

    Not those whose pair was held by another run, or with more twins than we saw.
    """
    done = {pair.removed for pair in merged}
    open_cases = {case for pair in pairs if pair.removed not in done for case in (pair.keeper, pair.removed)}
    crowded = {row.case_id for row in found if row.place == NEIGHBOURS}
    settled = [case for case in compared if case not in open_cases | crowded]
    if settled:
        await database.count("remember_compared", case_ids=settled, similarity=similarity)


def pairs_of(found: Iterable[Row[Any]], gone: set[str]) -> list[Pair]:
    """The pairs to merge, most similar first.

    A case is given up only once, and never keeps after it was given up.
    """
    pairs = {_pair(row) for row in found if row.other_id is not None}
    gone = set(gone)
    kept: set[str] = set()
    chosen = []
    for pair in sorted(pairs, key=lambda pair: (-pair.similarity, pair.keeper, pair.removed)):
        if pair.removed in gone or pair.keeper in gone or pair.removed in kept:
            continue
        gone.add(pair.removed)
        kept.add(pair.keeper)
        chosen.append(pair)
    return chosen


def _pair(row: Row[Any]) -> Pair:
    mine, other = (-row.usage_count, row.case_id), (-row.other_usage_count, row.other_id)
    keeper, removed = sorted((mine, other))
    return Pair(keeper=keeper[1], removed=removed[1], similarity=round(row.similarity, 6))


def _details(pair: Pair) -> Merge:
    return {"keeper": pair.keeper, "removed": pair.removed, "similarity": pair.similarity}
