-- Chunks by words (GIN) and by nearest vectors (HNSW), fused by reciprocal rank: 1 is first in both lists. The limits of the
-- two lists are literals, since a generic plan guesses a bound LIMIT too large and then avoids the vector index.
-- Needs: SELECT on chunk, document; the extension vector.
WITH near AS (
    SELECT
        chunk_id,
        row_number() OVER (ORDER BY distance) AS place
    FROM (
        SELECT
            chunk_id,
            embedding <=> CAST(:vector AS vector) AS distance
        FROM chunk
        ORDER BY embedding <=> CAST(:vector AS vector)
        LIMIT 40
    ) nearest
), worded AS (
    SELECT
        chunk_id,
        row_number() OVER (ORDER BY rank DESC, chunk_id) AS place
    FROM (
        SELECT
            chunk_id,
            ts_rank(words, websearch_to_tsquery('english', :q)) AS rank
        FROM chunk
        WHERE words @@ websearch_to_tsquery('english', :q)
        ORDER BY rank DESC
        LIMIT 40
    ) matching
), fused AS (
    SELECT
        chunk_id,
        30.5 * (coalesce(1.0 / (60 + near.place), 0) + coalesce(1.0 / (60 + worded.place), 0)) AS score,
        count(*) OVER () AS total_candidates
    FROM near
    FULL JOIN worded USING (chunk_id)
    ORDER BY score DESC, chunk_id
    LIMIT :max_results
)
SELECT
    c.chunk_id,
    f.score::double precision AS score,
    c.text,
    d.source,
    c.taxonomy_path,
    f.total_candidates
FROM fused f
JOIN chunk c ON c.chunk_id = f.chunk_id
JOIN document d ON d.document_id = c.document_id
ORDER BY f.score DESC, c.chunk_id;
