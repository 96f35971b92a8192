"""A throwaway PostgreSQL server of our own, for when the user names none."""
