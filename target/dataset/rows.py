"""The rows of both data sets, generated from one seed.

Pure: no clock (the time is an argument), no database.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from random import Random
from typing import Literal

from target.dataset import text

SetName = Literal["standard", "large"]
SEED = 20_240_607
ANALYSED_CASES = 100
WEAK_CASES = 5  # below 50 %: each batch asks the LLM about these
ERRORS = ("timeout", "validation_error", "upstream_error", "permission_denied", "rate_limited", "not_found")


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """How many cases of each kind, and how many logs the cases that nobody analyses have at most."""

    settled: int
    removable: int
    pairs: int
    archivable: int
    archived: int
    logs: tuple[int, int]  # of a settled case: fewest, most


SIZES: dict[SetName, Size] = {
    "standard": Size(settled=900, removable=20, pairs=10, archivable=20, archived=440, logs=(1, 9)),
    "large": Size(settled=6_700, removable=100, pairs=50, archivable=100, archived=2_900, logs=(5, 20)),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A row of case_bank, before its id is written out."""

    case_id: str
    query: str
    answer: str
    category_path: str
    status: str
    success_rate: float
    usage_count: int
    last_used_at: datetime
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Log:
    """A row of execution_log."""

    case_id: str
    success: bool
    error_type: str | None
    execution_time_ms: int
    created_at: datetime


def cases(name: SetName, now: datetime) -> list[Case]:
    """All cases of a set.

    Only the removable, mergeable and archivable ones are touched by a consolidation.
    """
    size = SIZES[name]
    random = Random(SEED)
    made = [_case(random, "case", n, now, uses=(500, 3_000)) for n in range(1, ANALYSED_CASES + 1)]
    made += [_settled(random, n, now) for n in range(ANALYSED_CASES + 1, ANALYSED_CASES + size.settled + 1)]
    made += [_removable(random, n, now) for n in range(1, size.removable + 1)]
    made += [case for n in range(1, size.pairs + 1) for case in _pair(random, n, now)]
    made += [_archivable(random, n, now) for n in range(1, size.archivable + 1)]
    made += [_archived(random, n, now) for n in range(1, size.archived + 1)]
    return made


def fresh(count: int, now: datetime) -> list[Case]:
    """Texts for the cases that the top-up adds while a run goes on."""
    random = Random(SEED + 1)
    return [_case(random, "fresh", n, now, uses=(20, 90)) for n in range(1, count + 1)]


def twin(query: str) -> str:
    """A near duplicate of a query: cosine similarity about 0.98, above the 0.95 that merges."""
    return f"{query} please"


def logs(name: SetName, now: datetime) -> Iterator[Log]:
    """The execution logs: 100 to 150 for each analysed case, few for the settled ones."""
    random = Random(SEED + 2)
    fewest, most = SIZES[name].logs
    for number in range(1, ANALYSED_CASES + SIZES[name].settled + 1):
        analysed = number <= ANALYSED_CASES
        chance = success_chance(number)
        count = random.randint(100, 150) if analysed else random.randint(fewest, most)
        for age in range(count):
            success = random.random() < chance
            yield Log(
                case_id=f"case-{number:06d}",
                success=success,
                error_type=None if success else random.choice(ERRORS[: 2 + number % 5]),
                execution_time_ms=int(random.lognormvariate(5.0, 0.6)),
                created_at=now - timedelta(minutes=17 * age + number % 13),
            )


def success_chance(number: int) -> float:
    """How often case `number` succeeds.

    Every twentieth analysed case is weak (about 0.40), the others 0.70 and more.
    """
    weak = number <= ANALYSED_CASES and number % (ANALYSED_CASES // WEAK_CASES) == 0
    return 0.38 + number / 2_500 if weak else 0.70 + (number * 7 % 29) / 100


def _case(random: Random, prefix: str, number: int, now: datetime, *, uses: tuple[int, int]) -> Case:
    place = text.leaf(random)
    return Case(
        case_id=f"{prefix}-{number:06d}",
        query=text.sentence(random, place, words=24),
        answer=text.sentence(random, place, words=36),
        category_path=text.category(place),
        status="active",
        success_rate=round(random.uniform(55.0, 99.0), 2),
        usage_count=random.randint(*uses),
        last_used_at=now - timedelta(hours=random.uniform(1.0, 24.0 * 20)),
        created_at=now - timedelta(days=random.uniform(120.0, 600.0)),
    )


def _settled(random: Random, number: int, now: datetime) -> Case:
    case = _case(random, "case", number, now, uses=(100, 3_000))
    if number % 16:
        return case
    return replace(
        case, success_rate=round(random.uniform(5.0, 29.0), 2), usage_count=random.randint(500, 900)
    )


def _removable(random: Random, number: int, now: datetime) -> Case:
    case = _case(random, "weak", number, now, uses=(20, 400))
    return replace(case, success_rate=round(random.uniform(2.0, 28.0), 2))


def _pair(random: Random, number: int, now: datetime) -> tuple[Case, Case]:
    keeper = _case(random, "pair-a", number, now, uses=(200, 400))
    other = replace(keeper, case_id=f"pair-b-{number:06d}", query=twin(keeper.query), usage_count=150)
    return keeper, other


def _archivable(random: Random, number: int, now: datetime) -> Case:
    case = _case(random, "idle", number, now, uses=(1, 99))
    return replace(case, last_used_at=now - timedelta(days=random.uniform(95.0, 200.0)))


def _archived(random: Random, number: int, now: datetime) -> Case:
    case = _case(random, "past", number, now, uses=(1, 400))
    return replace(case, status="archived", last_used_at=now - timedelta(days=random.uniform(100.0, 400.0)))
