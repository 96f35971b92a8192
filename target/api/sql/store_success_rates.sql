-- Store the success rates that changed. A row that somebody else holds is skipped: it gets the same value there, or is
-- being archived. Needs: SELECT, UPDATE on case_bank.
WITH measured AS (
    SELECT
        m.case_id,
        m.success_rate
    FROM unnest(CAST(:case_ids AS text[]), CAST(:success_rates AS double precision[])) AS m (case_id, success_rate)
), held AS MATERIALIZED (
    SELECT c.case_id
    FROM case_bank c
    WHERE c.case_id = ANY (CAST(:case_ids AS text[])) AND c.status = 'active'
    ORDER BY c.case_id
    FOR UPDATE SKIP LOCKED
)
UPDATE case_bank c
SET
    success_rate = m.success_rate, -- percent
    updated_at = now()
FROM measured m
JOIN held h ON h.case_id = m.case_id
WHERE c.case_id = m.case_id AND c.success_rate IS DISTINCT FROM m.success_rate;
