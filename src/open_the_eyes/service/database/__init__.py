"""The jobs' table: SQLite, or PostgreSQL for several machines."""
