-- Cases that nobody uses any more, without those that are removed or merged first. Needs: SELECT on case_bank.
SELECT case_id
FROM case_bank
WHERE status = 'active'
    AND last_used_at < now() - make_interval(days => :inactive_days)
    AND usage_count < 100
    AND NOT (success_rate < :threshold AND usage_count > 10) -- percent
    AND case_id <> ALL (CAST(:merged AS text[]))
ORDER BY case_id;
