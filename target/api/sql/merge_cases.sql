-- Archive the less used case of each pair if both could be locked and are still active, and queue its backup.
-- Needs: SELECT, UPDATE on case_bank, INSERT on backup_queue.
WITH held AS MATERIALIZED (
    SELECT case_id
    FROM case_bank
    WHERE case_id = ANY (CAST(:keepers AS text[]) || CAST(:removed AS text[])) AND status = 'active'
    ORDER BY case_id
    FOR UPDATE SKIP LOCKED
), gone AS (
    UPDATE case_bank c
    SET
        status = 'archived',
        updated_at = now()
    FROM unnest(CAST(:keepers AS text[]), CAST(:removed AS text[])) AS pair (keeper, removed)
    JOIN held keeper ON keeper.case_id = pair.keeper
    JOIN held removed ON removed.case_id = pair.removed
    WHERE c.case_id = pair.removed
    RETURNING c.case_id
)
INSERT INTO backup_queue (case_id, reason)
SELECT
    case_id,
    'merged'
FROM gone
RETURNING case_id;
