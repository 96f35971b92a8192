-- All nodes of a taxonomy version with their parents. Needs: SELECT on taxonomy_version, taxonomy_node, taxonomy_edge.
SELECT
    n.node_id,
    n.label,
    n.canonical_path,
    e.parent_id,
    v.released_on,
    v.is_current
FROM taxonomy_version v
JOIN taxonomy_node n ON n.version = v.version
LEFT JOIN taxonomy_edge e ON e.version = n.version AND e.child_id = n.node_id
WHERE v.version = :version
ORDER BY n.node_id;
