"""The service itself: FastAPI over SQLAlchemy on asyncpg."""
