-- Cases not yet compared at this similarity limit, each with its up to 10 nearest active cases above the limit (other_id is
-- NULL when there is none). The inner ORDER BY … LIMIT walks the vector index; nothing is compared with everything.
-- Cases that are due for removal take no part. Needs: SELECT on case_bank, case_comparison; the extension vector.
SELECT
    mine.case_id,
    mine.usage_count,
    near.case_id AS other_id,
    near.usage_count AS other_usage_count,
    1 - near.distance AS similarity,
    near.place
FROM (
    SELECT
        c.case_id,
        c.usage_count,
        c.query_vector
    FROM case_bank c
    LEFT JOIN case_comparison k ON k.case_id = c.case_id
    WHERE c.status = 'active'
        AND (k.case_id IS NULL OR k.similarity_limit > :similarity)
        AND c.case_id > :after
        AND NOT (c.success_rate < :threshold AND c.usage_count > 10 AND c.usage_count < 500)
    ORDER BY c.case_id
    LIMIT :batch
) mine
LEFT JOIN LATERAL (
    SELECT
        ranked.*,
        row_number() OVER (ORDER BY ranked.distance) AS place
    FROM (
        SELECT
            n.case_id,
            n.usage_count,
            n.query_vector <=> mine.query_vector AS distance
        FROM case_bank n
        WHERE n.status = 'active'
            AND n.case_id <> mine.case_id
            AND NOT (n.success_rate < :threshold AND n.usage_count > 10 AND n.usage_count < 500)
        ORDER BY n.query_vector <=> mine.query_vector
        LIMIT 10
    ) ranked
) near ON near.distance < 1 - :similarity
ORDER BY mine.case_id;
