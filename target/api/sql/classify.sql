-- Paths of the current taxonomy for a text: the 20 nearest chunks vote for their path with their similarity (HNSW), and
-- nodes that contain one of the text's words (GIN) add the share of their rank. Needs: SELECT on chunk, taxonomy_node, taxonomy_version.
WITH current AS (
    SELECT version
    FROM taxonomy_version
    WHERE is_current
), votes AS (
    SELECT
        taxonomy_path,
        sum(greatest(similarity, 0.01)) AS weight
    FROM (
        SELECT
            taxonomy_path,
            1 - (embedding <=> CAST(:vector AS vector)) AS similarity
        FROM chunk
        ORDER BY embedding <=> CAST(:vector AS vector)
        LIMIT 20
    ) nearest
    GROUP BY taxonomy_path
    UNION ALL
    SELECT
        n.canonical_path,
        n.rank
    FROM (
        SELECT
            t.canonical_path,
            ts_rank(t.words, asked.words) AS rank
        FROM taxonomy_node t
        CROSS JOIN (
            SELECT CAST(replace(CAST(plainto_tsquery('english', :text) AS text), '&', '|') AS tsquery) AS words
        ) asked
        WHERE t.words @@ asked.words AND t.version = (SELECT version FROM current)
        ORDER BY rank DESC
        LIMIT 10
    ) n
)
SELECT
    taxonomy_path,
    sum(weight)::double precision AS weight,
    (SELECT version FROM current) AS version
FROM votes
GROUP BY taxonomy_path
ORDER BY weight DESC, taxonomy_path
LIMIT 20;
