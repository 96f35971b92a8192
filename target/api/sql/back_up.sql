-- Move a batch from the queue into the backup. Needs: SELECT, DELETE on backup_queue, SELECT on case_bank, INSERT on
-- case_bank_archive.
WITH taken AS (
    DELETE FROM backup_queue
    WHERE case_id IN (
        SELECT case_id
        FROM backup_queue
        ORDER BY case_id
        LIMIT :batch
        FOR UPDATE SKIP LOCKED
    )
    RETURNING
        case_id,
        reason
)
INSERT INTO case_bank_archive (
    case_id, query, answer, category_path, success_rate, usage_count, last_used_at, query_vector, created_at, reason,
    archived_at
)
SELECT
    c.case_id,
    c.query,
    c.answer,
    c.category_path,
    c.success_rate, -- percent
    c.usage_count,
    c.last_used_at,
    c.query_vector,
    c.created_at,
    t.reason,
    c.updated_at
FROM taken t
JOIN case_bank c ON c.case_id = t.case_id;
