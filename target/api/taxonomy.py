"""The taxonomy tree of a version: one statement, then linked in memory."""

from typing import Any

from target.api.bodies import Tree
from target.api.database import Database


async def tree(database: Database, version: str) -> Tree | None:
    """All nodes of a version below their parents; None for an unknown version."""
    rows = await database.rows("taxonomy_tree", version=version)
    if not rows:
        return None
    nodes: dict[str, dict[str, Any]] = {
        row.node_id: {
            "label": row.label,
            "version": version,
            "node_id": row.node_id,
            "canonical_path": row.canonical_path,
            "children": [],
        }
        for row in rows
    }
    for row in rows:
        if row.parent_id is not None:
            nodes[row.parent_id]["children"].append(nodes[row.node_id])
    return {
        "nodes": [nodes[row.node_id] for row in rows if row.parent_id is None],
        "edges": [
            {"source": row.parent_id, "target": row.node_id} for row in rows if row.parent_id is not None
        ],
        "version": version,
        "metadata": {
            "node_count": len(rows),
            "released_on": rows[0].released_on.isoformat(),
            "is_current": rows[0].is_current,
        },
    }
