-- Archive a batch of the cases that would_remove_cases.sql names, and queue their backup. Needs: SELECT, UPDATE on
-- case_bank, INSERT on backup_queue.
WITH chosen AS MATERIALIZED (
    SELECT case_id
    FROM case_bank
    WHERE status = 'active'
        AND success_rate < :threshold -- percent
        AND usage_count > 10
        AND usage_count < 500
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
    'removed'
FROM gone
RETURNING case_id;
