-- Cases that fail too often to keep: used more than 10 and less than 500 times. Needs: SELECT on case_bank.
SELECT case_id
FROM case_bank
WHERE status = 'active'
    AND success_rate < :threshold -- percent
    AND usage_count > 10
    AND usage_count < 500
ORDER BY case_id;
