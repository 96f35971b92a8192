-- Success of every active case with enough logs, over its newest ones. Needs: SELECT on case_bank, execution_log.
SELECT
    c.case_id,
    c.success_rate AS stored_rate, -- percent
    round(100.0 * a.successful / a.total, 2)::double precision AS success_rate -- percent
FROM case_bank c
CROSS JOIN LATERAL (
    SELECT
        count(*) AS total,
        count(*) FILTER (WHERE recent.success) AS successful
    FROM (
        SELECT l.success
        FROM execution_log l
        WHERE l.case_id = c.case_id
        ORDER BY l.created_at DESC
        LIMIT :logs
    ) recent
) a
WHERE c.status = 'active' AND a.total >= :fewest
ORDER BY c.case_id;
