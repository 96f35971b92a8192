"""What clients send and what they get.

Requests are validated; answers are built as plain values and only documented here.
"""

from typing import Any

from pydantic import BaseModel, Field
from typing_extensions import TypedDict  # the one pydantic reads before Python 3.12


class AnalyzeRequest(BaseModel):
    """Body of POST /reflection/analyze."""

    case_id: str = Field(min_length=1, max_length=200)
    limit: int = Field(default=100, ge=1, le=1000)


class ConsolidationRequest(BaseModel):
    """Body of POST /consolidation/run; `threshold` in percent."""

    dry_run: bool = False
    threshold: float = Field(default=30.0, ge=0, le=100)
    similarity_threshold: float = Field(default=0.95, ge=0, le=1)
    inactive_days: int = Field(default=90, ge=1, le=36_500)


class ClassifyRequest(BaseModel):
    """Body of POST /classify."""

    text: str = Field(min_length=1, max_length=20_000)
    max_suggestions: int = Field(default=5, ge=1, le=20)


class SearchRequest(BaseModel):
    """Body of POST /search."""

    q: str = Field(min_length=1, max_length=2_000)
    max_results: int = Field(default=10, ge=1, le=100)


class CommonError(TypedDict):
    """One kind of failure; `percentage` of all failed executions."""

    error_type: str
    count: int
    percentage: float


class Analysis(TypedDict):
    """Answer of POST /reflection/analyze."""

    case_id: str
    total_executions: int
    successful_executions: int
    failed_executions: int
    success_rate: float
    avg_execution_time_ms: float
    common_errors: list[CommonError]
    timestamp: str


class Suggestion(TypedDict):
    """What the LLM advises for one weak case; empty when it could not be asked."""

    case_id: str
    performance: float
    suggestions: list[str]


class Batch(TypedDict):
    """Answer of POST /reflection/batch."""

    analyzed_cases: int
    low_performance_cases: int
    suggestions: list[Suggestion]
    timestamp: str


class Merge(TypedDict):
    """One merged pair."""

    keeper: str
    removed: str
    similarity: float


class Details(TypedDict):
    """Ids of everything a consolidation took out of use."""

    removed: list[str]
    merged: list[Merge]
    archived: list[str]


class Consolidation(TypedDict):
    """Answer of both consolidation endpoints."""

    removed_cases: int
    merged_cases: int
    archived_cases: int
    dry_run: bool
    details: Details
    timestamp: str


class ClassificationItem(TypedDict):
    """One proposed path, surest first."""

    taxonomy_path: str
    confidence: float
    alternatives: list[str]


class Classifications(TypedDict):
    """Answer of POST /classify; `processing_time` in seconds."""

    classifications: list[ClassificationItem]
    request_id: str
    processing_time: float
    taxonomy_version: str


class Hit(TypedDict):
    """One found chunk."""

    chunk_id: str
    score: float
    text: str
    source: str
    taxonomy_path: str


class Hits(TypedDict):
    """Answer of POST /search; `latency` in seconds."""

    hits: list[Hit]
    latency: float
    request_id: str
    total_candidates: int


class Tree(TypedDict):
    """Answer of GET /taxonomy/{version}/tree; nodes hold their children."""

    nodes: list[dict[str, Any]]
    edges: list[dict[str, str]]
    version: str
    metadata: dict[str, Any]
