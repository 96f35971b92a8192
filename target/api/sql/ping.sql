-- Whether the database answers. Needs: CONNECT.
SELECT 1 AS alive;
