-- Archive a batch of the cases that would_archive_cases.sql names, and queue their backup. Needs: SELECT, UPDATE on
-- case_bank, INSERT on backup_queue.
WITH chosen AS MATERIALIZED (
    SELECT case_id
    FROM case_bank
    WHERE status = 'active'
        AND last_used_at < now() - make_interval(days => :inactive_days)
        AND usage_count < 100
        AND NOT (success_rate < :threshold AND usage_count > 10) -- percent
        AND case_id <> ALL (CAST(:merged AS text[]))
    ORDER BY case_id
    LIMIT :batch
    FOR UPDATE SKIP LOCKED
), gone AS (
    UPDATE case_bank c
    SET
        status = 'archived',
        updated_at = now()
    FROM chosen
    WHERE c.case_id = chosen.case_id
    RETURNING c.case_id
)
INSERT INTO backup_queue (case_id, reason)
SELECT
    case_id,
    'archived'
FROM gone
RETURNING case_id;
