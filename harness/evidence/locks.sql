-- Deadlocks counted by the server so far, and when it was started. Any role may ask. PostgreSQL 9.2 or newer.
SELECT
    deadlocks AS deadlocks,                                        -- count since the statistics were reset
    stats_reset::text AS stats_reset,                              -- a change between two looks voids the difference
    pg_postmaster_start_time()::text AS started_at                 -- a change means that the server was restarted
FROM pg_stat_database
WHERE datname = current_database()
