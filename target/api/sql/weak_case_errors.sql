-- The question and the failures by type of some cases, over their newest logs. Needs: SELECT on case_bank, execution_log.
SELECT
    c.case_id,
    c.query,
    coalesce(f.errors, '[]') AS errors
FROM case_bank c
CROSS JOIN LATERAL (
    SELECT json_agg(by_type)::text AS errors
    FROM (
        SELECT
            coalesce(recent.error_type, 'unknown') AS error_type,
            count(*) AS count
        FROM (
            SELECT
                l.success,
                l.error_type
            FROM execution_log l
            WHERE l.case_id = c.case_id
            ORDER BY l.created_at DESC
            LIMIT :logs
        ) recent
        WHERE NOT recent.success
        GROUP BY 1
        ORDER BY 2 DESC, 1
        LIMIT 5
    ) by_type
) f
WHERE c.case_id = ANY (CAST(:case_ids AS text[]));
