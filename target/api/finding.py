"""Search and classification: full text and nearest vectors, each in one statement."""

import time
import uuid

from target.api.bodies import Classifications, Hits
from target.api.database import Database
from target.embedding import embed, literal


async def search(database: Database, q: str, max_results: int) -> Hits:
    """Chunks that contain the words or mean nearly the same, best first. Scores lie between 0 and 1."""
    start = time.perf_counter()
    rows = await database.rows("search", q=q, vector=literal(embed(q)), max_results=max_results)
    return {
        "hits": [
            {
                "chunk_id": row.chunk_id,
                "score": round(row.score, 6),
                "text": row.text,
                "source": row.source,
                "taxonomy_path": row.taxonomy_path,
            }
            for row in rows
        ],
        "latency": round(time.perf_counter() - start, 6),
        "request_id": str(uuid.uuid4()),
        "total_candidates": rows[0].total_candidates if rows else 0,
    }


async def classify(database: Database, text: str, max_suggestions: int) -> Classifications:
    """Paths of the current taxonomy that fit the text; confidences of all candidates add up to 1."""
    start = time.perf_counter()
    rows = await database.rows("classify", text=text, vector=literal(embed(text)))
    total = sum(row.weight for row in rows)
    paths = [row.taxonomy_path for row in rows]
    return {
        "classifications": [
            {
                "taxonomy_path": row.taxonomy_path,
                "confidence": round(row.weight / total, 6),
                "alternatives": [path for path in paths if path != row.taxonomy_path][:3],
            }
            for row in rows[:max_suggestions]
        ],
        "request_id": str(uuid.uuid4()),
        "processing_time": round(time.perf_counter() - start, 6),
        "taxonomy_version": rows[0].version if rows else "",
    }
