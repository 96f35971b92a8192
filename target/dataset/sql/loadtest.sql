-- What load tests may do to the data: put everything back (restore), and keep work waiting (top_up).
-- Lives in a schema of its own, which the service never reads. Needs: owner of the tables. PostgreSQL 15.
CREATE TABLE loadtest.loaded (at timestamptz NOT NULL);

CREATE TABLE loadtest.case_bank (LIKE public.case_bank);
CREATE TABLE loadtest.execution_log (LIKE public.execution_log);
CREATE TABLE loadtest.case_bank_archive (LIKE public.case_bank_archive);
CREATE TABLE loadtest.case_comparison (LIKE public.case_comparison);

-- Texts for fresh cases; twin_of names the settled case that a fresh one nearly repeats (NULL: a text of its own).
CREATE TABLE loadtest.fresh_text (
    number integer NOT NULL,
    twin_of text COLLATE "C",
    query text NOT NULL,
    answer text NOT NULL,
    category_path text NOT NULL,
    query_vector vector(128) NOT NULL
);

CREATE SEQUENCE loadtest.fresh_number;

-- Fresh cases that no consolidation has taken yet.
CREATE TABLE loadtest.waiting (
    case_id text COLLATE "C" PRIMARY KEY,
    kind text NOT NULL
);

-- Everything back to the seed, ages counted from now. The vector index is built anew: bulk building beats
-- row by row, and every run starts from the same physical state.
CREATE FUNCTION loadtest.restore() RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    age interval := now() - (SELECT at FROM loadtest.loaded);
BEGIN
    TRUNCATE case_bank, execution_log, case_bank_archive, backup_queue, case_comparison, loadtest.waiting;
    DROP INDEX case_bank_vector;
    INSERT INTO case_bank (case_id, query, answer, category_path, status, success_rate, usage_count, last_used_at,
        query_vector, created_at, updated_at)
    SELECT case_id, query, answer, category_path, status, success_rate, usage_count, last_used_at + age,
        query_vector, created_at + age, updated_at + age
    FROM loadtest.case_bank;
    CREATE INDEX case_bank_vector ON case_bank USING hnsw (query_vector vector_cosine_ops)
    WITH (m = 16, ef_construction = 64);
    INSERT INTO execution_log (log_id, case_id, success, error_type, error_message, execution_time_ms, context, created_at)
    SELECT log_id, case_id, success, error_type, error_message, execution_time_ms, context, created_at + age
    FROM loadtest.execution_log;
    INSERT INTO case_bank_archive SELECT * FROM loadtest.case_bank_archive;
    INSERT INTO case_comparison SELECT * FROM loadtest.case_comparison;
    PERFORM setval('loadtest.fresh_number', 1, false);
    ANALYZE case_bank, execution_log, case_bank_archive, case_comparison;
END
$$;

-- One fresh case of a kind: 'removable' (fails too often), 'twin' (nearly repeats a settled case), 'archivable'
-- (unused for 90 days, counted from `used_at`).
CREATE FUNCTION loadtest.add_fresh(kind text, used_at timestamptz) RETURNS void LANGUAGE sql AS $$
WITH drawn AS (
    SELECT nextval('loadtest.fresh_number') AS number
), added AS (
    INSERT INTO case_bank (case_id, query, answer, category_path, success_rate, usage_count, last_used_at, query_vector)
    SELECT 'fresh-' || lpad(drawn.number::text, 9, '0'), t.query, t.answer, t.category_path,
        CASE kind WHEN 'removable' THEN 12 ELSE 80 END,
        CASE kind WHEN 'archivable' THEN 5 ELSE 60 END,
        used_at, t.query_vector
    FROM drawn
    JOIN loadtest.fresh_text t ON (t.twin_of IS NOT NULL) = (kind = 'twin')
        AND t.number = 1 + drawn.number % (SELECT count(*) FROM loadtest.fresh_text WHERE (twin_of IS NOT NULL) = (kind = 'twin'))
    RETURNING case_id
)
INSERT INTO loadtest.waiting SELECT case_id, kind FROM added
$$;

-- Keeps a little work of each kind waiting, and returns how many cases it added. Call it several times a second.
-- Archivable cases ripen one every 30 ms, also between two calls, so that nearly every consolidation finds at least one:
-- with four runs a second at random times, about one of ten follows another one faster than that.
-- Growth is bounded: nothing is added while enough waits, and what was archived and backed up 10 minutes ago is deleted.
CREATE FUNCTION loadtest.top_up() RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
    ripe timestamptz := now() - interval '90 days';
    step interval := interval '30 milliseconds';
    added integer := 0;
    waits record;
BEGIN
    IF NOT pg_try_advisory_xact_lock(hashtext('loadtest.top_up')) THEN
        RETURN 0;
    END IF;
    DELETE FROM loadtest.waiting w USING case_bank c WHERE c.case_id = w.case_id AND c.status <> 'active';
    SELECT count(*) FILTER (WHERE w.kind = 'removable') AS removable,
        count(*) FILTER (WHERE w.kind = 'twin') AS twins,
        count(*) FILTER (WHERE w.kind = 'archivable') AS archivable,
        max(c.last_used_at) FILTER (WHERE w.kind = 'archivable') AS newest
    INTO waits
    FROM loadtest.waiting w JOIN case_bank c ON c.case_id = w.case_id;
    IF waits.removable < 4 THEN
        PERFORM loadtest.add_fresh('removable', now());
        added := added + 1;
    END IF;
    IF waits.twins < 4 THEN
        PERFORM loadtest.add_fresh('twin', now());
        added := added + 1;
    END IF;
    FOR n IN 1 .. least(10, 20 - waits.archivable) LOOP
        PERFORM loadtest.add_fresh('archivable', greatest(ripe, waits.newest) + n * step);
        added := added + 1;
    END LOOP;
    PERFORM loadtest.forget_old();
    RETURN added;
END
$$;

-- Deletes up to 50 of the oldest fresh cases that have been archived, and their backups, after 10 minutes.
CREATE FUNCTION loadtest.forget_old() RETURNS void LANGUAGE sql AS $$
WITH oldest AS (
    SELECT case_id, status, updated_at
    FROM case_bank
    WHERE case_id >= 'fresh-' AND case_id < 'fresh.'
    ORDER BY case_id
    LIMIT 50
), gone AS (
    DELETE FROM case_bank_archive a
    USING oldest o
    WHERE a.case_id = o.case_id AND o.status = 'archived' AND o.updated_at < now() - interval '10 minutes'
    RETURNING a.case_id
), forgotten AS (
    DELETE FROM case_comparison k USING gone g WHERE k.case_id = g.case_id
)
DELETE FROM case_bank c USING gone g WHERE c.case_id = g.case_id
$$;
