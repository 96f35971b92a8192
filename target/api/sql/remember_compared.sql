-- Note that these cases were compared with all others at a similarity limit. Needs: INSERT, UPDATE on case_comparison.
INSERT INTO case_comparison (case_id, similarity_limit)
SELECT
    case_id,
    :similarity
FROM unnest(CAST(:case_ids AS text[])) AS compared (case_id)
ORDER BY case_id
ON CONFLICT (case_id) DO UPDATE
SET similarity_limit = least(case_comparison.similarity_limit, excluded.similarity_limit);
