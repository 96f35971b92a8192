-- The newest executions of one case in numbers, and its failures by type. Needs: SELECT on case_bank, execution_log.
WITH recent AS MATERIALIZED (
    SELECT
        success,
        error_type,
        execution_time_ms
    FROM execution_log
    WHERE case_id = :case_id
    ORDER BY created_at DESC
    LIMIT :limit
), failures AS (
    SELECT
        coalesce(error_type, 'unknown') AS error_type,
        count(*) AS count
    FROM recent
    WHERE NOT success
    GROUP BY 1
    ORDER BY 2 DESC, 1
    LIMIT 10
)
SELECT
    EXISTS (SELECT FROM case_bank WHERE case_id = :case_id) AS known,
    count(*) AS total,
    count(*) FILTER (WHERE success) AS successful,
    coalesce(avg(execution_time_ms), 0)::double precision AS average_ms,
    (SELECT coalesce(json_agg(f), '[]')::text FROM failures f) AS errors
FROM recent;
